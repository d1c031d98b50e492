import type { Clock } from '../clock.ts';
import { TagboatError } from '../errors.ts';
import type { Cluster } from './cluster.ts';
import { oldPods, type Snapshot } from './snapshot.ts';
import { isBeyondPartition } from './stateful-availability.ts';
import { stuckFrom } from './wedge.ts';

export type Unstick = {
  /** Deletes what is stuck by now. */
  free(snapshot: Snapshot): Promise<void>;
  /** uids of the pods that were deleted; some may not be gone yet. */
  readonly freed: ReadonlySet<string>;
  /** When to look again even if nothing changes, in milliseconds since 1970. */
  readonly nextLook: number;
};

/**
 * Frees a StatefulSet that a broken pod of an earlier revision keeps from rolling. The controller waits for that pod to
 * become ready before it replaces anything, and so an undo would never arrive; Kubernetes' documentation says to delete
 * the pod by hand, and that is done here. The pod is broken (it cannot pull its image, crash-loops, cannot be created, or
 * has run for a minute without ever being ready), of a revision that is to go, and beyond the partition; its volumes
 * stay. Each is deleted once; where that is not allowed, the diagnosis says what to do.
 * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback
 */
export const createUnstick = (
  cluster: Cluster,
  image: string,
  clock: Clock,
  signal: AbortSignal,
): Unstick => {
  const freed = new Set<string>();
  const tried = new Set<string>();
  let nextLook = Number.POSITIVE_INFINITY;

  const free = async (snapshot: Snapshot): Promise<void> => {
    const { workload, ref } = snapshot;
    nextLook = Number.POSITIVE_INFINITY;
    for (const pod of oldPods(snapshot, image)) {
      const { name, uid } = pod.metadata;
      if (workload === undefined || uid === undefined || tried.has(name)) continue;
      const from = isBeyondPartition(workload, name) ? stuckFrom(workload, pod) : Number.POSITIVE_INFINITY;
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
        freed.add(uid);
        cluster.logger.info('deleted a broken pod that kept a StatefulSet from rolling', {
          namespace: ref.namespace,
          workload: ref.name,
          pod: name,
        });
      } catch (error) {
        if (!(error instanceof TagboatError)) throw error;
        cluster.logger.warn('could not delete a broken pod that keeps a StatefulSet from rolling', {
          namespace: ref.namespace,
          pod: name,
          error: error.message,
        });
      }
    }
  };

  return {
    free,
    freed,
    get nextLook() {
      return nextLook;
    },
  };
};
