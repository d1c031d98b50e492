import type { AppConfig, Config, EnvironmentConfig } from '../../../lib/config/types.ts';
import { production } from '../support/context.ts';
import { slack } from '../support/harness.ts';
import { deployment } from '../support/worker.ts';

const repos = ['config-0', 'config-1', 'config-2', 'config-3'] as const;

export const appName = (index: number): string => `app-${String(index).padStart(2, '0')}`;
export const imageOf = (app: string): string => `docker.io/sim/${app}`;
export const repositoryOf = (app: string): string => `github.com/sim/${app}`;
export const fileOf = (app: string, environment: string): string => `apps/${app}/${environment}.yml`;
export const firstTag = 'v1.0.0';

const environmentsOf = (app: string, index: number): AppConfig['environments'] => {
  const common = (environment: string): EnvironmentConfig => ({
    ...production,
    configRepo: repos[index % repos.length] ?? repos[0],
    files: [fileOf(app, environment)],
    namespace: environment,
    cluster: `cluster-${index % 3}`,
    onFailure: index % 4 === 3 ? 'notify' : 'undo',
  });
  return {
    staging: { ...common('staging'), on: 'image-push', ...(index % 2 === 0 ? { pin: 'digest' } : {}) },
    production: { ...common('production'), on: 'tag-push' },
  };
};

/** Many apps with two environments each, one released on a pushed image and one on a Git tag, in a few config repos. */
export const simulatedProject = (apps: number) => {
  const names = Array.from({ length: apps }, (_, index) => appName(index));
  const config: Config = {
    clusters: Object.fromEntries([0, 1, 2].map((index) => [`cluster-${index}`, { kubeconfig: 'kms:AAAA' }])),
    configRepos: Object.fromEntries(
      repos.map((name) => [name, { url: `https://git.example.com/${name}.git`, branch: 'config' }]),
    ),
    sources: { github: { secret: 'kms:AAAA' } },
    registries: {},
    slack,
    apps: Object.fromEntries(
      names.map((name, index) => [
        name,
        { image: imageOf(name), repository: repositoryOf(name), environments: environmentsOf(name, index) },
      ]),
    ),
  };
  /** What a config repo has at the start. */
  const filesOf = (repo: string): ReadonlyMap<string, string> =>
    new Map(
      Object.entries(config.apps).flatMap(([app, { environments }]) =>
        Object.entries(environments)
          .filter(([, { configRepo }]) => configRepo === repo)
          .map(([name]) => [fileOf(app, name), deployment(app, `sim/${app}:${firstTag}`)] as const),
      ),
    );
  return { config, names, repos, filesOf };
};
