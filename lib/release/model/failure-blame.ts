import type { DiagnosisCause } from '../../cluster/diagnose/finding.ts';
import type { Release, ReleaseDiagnosis } from './release.ts';

/**
 * Where the cause of a failure lies: in the `version`; `outside` of it, so that another version would have met the same;
 * or it is `unclear`. `onFailure: undo` leaves alone what failed for a cause outside, and such a failure says nothing about
 * the version when an undo looks for one to go back to.
 */
export type Blame = 'version' | 'outside' | 'unclear';

/** A diagnosis may know better than its cause: an image may not be there, or its registry may not answer. */
const blames = {
  'image-pull': 'version',
  'out-of-memory': 'version',
  'init-container': 'version',
  'crash-loop': 'version',
  'job-failed': 'version',
  // A release changes nothing but the image: what the pod template refers to was missing for the version before as well.
  'missing-reference': 'outside',
  quota: 'outside',
  // Signatures and vulnerabilities of the image, or labels of the pod.
  policy: 'unclear',
  unschedulable: 'outside',
  paused: 'outside',
  'readiness-gate': 'version',
  'not-ready': 'version',
  // A node that does not answer, or a finalizer.
  terminating: 'outside',
  'workload-missing': 'outside',
  unknown: 'unclear',
  // A webhook gave the pods another image.
  'other-image': 'outside',
  // A node kept the image that it had, or the tag was pushed again.
  'other-digest': 'outside',
  'digest-unknown': 'outside',
  // Of a kind that `set-image` cannot change.
  'not-set': 'outside',
  'agent-waiting': 'outside',
  'rollout-degraded': 'version',
  // What stands last in every diagnosis of a rollout that was given up: the ones before it say more.
  'progress-deadline': 'unclear',
  'job-deadline': 'unclear',
  timeout: 'unclear',
} as const satisfies Record<DiagnosisCause, Blame>;

const isCause = (cause: string): cause is DiagnosisCause => Object.hasOwn(blames, cause);

/**
 * Where the cause of a failed release lies. Without a diagnosis, not even an empty one, its rollout was never judged: it
 * ended with an error code, and whichever that is (the API server does not answer, or refuses the credentials or the
 * object; no function got anywhere with it), it says nothing about the version. One diagnosis that blames the version is
 * enough. Pure.
 */
export const blameOf = ({ diagnosis }: Pick<Release, 'diagnosis'>): Blame => {
  if (diagnosis === undefined) return 'outside';
  const found = diagnosis.map(({ cause, outside }): Blame => {
    if (outside === true) return 'outside';
    return isCause(cause) ? blames[cause] : 'unclear';
  });
  if (found.includes('version')) return 'version';
  return found.includes('outside') ? 'outside' : 'unclear';
};

/**
 * As many of the diagnoses as are recorded, the first ones, with one that decides where the cause lies: what is recorded has the
 * blame of all. Pure.
 */
export const clipDiagnoses = (
  diagnoses: readonly ReleaseDiagnosis[],
  max: number,
): readonly ReleaseDiagnosis[] => {
  const first = diagnoses.slice(0, max);
  const blame = blameOf({ diagnosis: diagnoses });
  if (blameOf({ diagnosis: first }) === blame) return first;
  const deciding = diagnoses.filter((one) => blameOf({ diagnosis: [one] }) === blame);
  return [...first.slice(0, -1), ...deciding.slice(0, 1)];
};
