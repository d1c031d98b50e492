import type { Clock } from '../../clock.ts';
import type { Cluster } from '../../cluster/connect/connect.ts';
import { withCluster } from '../../cluster/connect/with-cluster.ts';
import type { ManifestFile } from '../../cluster/deliver/deliver.ts';
import type { Preflight } from '../../cluster/deliver/preflight.ts';
import type { TargetedRelease } from '../model/target.ts';
import type { Context } from '../queue/context.ts';
import { byCluster, type ClusterFaults } from './by-cluster.ts';
import { deliveryOf } from './delivery.ts';

export type PreflightContext = Pick<Context, 'config'> & {
  /** A connection to the cluster of that name. */
  readonly cluster: (name: string) => Promise<Cluster>;
  /** Waits for its first answer, and then looks whether it would take a delivery. */
  readonly preflight: (cluster: Cluster) => Promise<Preflight>;
  readonly clock: Clock;
};

/** A release that is about to be committed, and the files as they would be. */
export type Planned = TargetedRelease & {
  readonly files: readonly ManifestFile[];
  /** Its workloads are to be restarted, since its tag was pushed again. */
  readonly restarts: boolean;
};

/** What can be known before a commit is checked before it: else Git would say what no cluster can be brought to. */
export type CommitPreflight = {
  /** Connects to the clusters of the releases; to be done beside the reading of Git. What goes wrong shows in `check`. */
  open(releases: readonly TargetedRelease[]): Promise<void>;
  /** @returns by the id of the release, what stands in the way of its commit */
  check(planned: readonly Planned[]): Promise<ReadonlyMap<string, unknown>>;
};

/** An agent applies the commit: no cluster has to answer for it. One that is committed already has to be delivered. */
const needsPreflight = ({ release, target }: TargetedRelease): boolean =>
  target.environment.deliver !== 'agent' && release.state !== 'committed';

/**
 * For one invocation: what a cluster has answered once is not asked again.
 * @param faults clusters that do not answer
 */
export const createCommitPreflight = (context: PreflightContext, faults: ClusterFaults): CommitPreflight => {
  const opened = new Map<string, Promise<Preflight>>();
  const preflightOf = (name: string): Promise<Preflight> => {
    const preflight = opened.get(name) ?? context.cluster(name).then(context.preflight);
    opened.set(name, preflight);
    return preflight;
  };
  return {
    open: async (releases) => {
      const names = new Set(releases.filter(needsPreflight).map(({ target }) => target.environment.cluster));
      await Promise.allSettled([...names].map(preflightOf));
    },
    check: async (planned) => {
      const found = new Map<string, unknown>();
      await byCluster(planned.filter(needsPreflight), faults, async ({ files, restarts, ...one }, known) => {
        const { cluster } = one.target.environment;
        try {
          if (known !== undefined) throw known;
          const restartedAt = restarts ? new Date(context.clock.now()).toISOString() : undefined;
          await withCluster(cluster, context.cluster, async () =>
            (await preflightOf(cluster))({ ...deliveryOf(one, files, context.config), restartedAt }),
          );
          return undefined;
        } catch (error) {
          found.set(one.release.id, error);
          return error;
        }
      });
      return found;
    },
  };
};
