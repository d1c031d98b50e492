import { deleteObject } from '../deletion.ts';
import { equal } from '../json.ts';
import { configMaps, pods, secrets } from '../resources.ts';
import type { Change } from '../store.ts';
import type { Pod } from '../types.ts';
import { createPodWorker, type KubeletParts, type PodWorker } from './pod-worker.ts';

/**
 * Runs the pods of all nodes, or rather pretends to: everything of a pod's life that shows in the API.
 */
export const createKubelet = (parts: KubeletParts): { handle(change: Change): void } => {
  const { context, logs } = parts;
  const workers = new Map<string, PodWorker>();

  const see = (pod: Pod): void => {
    if (pod.spec.nodeName === undefined) return;
    const { uid } = pod.metadata;
    const known = workers.get(uid);
    if (known !== undefined) {
      known.see(pod);
      return;
    }
    if (pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed') {
      if (pod.metadata.deletionTimestamp !== undefined)
        deleteObject(context, pods, pod, { gracePeriodSeconds: 0 });
      return;
    }
    const worker = createPodWorker(parts, pod);
    workers.set(uid, worker);
    worker.start();
  };

  return {
    handle: ({ type, resource, object, previous }) => {
      if (resource.key === configMaps.key || resource.key === secrets.key) {
        if (type === 'DELETED' || (previous !== undefined && equal(previous.data, object.data))) return;
        for (const worker of workers.values())
          if (worker.namespace === object.metadata.namespace) worker.wake();
        return;
      }
      if (resource.key !== pods.key) return;
      if (type === 'DELETED') {
        workers.get(object.metadata.uid)?.stop();
        workers.delete(object.metadata.uid);
        logs.drop(object as Pod);
        return;
      }
      const live = context.store.get<Pod>(pods, object.metadata.namespace, object.metadata.name);
      if (live !== undefined && live.metadata.uid === object.metadata.uid) see(live);
    },
  };
};
