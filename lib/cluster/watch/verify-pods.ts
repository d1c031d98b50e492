import type { Clock } from '../../clock.ts';
import { isRetryable, TagboatError } from '../../errors.ts';
import type { Cluster } from '../connect/cluster.ts';
import { describeWorkload, type Pod, type Workload, type WorkloadRef } from '../objects/objects.ts';
import { describeExpected, describeRelease } from '../objects/template-image.ts';
import { withOwnedResources } from '../status/owned-resources.ts';
import { checkPodImages, type OtherImage } from '../status/pod-images.ts';
import { rolloutCounts } from '../status/rollout-status.ts';
import { isReady, rolledOutPods } from '../status/snapshot.ts';
import { statefulSetAvailability } from '../status/stateful-availability.ts';
import { templateNotes } from '../status/template-status.ts';
import { isFollowed } from './followed.ts';
import type { PodVerification, Rollout } from './types.ts';
import { unknownDigest, verifyDigests } from './verify-digests.ts';

/** How soon pods that could not be listed are listed again. */
const retryMs = 1_000;

const otherImage = (
  ref: WorkloadRef,
  others: readonly OtherImage[],
  first: OtherImage,
  rollout: Rollout,
): PodVerification => {
  const release = describeExpected(rollout);
  const pods = new Set(others.map(({ pod }) => pod)).size;
  return {
    type: 'waiting',
    message: `${ref.kind.toLowerCase()} "${ref.name}" is rolled out, but pod ${first.pod} runs ${first.image} in container ${first.container} instead of ${release}`,
    nextCheckAt: Number.POSITIVE_INFINITY,
    diagnosis: {
      cause: 'other-image',
      summary: `Container ${first.container} runs ${first.image} instead of ${release}.`,
      evidence: [
        `the pod template of ${describeWorkload(ref)} has ${describeRelease(rollout)}`,
        ...others.map(({ pod, container, image }) => `pod ${pod}, container ${container}: ${image}`),
      ],
      next: 'Find out who changes the image of the pods: a mutating admission webhook, usually (kubectl get mutatingwebhookconfigurations).',
      workload: describeWorkload(ref),
      pod: first.pod,
      container: first.container,
      ...(pods > 1 ? { count: pods } : {}),
    },
  };
};

/** The counts may be older than the pods: one that has just become unready is still counted by the workload. */
const notReadyYet = (
  ref: WorkloadRef,
  workload: Workload,
  pods: readonly Pod[],
  now: number,
): PodVerification | undefined => {
  // Of a StatefulSet, see statefulSetAvailability; of a Rollout, Argo's own verdict stands.
  if (ref.kind !== 'Deployment' && ref.kind !== 'DaemonSet') return undefined;
  const { desired } = rolloutCounts(workload);
  const ready = pods.filter(isReady).length;
  if (ready === pods.length || ready >= desired) return undefined;
  return {
    type: 'waiting',
    message: `Waiting for ${ref.kind.toLowerCase()} "${ref.name}": its counts say that it is rolled out, but only ${ready} of ${desired} new pods are ready...`,
    nextCheckAt: now + retryMs,
  };
};

/**
 * Checks more than the counts by which `kubectl rollout status` calls a workload rolled out: the pods of the new
 * revision have to be ready and to run the release's image, and those of a StatefulSet have to be available. The pods
 * are listed again for that. Where that is not allowed, the counts decide, and a note says so.
 * @throws TagboatError what asking again does not mend; after the deadline, also what it might
 */
export const verifyPods = async (
  cluster: Cluster,
  ref: WorkloadRef,
  workload: Workload,
  rollout: Rollout,
  clock: Clock,
  signal: AbortSignal,
): Promise<PodVerification> => {
  if (!isFollowed(ref, rollout))
    return { type: 'verified', notes: templateNotes(ref, workload, clock.now(), rollout) };
  const available = (pods: Parameters<typeof statefulSetAvailability>[1]) =>
    ref.kind === 'StatefulSet'
      ? statefulSetAvailability(workload, pods, clock.now())
      : ({ type: 'available' } as const);
  try {
    const pods = rolledOutPods(await withOwnedResources(cluster, ref, workload, signal), rollout.image);
    const availability = available(pods);
    if (availability.type === 'waiting') return availability;
    const unready = notReadyYet(ref, workload, pods, clock.now());
    if (unready !== undefined) return unready;
    const { others, notes } = checkPodImages(workload.spec.template.spec, pods, rollout);
    const first = others[0];
    if (first !== undefined) return otherImage(ref, others, first, rollout);
    const digests = await verifyDigests(ref, workload, pods, rollout, clock);
    return digests.type === 'verified' ? { type: 'verified', notes: [...notes, ...digests.notes] } : digests;
  } catch (error) {
    if (!(error instanceof TagboatError)) throw error;
    const now = clock.now();
    if (error.code === 'cluster-forbidden') {
      const availability = available(undefined);
      if (availability.type === 'waiting') return availability;
      const unread = `Which images the pods of ${describeWorkload(ref)} run could not be checked: ${error.message}`;
      return rollout.isRestart === true
        ? unknownDigest(ref, [], rollout, now, unread)
        : { type: 'verified', notes: [unread] };
    }
    if (!isRetryable(error) || now >= rollout.deadline) throw error;
    return {
      type: 'waiting',
      message: `${ref.kind.toLowerCase()} "${ref.name}" is rolled out, and its pods cannot be looked at: ${error.message}`,
      nextCheckAt: now + retryMs,
    };
  }
};
