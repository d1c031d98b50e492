import { conditionOf, type Pod, type Workload } from '../objects/objects.ts';
import { isReady } from './snapshot.ts';

type Availability =
  | { readonly type: 'available' }
  | {
      readonly type: 'waiting';
      readonly message: string;
      /** When the clock alone may have changed it, in milliseconds since 1970. */
      readonly nextCheckAt: number;
    };

/** `web-2` → 2 */
export const ordinalOf = (pod: string): number => Number(/-(\d+)$/.exec(pod)?.[1] ?? Number.NaN);

/** True where a rolling update replaces that pod: it is not held back by the partition. */
export const isBeyondPartition = ({ spec }: Workload, pod: string): boolean => {
  const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  return ordinalOf(pod) - (spec.ordinals?.start ?? 0) >= partition;
};

/** How many pods are to be of the new revision in the end. */
const wantedOf = ({ spec }: Workload): number =>
  Math.max(0, (spec.replicas ?? 1) - (spec.updateStrategy?.rollingUpdate?.partition ?? 0));

/** When the pod will be available, in milliseconds since 1970; Infinity while it is not ready. */
const availableAt = (pod: Pod, minReadySeconds: number): number => {
  if (!isReady(pod)) return Number.POSITIVE_INFINITY;
  if (minReadySeconds === 0) return Number.NEGATIVE_INFINITY;
  const since = Date.parse(conditionOf(pod, 'Ready')?.lastTransitionTime ?? '');
  return Number.isNaN(since) ? Number.POSITIVE_INFINITY : since + minReadySeconds * 1000;
};

/**
 * Whether the pods that a StatefulSet was to replace are available: ready, and for `minReadySeconds`. kubectl looks at
 * neither: it counts ready pods, those that are about to go included. Where the controller counts available pods itself
 * (`availableReplicas`, since Kubernetes 1.22), its count goes before the clock here. Pure.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/api/v1/pod/util.go (IsPodAvailable)
 * @param pods of the new revision; undefined where they may not be read, and the counts have to do
 */
export const statefulSetAvailability = (
  workload: Workload,
  pods: readonly Pod[] | undefined,
  now: number,
): Availability => {
  const { spec, status, metadata } = workload;
  const wanted = wantedOf(workload);
  const { minReadySeconds = 0, replicas = 1 } = spec;
  const counted = minReadySeconds === 0 ? undefined : status?.availableReplicas;
  const waiting = (available: number, nextCheckAt: number): Availability => ({
    type: 'waiting',
    message: `Waiting for statefulset "${metadata.name}": ${Math.min(wanted, available)} of ${wanted} new pods are available${minReadySeconds === 0 ? '' : ` (minReadySeconds is ${minReadySeconds})`}...`,
    nextCheckAt,
  });
  const isAllCounted = counted !== undefined && counted >= replicas;
  if (pods === undefined)
    return counted === undefined || isAllCounted
      ? { type: 'available' }
      : waiting(Math.max(0, counted - (replicas - wanted)), Number.POSITIVE_INFINITY);
  const times = pods
    .filter((pod) => isBeyondPartition(workload, pod.metadata.name))
    .map((pod) => availableAt(pod, isAllCounted ? 0 : minReadySeconds));
  const available = times.filter((time) => time <= now).length;
  if (counted !== undefined && !isAllCounted && wanted === replicas)
    return waiting(Math.min(available, counted), Number.POSITIVE_INFINITY);
  return available >= wanted
    ? { type: 'available' }
    : waiting(available, Math.min(...times.filter((time) => time > now)));
};
