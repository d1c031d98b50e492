import type { Config } from '../../config/types.ts';
import { intervalMs } from '../model/look-interval.ts';
import { lookSlackMs } from '../queue/schedule.ts';
import type { Look } from '../record/looks.ts';

/** The apps that are to be looked at now, the one first that was not for the longest time. Pure. */
export const dueApps = (config: Config, looks: ReadonlyMap<string, Look>, now: number): readonly string[] => {
  const askedAt = (app: string): number => looks.get(app)?.askedAt ?? 0;
  return Object.keys(config.apps)
    .filter((app) => {
      const everyMs = intervalMs(config, app);
      return everyMs !== undefined && now >= askedAt(app) + everyMs - lookSlackMs(everyMs);
    })
    .toSorted((a, b) => askedAt(a) - askedAt(b));
};
