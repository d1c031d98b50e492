import type { ContainerStatus, Pod, Workload } from './objects.ts';
import { isReady, newPods, type Snapshot } from './snapshot.ts';

/**
 * A container of the new revision that stands in the way of the rollout.
 *
 * kubectl waits for such a rollout: for a Deployment until its progress deadline (ten minutes unless set), for a
 * StatefulSet or DaemonSet, which have none, for ever. Here it is called failed as soon as it is certain:
 *
 * - `crash-loop`: the container has been restarted three times and waits for the next: on a real kubelet, 30 s and more
 *   of crashing.
 * - `image-pull`: the pod has tried for 20 s, and the registry's answer was definite (not found, denied). The caller
 *   looks for that answer. What may be a hiccup (timeouts, 429, 5xx) is waited out.
 *
 * In a Deployment this counts only while no pod of the new revision is ready: with one that is, the image and the
 * program are good, and the trouble may be that of one node. In the others a single such pod blocks the rest.
 */
export type Wedge = {
  readonly type: 'crash-loop' | 'image-pull';
  readonly pod: Pod;
  readonly container: string;
};

/** After so many restarts a crash loop is taken to be one. */
const certainRestarts = 3;

/** How long a pod may fail to pull its image, in milliseconds, even where the registry's answer was definite. */
export const pullPatience = 20_000;

export const pullFailures: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
]);

const wedgeOf = (status: ContainerStatus): Wedge['type'] | undefined => {
  const reason = status.state?.waiting?.reason;
  if (reason === undefined || status.ready) return undefined;
  if (pullFailures.has(reason)) return 'image-pull';
  if (reason === 'CrashLoopBackOff' && status.restartCount >= certainRestarts) return 'crash-loop';
  return undefined;
};

/** Every container that stands in the way, at most one of a pod. */
export const findWedges = (snapshot: Snapshot, image: string): readonly Wedge[] => {
  const pods = newPods(snapshot, image).filter((pod) => pod.metadata.deletionTimestamp === undefined);
  if (snapshot.ref.kind === 'Deployment' && pods.some(isReady)) return [];
  return pods.flatMap((pod) => {
    for (const status of [
      ...(pod.status?.initContainerStatuses ?? []),
      ...(pod.status?.containerStatuses ?? []),
    ]) {
      const type = wedgeOf(status);
      if (type !== undefined) return [{ type, pod, container: status.name }];
    }
    return [];
  });
};

/**
 * Words of kubelet and registries that do not change by waiting. Rate limits and timeouts say other things.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
 */
const definite =
  /not found|manifest unknown|name unknown|does not exist|repository .* not exist|unauthorized|authentication required|access denied|denied:|403 forbidden|invalid reference|couldn't parse image|no match for platform|InvalidImageName|ErrImageNeverPull/i;
const passing =
  /toomanyrequests|rate limit|\b429\b|timeout|timed out|connection (?:refused|reset)|no such host|\b50[0234]\b/i;

/** True where a registry's words mean that the image will not come. */
export const isDefiniteRefusal = (words: string): boolean => definite.test(words) && !passing.test(words);

/** How long the pod has been at it, in milliseconds. */
export const ageOf = (pod: Pod, now: number): number => {
  const start = Date.parse(pod.status?.startTime ?? pod.metadata.creationTimestamp ?? '');
  return Number.isNaN(start) ? 0 : now - start;
};

/**
 * A pod of an earlier revision that keeps a StatefulSet from rolling: the controller waits for it to become ready before
 * it replaces anything, even when the template has long been mended.
 * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback
 */
export const isStuck = (workload: Workload, pod: Pod): boolean =>
  workload.kind === 'StatefulSet' &&
  pod.metadata.deletionTimestamp === undefined &&
  (pod.status?.containerStatuses ?? []).some((status) => {
    const reason = status.state?.waiting?.reason;
    return (
      !status.ready && reason !== undefined && (pullFailures.has(reason) || reason === 'CrashLoopBackOff')
    );
  });
