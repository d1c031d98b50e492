import type { Workload } from '../../lib/cluster/objects/objects.ts';
import type { ApiObject } from './access.ts';
import type { AgreementCluster } from './cluster.ts';

/** A readiness gate holds a pod back on any cluster: its containers are ready, and it is not until the gate is opened. */
export const gate = 'tagboat.dev/let-go';

const isTrue = (pod: ApiObject, type: string): boolean =>
  pod.status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ===
  true;

const isLive = (pod: ApiObject): boolean => pod.metadata.deletionTimestamp === undefined;

const imageOf = (pod: ApiObject): string | undefined => pod.spec.containers[0]?.image;

/**
 * Opens the gates of the pods that run an image, each as soon as `mayPass` lets it. Until the signal.
 * @param mayPass resolves true once the pod may become ready
 * @returns whether one of these pods has been ready and then was not, without being on its way out: the lab's kubelet
 *   may write an earlier status of a pod over a later one, and mends it at once
 */
export const keepGates = async (
  cluster: AgreementCluster,
  namespace: string,
  image: string,
  mayPass: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<() => boolean> => {
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const met = new Set<string>();
  const ready = new Set<string>();
  let hasWavered = false;
  const openGate = async (name: string): Promise<void> => {
    if (!(await mayPass()) || signal.aborted) return;
    await cluster.write({
      method: 'PATCH',
      path: `${path}/${name}/status`,
      body: { status: { conditions: [{ type: gate, status: 'True' }] } },
    });
  };
  await cluster.watch(
    path,
    ({ type, object: pod }) => {
      const { name, uid = name } = pod.metadata;
      if (imageOf(pod) !== image || type === 'DELETED') return;
      if (isLive(pod) && isTrue(pod, 'Ready')) ready.add(uid);
      else if (isLive(pod) && ready.has(uid)) hasWavered = true;
      const isHeld = isLive(pod) && isTrue(pod, 'ContainersReady') && !isTrue(pod, gate);
      if (met.has(uid) || !isHeld) return;
      met.add(uid);
      void openGate(name);
    },
    signal,
  );
  return () => hasWavered;
};

/** Those of a namespace that are not about to go. */
export const livePods = async (
  cluster: AgreementCluster,
  namespace: string,
): Promise<readonly ApiObject[]> => {
  const list = await cluster.read(`/api/v1/namespaces/${namespace}/pods`);
  return (list as unknown as { readonly items: readonly ApiObject[] }).items.filter(isLive);
};

/** Whether the controller has counted the pods that there are. */
export const isCounted = ({ kind, status }: Workload, pods: readonly ApiObject[], image: string): boolean => {
  const updated = pods.filter((pod) => imageOf(pod) === image).length;
  return kind === 'DaemonSet'
    ? status?.updatedNumberScheduled === updated
    : status?.updatedReplicas === updated && status.replicas === pods.length;
};
