import type { Clock } from '../../clock.ts';
import type { DigestComparison } from '../../image.ts';
import type { Pod, Workload, WorkloadRef } from '../objects/objects.ts';
import { describeRelease } from '../objects/template-image.ts';
import { comparePodDigests, digestNotes, type RunningDigest, shortDigest } from '../status/pod-digests.ts';
import { diagnoseOtherDigest, diagnoseUnknownDigest } from './other-digest.ts';
import type { PodVerification, Rollout } from './types.ts';

/** How soon it is asked again what cannot be told. */
const askAgainMs = 10_000;

/** Nobody can say whether the pods run the image that they were restarted for. @param why where it is not that of `found` */
export const unknownDigest = (
  ref: WorkloadRef,
  found: readonly RunningDigest[],
  rollout: Rollout,
  now: number,
  why?: string,
): PodVerification => ({
  type: 'waiting',
  message: `${ref.kind.toLowerCase()} "${ref.name}" was restarted and is rolled out, and whether its pods run ${shortDigest(rollout.knownDigest ?? '')} cannot be told`,
  nextCheckAt: now + askAgainMs,
  diagnosis: diagnoseUnknownDigest(ref, found, rollout, why === undefined ? [] : [why]),
});

/** What can be told without asking anybody. */
const compareKnown =
  (known: string | undefined) =>
  async (digest: string): Promise<DigestComparison> =>
    digest === known ? 'same' : 'unknown';

/**
 * Checks what is run under the release's tag, where the digest that the registry had under it is known: a node may have kept an
 * older image of the same tag, or have pulled a newer one. What certainly is another image is waited for. What cannot be told is
 * a note; but a workload that was restarted for the sake of one digest has to be seen running it.
 */
export const verifyDigests = async (
  ref: WorkloadRef,
  workload: Workload,
  pods: readonly Pod[],
  rollout: Rollout,
  clock: Clock,
): Promise<PodVerification> => {
  const { compareDigest, knownDigest, isRestart } = rollout;
  const compare = compareDigest ?? compareKnown(knownDigest);
  const found = await comparePodDigests(workload.spec.template.spec, pods, rollout, compare);
  const others = found.filter(({ is }) => is === 'other');
  const [first] = others;
  if (first !== undefined)
    return {
      type: 'waiting',
      message: `${ref.kind.toLowerCase()} "${ref.name}" is rolled out, but pod ${first.pod} runs ${shortDigest(first.digest ?? '')} as ${describeRelease(rollout)} in container ${first.container} instead of ${shortDigest(knownDigest ?? '')}`,
      nextCheckAt: Number.POSITIVE_INFINITY,
      diagnosis: diagnoseOtherDigest(ref, others, first, rollout),
    };
  const unknown = found.filter(({ is }) => is === 'unknown');
  return isRestart === true && unknown.length > 0
    ? unknownDigest(ref, unknown, rollout, clock.now())
    : { type: 'verified', notes: digestNotes(found, rollout) };
};
