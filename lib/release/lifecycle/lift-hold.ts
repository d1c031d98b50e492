import { settleAll } from '../../settle-all.ts';
import { type Hold, isInForce } from '../model/hold.ts';
import { isSameVersion, type Release } from '../model/release.ts';
import type { Context } from '../queue/context.ts';

/**
 * Lifts the hold on the tag that a release brings back on purpose. Only one that was there before the release: carried out
 * a second time, it leaves alone what somebody has held since.
 * @param holds of its app and environment
 * @returns the hold, where it was still in force
 */
export const liftEarlierHold = async (
  release: Release,
  holds: readonly Hold[],
  { store, clock }: Context,
): Promise<Hold | undefined> => {
  const earlier = holds.filter((hold) => isSameVersion(hold, release) && hold.createdAt <= release.createdAt);
  await settleAll(earlier.map((hold) => store.liftHold(hold)));
  return earlier.find((hold) => isInForce(hold, clock.now()));
};
