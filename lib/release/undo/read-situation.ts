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
  const [known, holds] = await Promise.all([
    store.list(app, environment, { limit: maxDepth }),
    store.holds(app, environment),
  ]);
  return { known, isCut: known.length >= maxDepth, holds, pin: target.pin, now: clock.now() };
};
