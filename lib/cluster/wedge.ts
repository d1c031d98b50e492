import { type ContainerStatus, hasReplicaSets, type Pod, type Workload } from './objects.ts';
import { isReady, newPods, oldPods, type Snapshot } from './snapshot.ts';

/**
 * A container that stands in the way of the rollout.
 *
 * kubectl waits for such a rollout: for a Deployment until its progress deadline (ten minutes unless set), for a
 * StatefulSet or DaemonSet, which have none, for ever. Here it is called failed as soon as it is certain:
 *
 * - `crash-loop`: the container has been restarted three times and waits for the next: on a real kubelet, 30 s and more
 *   of crashing.
 * - `image-pull`: the pod has tried for 20 s, and the registry's answer was definite (not found, denied). The caller
 *   looks for that answer. What may be a hiccup (timeouts, 429, 5xx) is waited out.
 * - `config`: for 30 s the container could not be created, because a ConfigMap, a Secret or a key of one is missing. What
 *   is applied beside the workload may come a moment after it.
 *
 * In a Deployment or Rollout this counts only while no pod of the new revision is ready: with one that is, the image and
 * the program are good, and the trouble may be that of one node. In the others a single such pod blocks the rest.
 *
 * A StatefulSet is also blocked by such a pod of an earlier revision; see `isStuck`.
 */
export type Wedge = {
  readonly type: 'crash-loop' | 'image-pull' | 'config';
  readonly pod: Pod;
  readonly container: string;
};

/** After so many restarts a crash loop is taken to be one. */
const certainRestarts = 3;

/** How long a pod may be at it, in milliseconds, even where its trouble is definite. */
export const patience: Readonly<Record<Wedge['type'], number>> = {
  'crash-loop': 0,
  'image-pull': 20_000,
  config: 30_000,
};

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
  if (reason === 'CreateContainerConfigError') return 'config';
  if (reason === 'CrashLoopBackOff' && status.restartCount >= certainRestarts) return 'crash-loop';
  return undefined;
};

/**
 * Every container that stands in the way, at most one of a pod.
 * @param freed uids of pods that have been deleted and may not be gone yet
 */
export const findWedges = (
  snapshot: Snapshot,
  image: string,
  freed: ReadonlySet<string> = new Set(),
): readonly Wedge[] => {
  const { workload, ref } = snapshot;
  const fresh = newPods(snapshot, image);
  const oneIsReady = hasReplicaSets(ref.kind) && fresh.some(isReady);
  const stuck = oldPods(snapshot, image).filter((pod) => workload !== undefined && isStuck(workload, pod));
  const pods = [...(oneIsReady ? [] : fresh), ...stuck].filter(
    ({ metadata }) => metadata.deletionTimestamp === undefined && !freed.has(metadata.uid ?? ''),
  );
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

const isBroken = (status: ContainerStatus): boolean => {
  const reason = status.state?.waiting?.reason;
  return (
    !status.ready &&
    reason !== undefined &&
    (pullFailures.has(reason) || reason === 'CrashLoopBackOff' || reason === 'CreateContainerConfigError')
  );
};

const canBeStuck = ({ kind, spec }: Workload, pod: Pod): boolean =>
  kind === 'StatefulSet' &&
  spec.updateStrategy?.type !== 'OnDelete' &&
  spec.podManagementPolicy !== 'Parallel' &&
  pod.metadata.deletionTimestamp === undefined;

/**
 * A broken pod of an earlier revision that keeps a StatefulSet from rolling: the controller waits for it to become ready before
 * it replaces anything, even when the template has long been mended. With the strategy OnDelete it is people who delete
 * pods, and with parallel management the controller does not wait.
 * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback
 */
export const isStuck = (workload: Workload, pod: Pod): boolean =>
  canBeStuck(workload, pod) &&
  [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])].some(isBroken);

/** How long a pod of an earlier revision may run without ever becoming ready, in milliseconds. */
const unreadyPatience = 60_000;
/** Within so many milliseconds of its start, a pod's first word on its readiness is told from a change of it. */
const firstWord = 10_000;

/**
 * When a pod of an earlier revision has kept a StatefulSet from rolling for so long that it may go, in milliseconds since
 * 1970: at once where it is broken; after a minute where it runs and was never ready, as after a release that failed so.
 * One that was ready and is not any more may come back; for it, and for all that stand in nobody's way, Infinity.
 */
export const stuckFrom = (workload: Workload, pod: Pod): number => {
  if (!canBeStuck(workload, pod)) return Number.POSITIVE_INFINITY;
  if (isStuck(workload, pod)) return Number.NEGATIVE_INFINITY;
  const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready');
  const start = Date.parse(pod.status?.startTime ?? '');
  const since = Date.parse(ready?.lastTransitionTime ?? '');
  const neverReady = ready?.status === 'False' && since - start <= firstWord;
  return neverReady && pod.status?.phase === 'Running' ? start + unreadyPatience : Number.POSITIVE_INFINITY;
};
