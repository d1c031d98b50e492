import type { Clock } from '../../../lib/clock.ts';
import { type Cluster, connect } from '../../../lib/cluster/connect/connect.ts';
import type { Config } from '../../../lib/config/types.ts';
import type { Logger } from '../../../lib/logger.ts';
import type { LocalRegistry } from '../emulators/registry/registry.ts';
import { type Agent, createAgent } from './agent.ts';
import { bootstrap } from './bootstrap.ts';
import { openConfigRepo } from './config-repo.ts';
import type { Parts } from './parts.ts';
import { readTag } from './render.ts';
import { synchronise } from './synchronise.ts';
import type { Synced, Target } from './types.ts';

export type { Agent } from './agent.ts';
export type { Built, StandIn, Synced, Target } from './types.ts';

/** What brings the embedded cluster to what the config repos say, and keeps it there. */
export type Gitops = {
  /**
   * Brings every environment of the embedded cluster to what its config repo says, once; from then on the agent follows those
   * with `deliver: agent`. Throws nothing.
   */
  start(): Promise<readonly Synced[]>;
  readonly agent: Agent;
};

export type GitopsOptions = {
  readonly config: Config;
  /** Of the embedded cluster; undefined where a real one is in its place. */
  readonly kubeconfig: string | undefined;
  readonly registry: LocalRegistry;
  readonly unseal: (reference: string, slot: string) => Promise<string>;
  /** Where Kustomize is looked for: `PATH`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether the agent looks at the branches by itself; else when it is told to. */
  readonly polls: boolean;
  readonly clock?: Clock | undefined;
  readonly logger: Logger;
};

/** @returns `close` ends what is under way */
export const createGitops = (options: GitopsOptions): Gitops & { close(): void } => {
  const { config, kubeconfig, logger, polls, clock } = options;
  const closing = new AbortController();
  const embedded = kubeconfig === undefined ? undefined : connect({ kubeconfig, logger });
  const targets = targetsOf(config);
  const parts = createParts(options, embedded, closing.signal);
  const agent = createAgent(parts, targets, clock);
  return {
    agent,
    start: async () => {
      const synced = await bootstrap(parts, targets);
      agent.begin(synced, { polls });
      return synced;
    },
    close: () => {
      closing.abort();
      embedded?.close();
    },
  };
};

const createParts = (options: GitopsOptions, embedded: Cluster | undefined, signal: AbortSignal): Parts => {
  const { config, registry, unseal, env, logger, clock } = options;
  return {
    ...{ signal, logger },
    open: async (name) => {
      const repo = config.configRepos[name];
      if (repo === undefined) throw new Error(`there is no config repo ${name}`);
      return openConfigRepo(name, repo, { unseal, logger, clock, signal });
    },
    synchronise: async (snapshot, target, how) => {
      try {
        const isEmbedded = embedded?.server === (await serverOf(target.environment.cluster, options));
        if (embedded === undefined || !isEmbedded)
          return { type: 'left-alone', target, tag: await readTag(snapshot, target) };
        const what = { apps: config.apps, cluster: embedded, registry, env, signal };
        return await synchronise(snapshot, target, what, how);
      } catch (error) {
        return { type: 'failed', target, error };
      }
    },
  };
};

/** Where the kubeconfig of a cluster leads. @throws TagboatError `secret-…`, `cluster-kubeconfig-invalid` */
const serverOf = async (name: string, { config, unseal }: GitopsOptions): Promise<string | undefined> => {
  const cluster = config.clusters[name];
  if (cluster === undefined) return undefined;
  const kubeconfig = await unseal(cluster.kubeconfig, `clusters/${name}/kubeconfig`);
  const connection = connect({ kubeconfig, context: cluster.context });
  connection.close();
  return connection.server;
};

const targetsOf = ({ apps }: Config): readonly Target[] =>
  Object.entries(apps).flatMap(([app, { image, environments }]) =>
    Object.entries(environments).map(([environmentName, environment]) => ({
      ...{ app, image, environmentName, environment },
    })),
  );
