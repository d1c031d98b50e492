import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';
import { timestamp } from './meta.ts';
import type { Store } from './store.ts';
import type { Timers } from './timers.ts';

/** What every part of the cluster is handed. */
export type Context = {
  readonly store: Store;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  /** Now, the way Kubernetes writes it. */
  readonly now: () => string;
};

export const createContext = (parts: Omit<Context, 'now'>): Context => ({
  ...parts,
  now: () => timestamp(parts.clock.now()),
});
