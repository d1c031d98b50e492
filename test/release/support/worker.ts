import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Cluster } from '../../../lib/cluster/connect/connect.ts';
import type { Delivery } from '../../../lib/cluster/deliver/deliver.ts';
import type { AppConfig, Config, EnvironmentConfig } from '../../../lib/config/types.ts';
import { createObjectCache, openRemote } from '../../../lib/git/remote.ts';
import type { ProcessQueueContext } from '../../../lib/release/commit/process-queue.ts';
import { lockGroupOf } from '../../../lib/release/model/lock-group.ts';
import type { Release } from '../../../lib/release/model/release.ts';
import { useShell } from '../../git/support/shell.ts';
import { actor } from '../../support/records.ts';
import { startConfigRepo } from './config-repo.ts';
import { configWith, createContext, digest, production } from './context.ts';
import { startMemoryConfigRepo } from './memory-config-repo.ts';
import { startTable } from './table.ts';

export const deployment = (name: string, image: string) => `# ${name}
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers:
        - name: ${name}
          image: "${image}" # the version
`;

type Options = {
  readonly environment?: Partial<EnvironmentConfig>;
  /** More files in the config repo; an app's image is `example/<its name>`. */
  readonly files?: (nameOf: (app: string) => string) => Readonly<Record<string, string>>;
  readonly preflight?: (delivery: Delivery) => Promise<void>;
  readonly deliver?: () => Promise<void>;
};

type Tags = Readonly<Record<string, string>>;

type ConfigRepo = { readonly url: string; close(): Promise<void> };

let count = 0;

/** The real release worker for the tests of a file: the real record, and Git over HTTP. */
export const useWorker = () => {
  let started: Awaited<ReturnType<typeof startTable>>;
  beforeAll(async () => {
    started = await startTable();
  });
  afterAll(() => started.close());
  useShell();

  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  /** Apps with a Deployment each in one config repo, and a cluster that notes what it is given. */
  const arrangeIn = async <Repo extends ConfigRepo>(
    start: (files: Readonly<Record<string, string>>) => Promise<Repo>,
    tags: Tags,
    options: Options,
  ) => {
    const run = ++count;
    const apps = Object.keys(tags);
    const nameOf = (app: string) => `${app}-${run}`;
    const files = Object.fromEntries(
      apps.map((app) => [`deployment/${app}.yml`, deployment(app, `example/${nameOf(app)}:${tags[app]}`)]),
    );
    const repo = await start({ 'README.md': '# Config\n', ...files, ...options.files?.(nameOf) });
    closers.push(repo.close);
    const config: Config = {
      ...configWith({}, repo.url),
      apps: Object.fromEntries(
        apps.map((app): [string, AppConfig] => [
          nameOf(app),
          {
            image: `docker.io/example/${nameOf(app)}`,
            environments: {
              production: { ...production, files: [`deployment/${app}.yml`], ...options.environment },
            },
          },
        ]),
      ),
    };
    const all = createContext(started.table, config);
    const configRepo = config.configRepos.okeydokey;
    if (configRepo === undefined) throw new Error('no config repo');
    const group = lockGroupOf(configRepo);
    const delivered: Delivery[] = [];
    const cache = createObjectCache();
    const context: ProcessQueueContext = {
      ...all.context,
      openRemote: async (_name, { url, branch }) => openRemote({ url, branch, cache, clock: all.clock }),
      cluster: async () => ({}) as Cluster,
      preflight: async () => async (delivery) => options.preflight?.(delivery),
      deliver: async (_cluster, delivery) => {
        await options.deliver?.();
        delivered.push(delivery);
        return [{ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'okeydokey' }];
      },
      setPaused: async () => [],
    };
    const release = async (app: string, tag: string): Promise<Release> => {
      all.clock.advance(1000);
      const { release } = await all.record(
        {
          app: nameOf(app),
          environment: 'production',
          kind: 'release',
          image: `docker.io/example/${nameOf(app)}`,
          tag,
          digest: digest('a'),
          requestedBy: actor('github:octocat'),
          source: 'github',
          delivery: 'd',
          group,
          claim: tag,
        },
        `work#${group}`,
      );
      return release;
    };
    return {
      ...all,
      repo,
      context,
      group,
      delivered,
      release,
      nameOf,
      state: async (one: Release) => (await all.store.require(one)).state,
    };
  };

  return {
    /** The config repo is in memory: nearly every test. */
    arrange: (tags: Tags, options: Options = {}) => arrangeIn(startMemoryConfigRepo, tags, options),
    /** The config repo is Git's own, behind `git http-backend`: dear, for what Git itself is to judge. */
    arrangeOnGit: (tags: Tags, options: Options = {}) => arrangeIn(startConfigRepo, tags, options),
  };
};
