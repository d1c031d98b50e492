import { describeError, isRetryable, TagboatError } from '../errors.ts';
import { fail } from './conclude.ts';
import { backoffSeconds, type Context, maxAttempts } from './context.ts';
import type { Release } from './release.ts';

const graceMs = 120_000;

/**
 * A step of the worker could not be done. For a passing reason the release stays on the list and the nudge comes back
 * later, through a standard queue, so that it holds up nobody else; after `maxAttempts`, or for a reason that stays, it
 * fails.
 */
export const putOff = async (release: Release, error: unknown, context: Context): Promise<void> => {
  const { store, nudges, clock, newId, logger } = context;
  const attempts = release.attempts + 1;
  logger.warn('release cannot go on', { id: release.id, state: release.state, attempts, error });
  if (!isRetryable(error) || attempts >= maxAttempts) return fail(release, error, context);
  const { code, message } = describeError(error);
  await store.amend(release, [release.state], { attempts, code, reason: message });
  const retryAfter = error instanceof TagboatError ? error.retryAfterSeconds : undefined;
  const delay = backoffSeconds(attempts, retryAfter);
  await store.owe(`work#${release.group}`, release, clock.now() + delay * 1000 + graceMs);
  await nudges.workLater(release.group, newId(), delay);
};
