import { targetOf } from '../model/target.ts';
import type { Situation } from '../model/way-back.ts';
import type { Context } from '../queue/context.ts';
import { maxDepth } from '../record/read-back.ts';

/**
 * Reads what an undo in this app and environment is planned by.
 * @throws TagboatError `environment-unknown`, `store-unreachable`
 */
export const readSituation = async (
  { app, environment }: { readonly app: string; readonly environment: string },
  { config, store, clock }: Context,
): Promise<Situation> => {
  const { environment: target } = targetOf(config, app, environment);
  const known = await store.list(app, environment, { limit: maxDepth });
  // Afterwards: an undo sets its hold before it is recorded, so that of every undo that was read the hold is read as well.
  const holds = await store.holds(app, environment);
  return { known, isCut: known.length >= maxDepth, holds, pin: target.pin, now: clock.now() };
};
