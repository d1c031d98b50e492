import type { AppConfig, Config, ConfigRepo, EnvironmentConfig } from '../../config/types.ts';
import { TagboatError } from '../../errors.ts';
import type { Release } from './release.ts';

/** An app and environment as tagboat.yml has them, and the config repo with the manifests of that environment. */
export type Target = {
  /** `app/environment` */
  readonly name: string;
  readonly app: AppConfig;
  readonly environment: EnvironmentConfig;
  readonly repo: ConfigRepo;
};

/** A release and its target, which a step looks up once. */
export type TargetedRelease = { readonly release: Release; readonly target: Target };

/** Undefined where tagboat.yml no longer has it. */
export const findTarget = (config: Config, app: string, environment: string): Target | undefined => {
  const appConfig = Object.hasOwn(config.apps, app) ? config.apps[app] : undefined;
  const environmentConfig = appConfig?.environments[environment];
  const repo = environmentConfig && config.configRepos[environmentConfig.configRepo];
  if (!appConfig || !environmentConfig || !repo) return undefined;
  return { name: `${app}/${environment}`, app: appConfig, environment: environmentConfig, repo };
};

/** @throws TagboatError `environment-unknown` where tagboat.yml no longer has it */
export const targetOf = (config: Config, app: string, environment: string): Target => {
  const target = findTarget(config, app, environment);
  if (target === undefined)
    throw new TagboatError('environment-unknown', `${app}/${environment} is not in tagboat.yml any more`);
  return target;
};
