import { describeError, isRetryable, TagboatError } from '../../errors.ts';
import type { Release } from '../model/release.ts';
import { backoffSeconds, maxAttempts, pickUpMs } from '../queue/schedule.ts';
import { type FinalizeContext, fail } from './finalize.ts';

/**
 * A step of the worker could not be done. For a passing reason the release stays on the list, not to be tried again
 * before a while; after `maxAttempts`, or for a reason that stays, it fails. The worker asks for the nudge that comes
 * back, one for all it has put off.
 */
export const retryLater = async (
  release: Release,
  error: unknown,
  context: FinalizeContext,
): Promise<void> => {
  const { store, clock, logger } = context;
  const attempts = release.attempts + 1;
  logger.warn('release cannot go on', { id: release.id, state: release.state, attempts, error });
  if (!isRetryable(error) || attempts >= maxAttempts) return fail(release, error, context);
  const { code, message } = describeError(error);
  const retryAfter = error instanceof TagboatError ? error.retryAfterSeconds : undefined;
  const notBefore = clock.now() + backoffSeconds(attempts, retryAfter) * 1000;
  await store.amend(release, [release.state], { attempts, notBefore, code, reason: message });
  await store.outbox.add(`work#${release.group}`, release, notBefore + pickUpMs);
};
