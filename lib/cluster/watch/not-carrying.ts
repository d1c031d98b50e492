import { TagboatError } from '../../errors.ts';
import type { Diagnosis } from '../diagnose/finding.ts';
import { describeWorkload, isJob } from '../objects/objects.ts';
import { unsettable } from '../objects/settable.ts';
import { compareWith, describeRelease, type Expected, watchedCarriersOf } from '../objects/template-image.ts';
import type { Snapshot } from '../status/snapshot.ts';
import type { WorkloadVerdict } from '../status/workload-verdict.ts';
import type { Rollout, View } from './types.ts';

/**
 * The verdict over a workload that is judged by what was done to it, and not by what it says; undefined of any other.
 *
 * - A Job that is not there and was seen complete before has been cleared away. Where Tagboat did not start it, it need not have
 *   been seen: nothing is left to set, and an agent may run it for a moment only.
 * - What `set-image` cannot set (see `unsettable`) is left with the image that it has.
 * - What may not be read, and need not be, was applied all the same; of an agent's doing nothing is known. See `checkReadable`.
 */
export const judgeByDelivery = (
  { ref, workload, unreadable }: Snapshot,
  rollout: Rollout,
): WorkloadVerdict | undefined => {
  const subject = `${ref.kind.toLowerCase()} "${ref.name}"`;
  const done = (message: string) =>
    ({ type: 'done', message: `${subject} ${message}`, carries: true, phase: 'rolling-out' }) as const;
  if (unreadable !== undefined)
    return done(rollout.mode === 'agent' ? 'may not be read here' : 'was delivered');
  if (isJob(ref) && workload === undefined) {
    if (rollout.completedJobs?.includes(describeWorkload(ref)) === true) return done('completed');
    return rollout.mode === 'apply' ? undefined : done('is not in the cluster: it has ended');
  }
  const reason = rollout.mode === 'set-image' ? unsettable(ref) : undefined;
  if (reason === undefined || workload === undefined) return undefined;
  const other = watchedCarriersOf(workload.spec.template.spec, rollout.image, rollout.isOtherVariant).find(
    ({ reference }) => compareWith(reference, rollout) !== 'same',
  );
  // Somebody else started it, and its end is not the release's.
  if (other === undefined)
    return isJob(ref) ? done(rollout.isRestart === true ? 'is not run again' : 'has the image') : undefined;
  return {
    type: 'left',
    message: `${subject} still has ${other.text}: ${reason.why}`,
    carries: false,
    phase: 'rolling-out',
  };
};

/** What is not known of a workload that counts as done without having been looked at. */
export const notesOnUnseen = (
  { ref, workload, unreadable }: Snapshot,
  { mode, completedJobs = [] }: Rollout,
): readonly string[] => {
  const name = describeWorkload(ref);
  if (unreadable !== undefined) return [`Whether ${name} has the image could not be checked: ${unreadable}`];
  const wasSeen = workload !== undefined || completedJobs.includes(name);
  return isJob(ref) && mode === 'agent' && !wasSeen
    ? [`${name} is not in the cluster: whether it ran, and how it ended, was not seen.`]
    : [];
};

/**
 * What an agent does is known only by what can be read: nothing is healthy where that is nothing.
 * @throws TagboatError `cluster-forbidden`
 */
export const checkReadable = (snapshots: readonly Snapshot[], { mode }: Rollout): void => {
  const unreadable = snapshots.flatMap((snapshot) => snapshot.unreadable ?? []);
  if (mode === 'agent' && unreadable.length > 0 && unreadable.length === snapshots.length)
    throw new TagboatError('cluster-forbidden', unreadable.join('; '));
};

/** Why a workload was left with the image that it had, and what to do about it. */
export const diagnoseLeft = ({ snapshot: { ref }, workloadVerdict }: View): readonly Diagnosis[] => {
  const reason = unsettable(ref);
  return reason === undefined
    ? []
    : [
        {
          cause: 'not-set',
          summary: `The image of ${describeWorkload(ref)} was not set: ${reason.why}.`,
          evidence: [workloadVerdict.message],
          next: reason.next,
          workload: describeWorkload(ref),
        },
      ];
};

/** Why a template that has the release's tag is not taken for it; nothing of one that has another tag. */
export const diagnoseMismatch = (
  { snapshot: { ref }, workloadVerdict: { mismatch } }: View,
  release: Expected,
): readonly Diagnosis[] => {
  if (mismatch === undefined) return [];
  const { container, text } = mismatch.carrier;
  const wanted = describeRelease(release);
  const place = { workload: describeWorkload(ref), container };
  const evidence = [`the pod template of ${place.workload}, container ${container}: ${text}`];
  if (mismatch.is === 'unclear')
    return [
      {
        cause: 'other-image',
        summary: `Whether container ${container} runs ${wanted} cannot be told: its template names a digest, and that of the release is not known here.`,
        evidence,
        next: `Compare the digests (docker buildx imagetools inspect ${wanted}); released by hand, its digest is asked for and recorded.`,
        ...place,
      },
    ];
  return [
    {
      cause: 'other-image',
      summary: `Container ${container} runs another image than ${wanted}: its template names a digest beside the tag, and the digest decides.`,
      evidence: [...evidence, `the registry has ${release.knownDigest} under ${wanted}`],
      next: 'Change the digest together with the tag where it is written (in the manifest, or beside the tag in Helm values), or take it out; under `pin: digest` it is written with the tag. Of an image for several platforms, write the digest of the whole, not that of a part.',
      ...place,
    },
  ];
};
