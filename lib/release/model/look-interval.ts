import type { Config } from '../../config/types.ts';

/** How often an app is looked at, in milliseconds; undefined where it is not. */
export const intervalMs = ({ apps, reconcile }: Config, app: string): number | undefined => {
  const every = (apps[app]?.reconcile ?? reconcile)?.every ?? 'never';
  return every === 'never' ? undefined : every * 1000;
};
