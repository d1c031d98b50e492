import { type ContainerStatus, hasReplicaSets, type Pod, statusesOf } from '../objects/objects.ts';
import { isReady, newPods, oldPods, type Snapshot } from '../status/snapshot.ts';
import { isStuckPod, pullFailures, stuckFrom } from '../status/stuck-pod.ts';

/**
 * A container that blocks the rollout.
 *
 * kubectl waits for such a rollout: for a Deployment until its progress deadline (ten minutes unless set), for a
 * StatefulSet or DaemonSet, which have no progress deadline, without end. Here it fails as soon as the cause is certain:
 *
 * - `crash-loop`: the container has been restarted four times and is in CrashLoopBackOff: on a real kubelet, that takes
 *   70 s and more.
 * - `image-pull`: the pull has failed for 20 s, and the registry's answer was definite (not found, denied); the caller
 *   reads that answer. What may be transient (timeouts, 429, 5xx) is waited out. The time counts from the first failure
 *   where that was watched, since images pulled before and init containers may have taken long; else from the start of
 *   the pod.
 * - `config`: for 30 s the container could not be created, because a ConfigMap, a Secret or a key of one is missing. The
 *   time is for objects that are applied right after the workload.
 *
 * In a Deployment or Rollout this counts only while no pod of the new revision is ready: with one that is, the image and
 * the program are good, and the cause may be one node. In the others a single blocked pod stops the rest.
 *
 * The containers of a Job may crash as often as it allows (`backoffLimit`): its own verdict counts.
 *
 * A StatefulSet is also blocked by such a pod of an earlier revision; see `isStuckPod`.
 */
export type BlockedContainer = {
  readonly type: 'crash-loop' | 'image-pull' | 'config';
  readonly pod: Pod;
  readonly container: string;
  /** From when on it counts, in milliseconds since 1970; -Infinity: at once. */
  readonly countsFrom: number;
};

/** With fewer restarts a container may still come up. */
const certainRestarts = 4;

/** How long a container has to be blocked, in milliseconds, before the rollout may fail because of it. */
export const minBlockedMs: Readonly<Record<BlockedContainer['type'], number>> = {
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

/** The first blocked container of a pod, of whatever revision the pod is. */
export const blockedContainerOf = (pod: Pod): Omit<BlockedContainer, 'countsFrom'> | undefined => {
  for (const status of statusesOf(pod)) {
    const type = blockReasonOf(status);
    if (type !== undefined) return { type, pod, container: status.name };
  }
  return undefined;
};

/** Such a pod (an evicted one, for example) does not start again; its controller makes another. */
const isOver = ({ status }: Pod): boolean => status?.phase === 'Failed' || status?.phase === 'Succeeded';

/**
 * Every container that blocks the rollout, at most one of a pod.
 * @param deletedUids uids of pods that are being deleted, or are to be
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
    const blocked = blockedContainerOf(pod);
    const countsFrom =
      workload !== undefined && stuck.includes(pod) ? stuckFrom(workload, pod) : Number.NEGATIVE_INFINITY;
    const isJobs = ref.kind === 'Job' && blocked?.type === 'crash-loop';
    return blocked === undefined || isJobs ? [] : [{ ...blocked, countsFrom }];
  });
};

/**
 * What kubelet and registries say of a pull that waiting does not help.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
 */
const definite =
  /not found|manifest unknown|name unknown|does not exist|repository .* not exist|unauthorized|authentication required|access denied|denied:|403 forbidden|invalid reference|couldn't parse image|no match for platform|InvalidImageName|ErrImageNeverPull/i;
/** The same of one that may succeed later. */
const transient =
  /toomanyrequests|rate limit|\b429\b|timeout|timed out|connection (?:refused|reset)|no such host|\b50[0234]\b/i;

/** True where the messages about a failed pull mean that trying again will not help. */
export const isDefiniteRefusal = (messages: string): boolean => {
  // Names of images hold such words by chance: acme/timeout-service, acme/unauthorized-page.
  const bare = messages.replaceAll(/\S*\w\/\w\S*/g, (name) => (name === 'i/o' ? name : ' '));
  return definite.test(bare) && !transient.test(bare);
};

/** How long ago the pod started; 0 where it does not say. */
export const podAgeMs = (pod: Pod, now: number): number => {
  const start = Date.parse(pod.status?.startTime ?? pod.metadata.creationTimestamp ?? '');
  return Number.isNaN(start) ? 0 : now - start;
};
