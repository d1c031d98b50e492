import { type ContainerStatus, hasReplicaSets, type Pod, statusesOf } from '../objects/objects.ts';
import { isReady, newPods, oldPods, type Snapshot } from '../status/snapshot.ts';
import { isStuckPod, pullFailures, stuckFrom } from '../status/stuck-pod.ts';

/**
 * A container that stands in the way of the rollout.
 *
 * kubectl waits for such a rollout: for a Deployment until its progress deadline (ten minutes unless set), for a
 * StatefulSet or DaemonSet, which have none, for ever. Here it is called failed as soon as it is certain:
 *
 * - `crash-loop`: the container has been restarted four times and waits for the next: on a real kubelet, 70 s and more
 *   of crashing.
 * - `image-pull`: the pod has tried for 20 s, and the registry's answer was definite (not found, denied). The caller
 *   looks for that answer. What may be a hiccup (timeouts, 429, 5xx) is waited out. The time counts from the first
 *   failure where that was watched, since images pulled before and init containers may have taken long; else from the
 *   start of the pod.
 * - `config`: for 30 s the container could not be created, because a ConfigMap, a Secret or a key of one is missing. What
 *   is applied beside the workload may come a moment after it.
 *
 * In a Deployment or Rollout this counts only while no pod of the new revision is ready: with one that is, the image and
 * the program are good, and the trouble may be that of one node. In the others a single such pod blocks the rest.
 *
 * A StatefulSet is also blocked by such a pod of an earlier revision; see `isStuckPod`.
 */
export type BlockedContainer = {
  readonly type: 'crash-loop' | 'image-pull' | 'config';
  readonly pod: Pod;
  readonly container: string;
  /** From when on it counts, in milliseconds since 1970; -Infinity: at once. */
  readonly from: number;
};

/** After so many restarts a crash loop is taken to be one. */
const certainRestarts = 4;

/** How long a pod may be at it, in milliseconds, even where its trouble is definite. */
export const patience: Readonly<Record<BlockedContainer['type'], number>> = {
  'crash-loop': 0,
  'image-pull': 20_000,
  config: 30_000,
};

const blockReasonOf = (status: ContainerStatus): BlockedContainer['type'] | undefined => {
  const reason = status.state?.waiting?.reason;
  if (reason === undefined || status.ready) return undefined;
  if (pullFailures.has(reason)) return 'image-pull';
  if (reason === 'CreateContainerConfigError') return 'config';
  if (reason === 'CrashLoopBackOff' && status.restartCount >= certainRestarts) return 'crash-loop';
  return undefined;
};

/** The first container of a pod that would stand in the way, of whatever revision the pod is. */
export const troubleOf = (pod: Pod): Omit<BlockedContainer, 'from'> | undefined => {
  for (const status of statusesOf(pod)) {
    const type = blockReasonOf(status);
    if (type !== undefined) return { type, pod, container: status.name };
  }
  return undefined;
};

/** Evicted, say: it will not start again, and its controller makes another one. */
const isOver = ({ status }: Pod): boolean => status?.phase === 'Failed' || status?.phase === 'Succeeded';

/**
 * Every container that stands in the way, at most one of a pod.
 * @param deletedUids uids of pods that have been deleted and may not be gone yet, or will be
 */
export const findBlockedContainers = (
  snapshot: Snapshot,
  image: string,
  deletedUids: ReadonlySet<string> = new Set(),
): readonly BlockedContainer[] => {
  const { workload, ref } = snapshot;
  const fresh = newPods(snapshot, image);
  const oneIsReady = hasReplicaSets(ref.kind) && fresh.some(isReady);
  const stuck = oldPods(snapshot, image).filter((pod) => workload !== undefined && isStuckPod(workload, pod));
  const pods = [...(oneIsReady ? [] : fresh), ...stuck].filter(
    (pod) =>
      pod.metadata.deletionTimestamp === undefined &&
      !isOver(pod) &&
      !deletedUids.has(pod.metadata.uid ?? ''),
  );
  return pods.flatMap((pod) => {
    const trouble = troubleOf(pod);
    const from =
      workload !== undefined && stuck.includes(pod) ? stuckFrom(workload, pod) : Number.NEGATIVE_INFINITY;
    return trouble === undefined ? [] : [{ ...trouble, from }];
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
export const isDefiniteRefusal = (words: string): boolean => {
  // Names of images hold such words by chance: acme/timeout-service, acme/unauthorized-page.
  const bare = words.replaceAll(/\S*\w\/\w\S*/g, (name) => (name === 'i/o' ? name : ' '));
  return definite.test(bare) && !passing.test(bare);
};

/** How long the pod has been at it, in milliseconds. */
export const ageOf = (pod: Pod, now: number): number => {
  const start = Date.parse(pod.status?.startTime ?? pod.metadata.creationTimestamp ?? '');
  return Number.isNaN(start) ? 0 : now - start;
};
