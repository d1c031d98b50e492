import { systemClock } from '../../clock.ts';
import { familiarName } from '../../image.ts';
import type { RolloutPhase } from '../../view/release.ts';
import type { Cluster } from '../connect/cluster.ts';
import { readIfAllowed } from '../deliver/read-if-allowed.ts';
import { rolloutsReferringTo, workloadsCarrying } from '../deliver/workloads.ts';
import { describeWorkload, type PodSpec, type WorkloadRef } from '../objects/objects.ts';
import { compareWith, mirrorsOf } from '../objects/template-image.ts';
import type { RolloutProgress } from '../status/types.ts';
import { agentWaiting } from './agent-waiting.ts';
import type { Rollout, RolloutVerdict, SeekWorkloads } from './types.ts';

/** How long apart the namespace is looked at while the agent has created nothing. */
const lookAgainMs = 3_000;

type Sought =
  | {
      readonly type: 'found';
      readonly workloads: readonly WorkloadRef[];
      /** True where they were found in the namespace, and not by the names in the manifests. */
      readonly isOpen: boolean;
    }
  /** None is there, and the time is up. */
  | { readonly type: 'ended'; readonly verdict: RolloutVerdict };

/**
 * Those that pull the image from a mirror: none before one of them has the release, since what carries the image by its own
 * name may still be created.
 * @param isLast the time is up: whatever version they have
 */
const findMirrored = async (
  cluster: Cluster,
  rollout: Rollout,
  { namespace }: SeekWorkloads,
  isLast: boolean,
): Promise<readonly WorkloadRef[]> => {
  const { image, isOtherVariant } = rollout;
  let hasRelease = isLast;
  const isCarrier = (spec: PodSpec): boolean => {
    const mirrors = mirrorsOf(spec, image, isOtherVariant);
    hasRelease ||= mirrors.some(({ reference }) => compareWith(reference, rollout) !== 'other');
    return mirrors.length > 0;
  };
  const mirrored = await workloadsCarrying(cluster, { namespace, image, isCarrier });
  return hasRelease ? mirrored : [];
};

/** All in the namespace that carries the image, and the Argo Rollouts that have their template from one of these. */
const findInNamespace = async (
  cluster: Cluster,
  rollout: Rollout,
  seek: SeekWorkloads,
  isLast = false,
): Promise<readonly WorkloadRef[]> => {
  const { image, isOtherVariant, workloads } = rollout;
  const { namespace } = seek;
  const carrying = await workloadsCarrying(cluster, { namespace, image, isOtherVariant, more: workloads });
  const found =
    carrying.length > 0 || workloads.length > 0
      ? carrying
      : await findMirrored(cluster, rollout, seek, isLast);
  const known = new Set(found.map(describeWorkload));
  const referring = await rolloutsReferringTo(cluster, found);
  return [...found, ...referring.filter((ref) => !known.has(describeWorkload(ref)))];
};

/** What may not be read counts only where nothing else does: the watch says then that it cannot be followed. */
const isAnyPresent = async (
  cluster: Cluster,
  workloads: readonly WorkloadRef[],
  { namespace }: SeekWorkloads,
): Promise<boolean> => {
  let unread = 0;
  for (const ref of workloads) {
    const found = await readIfAllowed(cluster, ref, namespace);
    if (found === 'unread') unread++;
    else if (found !== undefined) return true;
  }
  return unread > 0 && unread === workloads.length;
};

const hasActed = (phase: RolloutPhase | undefined): boolean =>
  phase !== undefined && phase !== 'waiting-for-agent';

const progressOf = ({ image, workloads }: Rollout, { namespace }: SeekWorkloads): RolloutProgress => {
  const [first] = workloads;
  const what =
    first === undefined
      ? `the agent to create a workload that carries ${familiarName(image)} in namespace ${namespace}`
      : `${first.kind.toLowerCase()} "${first.name}" to be created`;
  return {
    phase: 'waiting-for-agent',
    message: `Waiting for ${what}...`,
    workload: first,
    updated: 0,
    available: 0,
    desired: 0,
  };
};

/** What was looked for where. */
const late = (
  rollout: Rollout,
  { namespace }: SeekWorkloads,
  { message }: RolloutProgress,
): RolloutVerdict => ({
  type: 'failed',
  reason: `not healthy in time: ${message}`,
  diagnosis: [
    agentWaiting(
      [
        ...rollout.workloads.map((ref) => `${describeWorkload(ref)} is not in the cluster`),
        `namespace ${namespace} has no Deployment, StatefulSet, DaemonSet, CronJob or Rollout that carries ${familiarName(rollout.image)}`,
      ],
      rollout.workloads[0],
    ),
  ],
});

/**
 * Waits until the agent has created one of the workloads: one that the manifests name, or else, since a Kustomization may
 * rename them and Helm makes names of its own, any of the namespace that carries the image.
 * @throws TagboatError `cluster-*`; the signal's reason
 */
export const seekWorkloads = async (
  cluster: Cluster,
  rollout: Rollout,
  seek: SeekWorkloads,
): Promise<Sought> => {
  const { workloads, lastPhase, clock = systemClock, deadline, until, signal, onProgress } = rollout;
  const { isOpen } = seek;
  if (workloads.length > 0 && hasActed(lastPhase)) return { type: 'found', workloads, isOpen };
  const progress = progressOf(rollout, seek);
  for (let isFirst = true; ; isFirst = false) {
    signal?.throwIfAborted();
    if (await isAnyPresent(cluster, workloads, seek)) return { type: 'found', workloads, isOpen };
    const now = clock.now();
    const found = await findInNamespace(cluster, rollout, seek, now >= deadline);
    if (found.length > 0) {
      await seek.onFound(found);
      return { type: 'found', workloads: found, isOpen: true };
    }
    if (isFirst) onProgress?.(progress);
    if (now >= deadline) return { type: 'ended', verdict: late(rollout, seek, progress) };
    if (now >= until) return { type: 'ended', verdict: { type: 'pending', progress } };
    await clock.sleep(Math.min(lookAgainMs, Math.min(deadline, until) - now), signal);
  }
};

/** Those that the agent has created since. */
export const findMore = async (
  cluster: Cluster,
  rollout: Rollout,
  seek: SeekWorkloads,
): Promise<readonly WorkloadRef[]> => {
  const known = new Set(rollout.workloads.map(describeWorkload));
  return (await findInNamespace(cluster, rollout, seek)).filter((ref) => !known.has(describeWorkload(ref)));
};
