import { describeError, isRetryable, TagboatError } from '../../errors.ts';
import type { Release } from '../model/release.ts';
import { findTarget } from '../model/target.ts';
import { backoffSeconds, jobWaitMs, maxAttempts, pickUpMs } from '../queue/schedule.ts';
import { type FinalizeContext, fail } from './finalize.ts';

/**
 * For a release that the release worker could not commit or deliver. Where the error is retryable it stays in the outbox
 * with a time for the next attempt; after `maxAttempts`, or with any other error, it fails. The Job of an earlier release that
 * still runs is no failed attempt, and is waited for longer: see `jobWaitMs`. The caller sends the delayed
 * job, one for all releases of its group. Users are shown what it waits for, once for each reason.
 */
export const retryLater = async (
  release: Release,
  error: unknown,
  context: FinalizeContext,
): Promise<void> => {
  const { store, jobs, clock, logger } = context;
  const isForJob = error instanceof TagboatError && error.code === 'job-running';
  const attempts = release.attempts + (isForJob ? 0 : 1);
  logger.warn('release cannot go on', { id: release.id, state: release.state, attempts, error });
  const jobAwaitedSince = isForJob ? (release.jobAwaitedSince ?? clock.now()) : release.jobAwaitedSince;
  const late = isForJob
    ? runsTooLong(release, error, clock.now() - (jobAwaitedSince ?? 0), context)
    : undefined;
  if (late !== undefined) return fail(release, late, context);
  if (!isRetryable(error) || attempts >= maxAttempts) return fail(release, error, context);
  const retryAfter = error instanceof TagboatError ? error.retryAfterSeconds : undefined;
  const notBefore = clock.now() + backoffSeconds(attempts, retryAfter) * 1000;
  const reason = describeError(error);
  await store.amend(release, [release.state], { attempts, notBefore, reason, jobAwaitedSince });
  await store.outbox.add(`work#${release.group}`, release, notBefore + pickUpMs);
  if (release.reason?.code !== reason.code) await jobs.notify(release, release.state);
};

/** The error to fail with, where the Job of an earlier release was waited for long enough. */
const runsTooLong = (
  { app, environment }: Release,
  error: TagboatError,
  waitedMs: number,
  { config }: FinalizeContext,
): TagboatError | undefined => {
  const limitMs = jobWaitMs(findTarget(config, app, environment)?.environment.timeout);
  return waitedMs < limitMs
    ? undefined
    : new TagboatError(error.code, `${error.message}; it was waited for for ${limitMs / 60_000} minutes`);
};
