import type { Cluster } from '../connect/cluster.ts';
import { listAll } from '../connect/list.ts';
import {
  describeWorkload,
  formatSelector,
  hasReplicaSets,
  type Pod,
  type ReplicaSet,
  type Workload,
  type WorkloadRef,
} from '../objects/objects.ts';
import type { Snapshot } from './snapshot.ts';

/** Where to ask for what belongs to a workload, and with which selector. */
export const ownedResourcesOf = (
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

/** @throws TagboatError `cluster-*` */
export const readPods = async (
  cluster: Cluster,
  ref: WorkloadRef,
  workload: Workload,
  signal?: AbortSignal,
): Promise<readonly Pod[]> => {
  const { podsAt: path, query } = ownedResourcesOf(ref, workload);
  return (await listAll<Pod>(cluster, { path, query, what: `pods of ${describeWorkload(ref)}`, signal }))
    .items;
};

/** Empty where the pods belong to the workload itself. @throws TagboatError `cluster-*` */
export const readReplicaSets = async (
  cluster: Cluster,
  ref: WorkloadRef,
  workload: Workload,
  signal?: AbortSignal,
): Promise<readonly ReplicaSet[]> => {
  const { replicaSetsAt: path, query } = ownedResourcesOf(ref, workload);
  if (path === undefined) return [];
  const what = `replica sets of ${describeWorkload(ref)}`;
  return (await listAll<ReplicaSet>(cluster, { path, query, what, signal })).items;
};

/**
 * The workload with the pods and ReplicaSets that the server has at this moment: at least as new as the workload, which
 * a watch of its own brought, and which a followed list may lag behind.
 * @throws TagboatError `cluster-forbidden`, `cluster-unreachable`, …
 */
export const withOwnedResources = async (
  cluster: Cluster,
  ref: WorkloadRef,
  workload: Workload,
  signal: AbortSignal,
): Promise<Snapshot> => {
  const [pods, replicaSets] = await Promise.all([
    readPods(cluster, ref, workload, signal),
    readReplicaSets(cluster, ref, workload, signal),
  ]);
  return { ref, workload, pods, replicaSets };
};
