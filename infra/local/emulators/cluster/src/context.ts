import { randomUUID } from 'node:crypto';
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
  /** In [0, 1). */
  readonly random: () => number;
  readonly uuid: () => string;
  /** Now, the way Kubernetes writes it. */
  readonly now: () => string;
};

export const createContext = (parts: {
  readonly store: Store;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
}): Context => ({
  ...parts,
  // For names, which are no secrets.
  random: Math.random,
  uuid: randomUUID,
  now: () => timestamp(parts.clock.now()),
});
