import type { Clock } from '../../clock.ts';
import type { Config } from '../../config/types.ts';
import type { Logger } from '../../logger.ts';
import type { Store } from '../record/store.ts';
import type { Nudges } from './jobs.ts';

/** What every step of a release works with, handed in. */
export type Context = {
  readonly config: Config;
  readonly store: Store;
  readonly nudges: Nudges;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A fresh ULID. */
  readonly newId: () => string;
};

/** After so many tries a step that keeps failing for a passing reason fails for good. */
export const maxAttempts = 8;

/** 2, 4, 8 … 120 seconds, or what the other side asked for: how long to wait before the next try. */
export const backoffSeconds = (attempt: number, retryAfterSeconds: number | undefined): number =>
  Math.max(Math.min(120, 2 ** Math.min(attempt, 7)), Math.min(retryAfterSeconds ?? 0, 900));
