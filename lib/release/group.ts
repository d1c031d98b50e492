import { createHash } from 'node:crypto';
import type { Config, ConfigRepo } from '../config/types.ts';
import { TagboatError } from '../errors.ts';

/**
 * One work list and one FIFO message group per config repo **and branch**: two names for the same repository share it,
 * since they would race for the same ref.
 */
export const groupOf = (repo: ConfigRepo): string =>
  createHash('sha256').update(`${repo.url}#${repo.branch}`).digest('hex').slice(0, 32);

/** Every group there is, for reconcile. */
export const allGroups = (config: Config): readonly string[] => [
  ...new Set(Object.values(config.configRepos).map(groupOf)),
];

/**
 * The config repo of an environment.
 * @throws TagboatError `environment-unknown` where tagboat.yml no longer has it
 */
export const environmentOf = (config: Config, app: string, environment: string) => {
  const appConfig = Object.hasOwn(config.apps, app) ? config.apps[app] : undefined;
  const environmentConfig = appConfig?.environments[environment];
  const repo = environmentConfig && config.configRepos[environmentConfig.configRepo];
  if (!appConfig || !environmentConfig || !repo)
    throw new TagboatError('environment-unknown', `${app}/${environment} is not in tagboat.yml any more`);
  return { app: appConfig, environment: environmentConfig, repo };
};
