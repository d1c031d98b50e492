import type { Clock } from '../../clock.ts';
import { TagboatError } from '../../errors.ts';
import type { Cluster } from '../connect/cluster.ts';
import { describeWorkload, type Pod } from '../objects/objects.ts';
import { isReady, oldPods, type Snapshot } from '../status/snapshot.ts';
import { isBeyondPartition, ordinalOf } from '../status/stateful-availability.ts';
import { stuckFrom } from '../status/stuck-pod.ts';

/**
 * Deletes the broken pods of an earlier revision that keep a StatefulSet from rolling. The controller waits for such a
 * pod to become ready before it replaces anything, so an undo would never be rolled out; Kubernetes' documentation says
 * to delete the pod by hand, and that is done here. The pod is broken (it cannot pull its image, crash-loops or cannot be
 * created; see `stuckFrom`), of a revision that is being replaced, and beyond the partition; its volumes stay. Pods are
 * deleted one after the other, the lowest ordinal first, as the controller creates them: before the next one, the
 * successor of the last has to be ready. Each is deleted once; where that is not allowed, the diagnosis says what to do.
 * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback
 */
export const createForcedRollback = (cluster: Cluster, image: string, clock: Clock, signal: AbortSignal) => {
  const deletedUids = new Set<string>();
  /** Names of the pods that were deleted, or could not be. */
  const attempted = new Set<string>();
  /** By workload. */
  const lastDeleted = new Map<string, Pod>();
  let nextCheckAt = Number.POSITIVE_INFINITY;

  /** True where the pod that was deleted last has a successor, and that is ready. */
  const isReplaced = ({ pods, ref }: Snapshot): boolean => {
    const gone = lastDeleted.get(describeWorkload(ref))?.metadata;
    return (
      gone === undefined ||
      pods.some((pod) => pod.metadata.name === gone.name && pod.metadata.uid !== gone.uid && isReady(pod))
    );
  };

  /** The pods to delete now or later, the lowest ordinal first. */
  const candidatesOf = (snapshot: Snapshot) => {
    const { workload } = snapshot;
    if (workload === undefined) return [];
    return oldPods(snapshot, image)
      .flatMap((pod) => {
        const { name, uid } = pod.metadata;
        const deleteAt = isBeyondPartition(workload, name)
          ? stuckFrom(workload, pod)
          : Number.POSITIVE_INFINITY;
        return uid === undefined || attempted.has(name) || deleteAt === Number.POSITIVE_INFINITY
          ? []
          : [{ pod, name, uid, deleteAt }];
      })
      .toSorted((one, other) => ordinalOf(one.name) - ordinalOf(other.name));
  };

  /** Deletes the next pod that has been stuck for long enough. */
  const deleteStuckPods = async (snapshot: Snapshot): Promise<void> => {
    const { ref } = snapshot;
    nextCheckAt = Number.POSITIVE_INFINITY;
    const candidates = candidatesOf(snapshot);
    for (const { uid } of candidates) deletedUids.add(uid);
    if (!isReplaced(snapshot)) return;
    for (const { pod, name, uid, deleteAt } of candidates) {
      if (deleteAt > clock.now()) {
        nextCheckAt = Math.min(nextCheckAt, deleteAt);
        continue;
      }
      attempted.add(name);
      try {
        await cluster.api.json({
          method: 'DELETE',
          path: `/api/v1/namespaces/${encodeURIComponent(ref.namespace)}/pods/${encodeURIComponent(name)}`,
          body: {
            type: 'application/json',
            value: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } },
          },
          what: `delete the stuck pod ${ref.namespace}/${name}`,
          signal,
        });
        lastDeleted.set(describeWorkload(ref), pod);
        cluster.logger.info('deleted a broken pod that kept a StatefulSet from rolling', {
          namespace: ref.namespace,
          workload: ref.name,
          pod: name,
        });
      } catch (error) {
        if (!(error instanceof TagboatError)) throw error;
        deletedUids.delete(uid);
        cluster.logger.warn('could not delete a broken pod that keeps a StatefulSet from rolling', {
          namespace: ref.namespace,
          pod: name,
          error: error.message,
        });
      }
      return;
    }
  };

  return {
    deleteStuckPods,
    /** uids of the pods that were deleted and may not be gone yet, and of those that are to be deleted. */
    deletedUids: deletedUids as ReadonlySet<string>,
    /** When to check again even if nothing changes, in milliseconds since 1970. */
    get nextCheckAt(): number {
      return nextCheckAt;
    },
  };
};
