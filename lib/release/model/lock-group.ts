import { createHash } from 'node:crypto';
import type { Config, ConfigRepo } from '../../config/types.ts';

/**
 * One work list and one FIFO message group per config repo **and branch**: two names for the same repository share it,
 * since they would race for the same ref.
 */
export const lockGroupOf = (repo: ConfigRepo): string =>
  createHash('sha256').update(`${repo.url}#${repo.branch}`).digest('hex').slice(0, 32);

/** Every group there is, for reconcile. */
export const allLockGroups = (config: Config): readonly string[] => [
  ...new Set(Object.values(config.configRepos).map(lockGroupOf)),
];
