import type { Clock } from '../../clock.ts';
import { TagboatError } from '../../errors.ts';
import type { Cluster } from '../connect/cluster.ts';
import { describeWorkload, type Pod } from '../objects/objects.ts';
import { isReady, oldPods, type Snapshot } from '../status/snapshot.ts';
import { isBeyondPartition, ordinalOf } from '../status/stateful-availability.ts';
import { stuckFrom } from '../status/stuck-pod.ts';

export type ForcedRollback = {
  /** Deletes what is stuck by now. */
  free(snapshot: Snapshot): Promise<void>;
  /** uids of the pods that were deleted, and may not be gone yet, or will be when it is their turn. */
  readonly deletedUids: ReadonlySet<string>;
  /** When to look again even if nothing changes, in milliseconds since 1970. */
  readonly nextLook: number;
};

/**
 * Frees a StatefulSet that a broken pod of an earlier revision keeps from rolling. The controller waits for that pod to
 * become ready before it replaces anything, and so an undo would never arrive; Kubernetes' documentation says to delete
 * the pod by hand, and that is done here. The pod is broken (it cannot pull its image, crash-loops or cannot be created; see
 * `stuckFrom`), of a revision that is to go, and beyond the partition; its volumes stay. They go one after the other,
 * the lowest first, as the controller makes them: before the next one, the successor of the last has to be ready. Each is
 * deleted once; where that is not allowed, the diagnosis says what to do.
 * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback
 */
export const createForcedRollback = (
  cluster: Cluster,
  image: string,
  clock: Clock,
  signal: AbortSignal,
): ForcedRollback => {
  const deletedUids = new Set<string>();
  /** Names of those that were deleted, or may not be. */
  const tried = new Set<string>();
  /** The pod of a workload that was deleted last. */
  const last = new Map<string, Pod>();
  let nextLook = Number.POSITIVE_INFINITY;

  /** What was deleted last has a successor, and that is ready. */
  const isReplaced = ({ pods, ref }: Snapshot): boolean => {
    const gone = last.get(describeWorkload(ref))?.metadata;
    return (
      gone === undefined ||
      pods.some((pod) => pod.metadata.name === gone.name && pod.metadata.uid !== gone.uid && isReady(pod))
    );
  };

  /** The pods that may go now or later, the lowest ordinal first. */
  const candidatesOf = (snapshot: Snapshot) => {
    const { workload } = snapshot;
    if (workload === undefined) return [];
    return oldPods(snapshot, image)
      .flatMap((pod) => {
        const { name, uid } = pod.metadata;
        const from = isBeyondPartition(workload, name) ? stuckFrom(workload, pod) : Number.POSITIVE_INFINITY;
        return uid === undefined || tried.has(name) || from === Number.POSITIVE_INFINITY
          ? []
          : [{ pod, name, uid, from }];
      })
      .toSorted((one, other) => ordinalOf(one.name) - ordinalOf(other.name));
  };

  const free = async (snapshot: Snapshot): Promise<void> => {
    const { ref } = snapshot;
    nextLook = Number.POSITIVE_INFINITY;
    const candidates = candidatesOf(snapshot);
    for (const { uid } of candidates) deletedUids.add(uid);
    if (!isReplaced(snapshot)) return;
    for (const { pod, name, uid, from } of candidates) {
      if (from > clock.now()) {
        nextLook = Math.min(nextLook, from);
        continue;
      }
      tried.add(name);
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
        last.set(describeWorkload(ref), pod);
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
    free,
    deletedUids,
    get nextLook() {
      return nextLook;
    },
  };
};
