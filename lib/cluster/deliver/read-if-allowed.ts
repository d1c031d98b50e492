import { statusOf } from '../connect/api-error.ts';
import type { Cluster } from '../connect/cluster.ts';
import { hasRollout, type Workload, type WorkloadRef } from '../objects/objects.ts';
import { readWorkload } from './workloads.ts';

/**
 * Whether a workload that a manifest defines is watched only as far as the role allows: what has no rollout, and what an agent
 * brings to another namespace than the environment's.
 */
export const mayBeUnreadable = (ref: WorkloadRef, namespace: string): boolean =>
  !hasRollout(ref) || ref.namespace !== namespace;

/**
 * The workload as it stands in the cluster; `unread` where the role need not allow that and does not: it counts as there, and
 * is not checked.
 * @param namespace the environment's
 */
export const readIfAllowed = async (
  cluster: Cluster,
  ref: WorkloadRef,
  namespace: string,
): Promise<Workload | 'unread' | undefined> => {
  try {
    return await readWorkload(cluster, ref);
  } catch (error) {
    if (!mayBeUnreadable(ref, namespace) || statusOf(error) !== 403) throw error;
    return 'unread';
  }
};
