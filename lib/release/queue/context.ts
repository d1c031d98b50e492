import type { Clock } from '../../clock.ts';
import type { Config } from '../../config/types.ts';
import type { Logger } from '../../logger.ts';
import type { Store } from '../record/store.ts';
import type { Jobs } from './jobs.ts';

/** What every step of a release needs. */
export type Context = {
  readonly config: Config;
  readonly store: Store;
  readonly jobs: Jobs;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A fresh ULID. */
  readonly newId: () => string;
};
