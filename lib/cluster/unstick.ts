import { TagboatError } from '../errors.ts';
import type { Cluster } from './cluster.ts';
import { oldPods, type Snapshot } from './snapshot.ts';
import { isStuck } from './wedge.ts';

/** `web-2` → 2 */
const ordinalOf = (pod: string): number => Number(/-(\d+)$/.exec(pod)?.[1] ?? Number.NaN);

/**
 * Frees a StatefulSet that a broken pod of an earlier revision keeps from rolling. The controller waits for that pod to
 * become ready before it replaces anything, and so an undo would never arrive; Kubernetes' documentation says to delete
 * the pod by hand, and that is done here. The pod is broken (it cannot pull its image, or crash-loops), of a revision
 * that is to go, and beyond the partition; its volumes stay. Each is deleted once; where that is not allowed, the
 * diagnosis says what to do.
 * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback
 */
export const createUnstick = (cluster: Cluster, image: string, signal: AbortSignal) => {
  const deleted = new Set<string>();
  return async (snapshot: Snapshot): Promise<void> => {
    const { workload, ref } = snapshot;
    const strategy = workload?.spec.updateStrategy;
    if (workload === undefined || ref.kind !== 'StatefulSet' || strategy?.type === 'OnDelete') return;
    const partition = strategy?.rollingUpdate?.partition ?? 0;
    for (const pod of oldPods(snapshot, image)) {
      const { name, uid } = pod.metadata;
      if (uid === undefined || deleted.has(name)) continue;
      if (!isStuck(workload, pod) || !(ordinalOf(name) >= partition)) continue;
      deleted.add(name);
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
};
