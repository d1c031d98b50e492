import type { Config } from '../../config/types.ts';
import { TagboatError } from '../../errors.ts';

/**
 * The config repo of an environment.
 * @throws TagboatError `environment-unknown` where tagboat.yml no longer has it
 */
export const targetOf = (config: Config, app: string, environment: string) => {
  const appConfig = Object.hasOwn(config.apps, app) ? config.apps[app] : undefined;
  const environmentConfig = appConfig?.environments[environment];
  const repo = environmentConfig && config.configRepos[environmentConfig.configRepo];
  if (!appConfig || !environmentConfig || !repo)
    throw new TagboatError('environment-unknown', `${app}/${environment} is not in tagboat.yml any more`);
  return { app: appConfig, environment: environmentConfig, repo };
};
