import type { Config } from '../../config/types.ts';
import { lookSlackMs } from '../queue/schedule.ts';
import type { Look } from '../record/looks.ts';

/** How often an app is looked at, in milliseconds; undefined where it is not. */
export const intervalMs = ({ apps, reconcile }: Config, app: string): number | undefined => {
  const every = (apps[app]?.reconcile ?? reconcile)?.every ?? 'never';
  return every === 'never' ? undefined : every * 1000;
};

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
