import type { Cluster } from './cluster.ts';
import {
  describeWorkload,
  formatSelector,
  hasReplicaSets,
  type ObjectList,
  type Pod,
  type ReplicaSet,
  type Workload,
  type WorkloadRef,
} from './objects.ts';
import type { Snapshot } from './snapshot.ts';

/** Where to ask for what belongs to a workload, and with which selector. */
export const belongingsOf = (
  { kind, namespace }: WorkloadRef,
  workload: Workload,
): {
  readonly podsAt: string;
  /** Undefined where the pods belong to the workload itself. */
  readonly replicaSetsAt: string | undefined;
  readonly query: { readonly labelSelector: string };
} => {
  const scope = `namespaces/${encodeURIComponent(namespace)}`;
  return {
    podsAt: `/api/v1/${scope}/pods`,
    replicaSetsAt: hasReplicaSets(kind) ? `/apis/apps/v1/${scope}/replicasets` : undefined,
    query: { labelSelector: formatSelector(workload.spec.selector) },
  };
};

/**
 * The workload with the pods and ReplicaSets that the server has at this moment: at least as new as the workload, which
 * a watch of its own brought, and which a followed list may lag behind.
 * @throws TagboatError `cluster-forbidden`, `cluster-unreachable`, …
 */
export const withBelongings = async (
  cluster: Cluster,
  ref: WorkloadRef,
  workload: Workload,
  signal: AbortSignal,
): Promise<Snapshot> => {
  const { podsAt, replicaSetsAt, query } = belongingsOf(ref, workload);
  const list = async <T>(path: string, what: string): Promise<readonly T[]> => {
    const answer = await cluster.api.json({
      method: 'GET',
      path,
      query,
      what: `list ${what} of ${describeWorkload(ref)}`,
      signal,
    });
    return (answer as ObjectList<T>).items ?? [];
  };
  const [pods, replicaSets] = await Promise.all([
    list<Pod>(podsAt, 'pods'),
    replicaSetsAt === undefined ? [] : list<ReplicaSet>(replicaSetsAt, 'replica sets'),
  ]);
  return { ref, workload, pods, replicaSets };
};
