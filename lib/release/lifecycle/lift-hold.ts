import { settleAll } from '../../settle-all.ts';
import type { Hold } from '../../view/hold.ts';
import { isInForce } from '../model/hold.ts';
import { isSameVersion, type Release } from '../model/release.ts';
import type { Context } from '../queue/context.ts';

/**
 * Lifts the hold on the tag that a release restores on purpose. Only one that was set before the release was requested: run
 * a second time, this leaves a newer hold alone.
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
