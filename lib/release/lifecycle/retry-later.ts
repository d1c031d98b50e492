import { describeError, isRetryable, TagboatError } from '../../errors.ts';
import type { Release } from '../model/release.ts';
import { backoffSeconds, maxAttempts, pickUpMs } from '../queue/schedule.ts';
import { type FinalizeContext, fail } from './finalize.ts';

/**
 * For a release that the release worker could not commit or deliver. Where the error is retryable it stays in the outbox
 * with a time for the next attempt; after `maxAttempts`, or with any other error, it fails. The caller sends the delayed
 * job, one for all releases of its group. Users are shown what it waits for, once for each reason.
 */
export const retryLater = async (
  release: Release,
  error: unknown,
  context: FinalizeContext,
): Promise<void> => {
  const { store, jobs, clock, logger } = context;
  const attempts = release.attempts + 1;
  logger.warn('release cannot go on', { id: release.id, state: release.state, attempts, error });
  if (!isRetryable(error) || attempts >= maxAttempts) return fail(release, error, context);
  const retryAfter = error instanceof TagboatError ? error.retryAfterSeconds : undefined;
  const notBefore = clock.now() + backoffSeconds(attempts, retryAfter) * 1000;
  const reason = describeError(error);
  await store.amend(release, [release.state], { attempts, notBefore, reason });
  await store.outbox.add(`work#${release.group}`, release, notBefore + pickUpMs);
  if (release.reason?.code !== reason.code) await jobs.notify(release, release.state);
};
