import {
  type ContainerStatus,
  conditionOf,
  type Pod,
  statusesOf,
  type Workload,
} from '../objects/objects.ts';
import { isReady } from './snapshot.ts';

/** The reasons for which a container waits while its image cannot be pulled. */
export const pullFailures: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
]);

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
 * it replaces anything, even when the template has long been corrected. With the strategy OnDelete pods are deleted by
 * hand, and with parallel management the controller does not wait.
 * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback
 */
export const isStuckPod = (workload: Workload, pod: Pod): boolean =>
  canBeStuck(workload, pod) && statusesOf(pod).some(isBroken);

/** True where a pod of an earlier revision runs, is not ready, and so keeps a StatefulSet from rolling. */
export const isUnreadyInTheWay = (workload: Workload, pod: Pod): boolean =>
  canBeStuck(workload, pod) && pod.status?.phase === 'Running' && !isReady(pod);

/** How long a pod of an earlier revision may be broken before it is deleted, in milliseconds. */
const stuckGraceMs = 60_000;
/** Within so many milliseconds of its start, a pod's Ready condition is its first report and not a change. */
const firstReportMs = 10_000;

/**
 * When a pod of an earlier revision has kept a StatefulSet from rolling for so long that it may be deleted, in
 * milliseconds since 1970; Infinity where it does not block the StatefulSet, or may become ready by itself.
 *
 * - Of a revision whose rollout never came to its end (it is neither the one that runs nor the one that is to run), as
 *   after a release that failed: at once where it is broken; after a minute where it runs and was never ready.
 * - Of the revision that was rolled out: a minute after it broke. One that runs and is not ready has worked before, and may
 *   well be a database that recovers from the loss of its node; a person has to decide about that.
 */
export const stuckFrom = (workload: Workload, pod: Pod): number => {
  if (!canBeStuck(workload, pod)) return Number.POSITIVE_INFINITY;
  const ready = conditionOf(pod, 'Ready');
  const start = Date.parse(pod.status?.startTime ?? '');
  const since = Date.parse(ready?.lastTransitionTime ?? '');
  const wasRolledOut = pod.metadata.labels?.['controller-revision-hash'] === workload.status?.currentRevision;
  if (isStuckPod(workload, pod)) {
    const from = Number.isNaN(since) ? start : since;
    return wasRolledOut && !Number.isNaN(from) ? from + stuckGraceMs : Number.NEGATIVE_INFINITY;
  }
  const neverReady = ready?.status === 'False' && since - start <= firstReportMs;
  return !wasRolledOut && neverReady && pod.status?.phase === 'Running'
    ? start + stuckGraceMs
    : Number.POSITIVE_INFINITY;
};
