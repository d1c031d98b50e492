import { createHash } from 'node:crypto';
import type { Config, ConfigRepo } from '../../config/types.ts';

/**
 * The outbox list and FIFO message group of a config repo **and branch**, within which releases are committed one batch
 * at a time. Two names in tagboat.yml for the same repository share it, since they would race for the same ref.
 */
export const lockGroupOf = (repo: ConfigRepo): string =>
  createHash('sha256').update(`${repo.url}#${repo.branch}`).digest('hex').slice(0, 32);

/** Those of tagboat.yml, for reconcile. */
export const allLockGroups = (config: Config): readonly string[] => [
  ...new Set(Object.values(config.configRepos).map(lockGroupOf)),
];
