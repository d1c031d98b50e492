import type { RolloutPhase } from '../../view/release.ts';
import { isSuspended } from '../objects/job-end.ts';
import { hasRollout, isJob, type Workload, type WorkloadRef } from '../objects/objects.ts';
import {
  type Carrier,
  compareWith,
  describeExpected,
  describeRelease,
  type Expected,
  watchedCarriersOf,
} from '../objects/template-image.ts';
import { argoPhase } from './argo-phase.ts';
import { jobStatus } from './job-status.ts';
import { awaitedDeletion } from './on-delete.ts';
import { isObserved, rolloutStatus } from './rollout-status.ts';
import { templateStatus } from './template-status.ts';

export type WorkloadVerdict = {
  /** `left`: it has another image, and cannot be given the release's; see `unsettable`. */
  readonly type: 'done' | 'waiting' | 'failed' | 'superseded' | 'missing' | 'left';
  readonly message: string;
  /** True where the workload carries the release's image. */
  readonly carries: boolean;
  readonly phase: RolloutPhase;
  /** The container whose template has the release's tag, and a digest that is another's or cannot be compared. */
  readonly mismatch?: Mismatch | undefined;
};

export type Mismatch = { readonly carrier: Carrier; readonly is: 'other-digest' | 'unclear' };

const describe = (ref: WorkloadRef): string => `${ref.kind.toLowerCase()} "${ref.name}"`;

/** How far a workload is that carries the release's image and is not healthy. */
export const phaseOf = (workload: Workload): RolloutPhase => {
  const isPaused =
    workload.kind === 'Rollout' ? argoPhase(workload).phase === 'Paused' : workload.spec.paused === true;
  if (isPaused) return 'paused';
  if (!isObserved(workload)) return 'applied';
  return awaitedDeletion(workload) === undefined ? 'rolling-out' : 'waiting-for-person';
};

/** Why a template that has the release's tag is not taken for it. */
export const describeMismatch = ({ carrier, is }: Mismatch, release: Expected): string =>
  is === 'unclear'
    ? `it has ${carrier.text}, and the digest of ${describeRelease(release)} is not known here, so that the two cannot be compared`
    : `it has ${carrier.text}, and the digest decides: the registry has ${release.knownDigest} under that tag`;

const mismatchIn = (carriers: readonly Carrier[], release: Expected, expected: boolean) => {
  for (const carrier of carriers) {
    const is = compareWith(carrier.reference, release);
    // A digest that cannot be compared: on a workload that was applied here, a webhook has set it.
    if (is === 'other-digest' || (is === 'unclear' && !expected)) return { carrier, is };
  }
  return undefined;
};

/** Of a workload that carries the image: its rollout. */
const judgeRollout = (ref: WorkloadRef, workload: Workload): WorkloadVerdict => {
  const phase = phaseOf(workload);
  const status = rolloutStatus(workload);
  // Argo says so itself.
  if (phase !== 'paused' || ref.kind === 'Rollout' || status.type === 'done')
    return { ...status, carries: true, phase };
  // Paused, it keeps the failure of an earlier revision: the controller does not touch the condition then.
  // Source: k8s.io/kubernetes/pkg/controller/deployment/sync.go (checkPausedConditions)
  return {
    type: 'waiting',
    message: `${describe(ref)} is paused (spec.paused) and waits for somebody to resume it; where the manifest says so, it has to be changed there. ${status.message}`,
    carries: true,
    phase,
  };
};

/**
 * `kubectl rollout status`, and beyond it: a rollout counts only while the workload carries the release's image. Of a
 * workload without a rollout, a CronJob for example, only that counts; a Job has to complete.
 * @param expected false while the in-cluster agent has not set the image yet
 */
export const judgeWorkload = (
  ref: WorkloadRef,
  workload: Workload | undefined,
  release: Expected,
  expected: boolean,
): WorkloadVerdict => {
  const isWaitedFor = { type: 'waiting', carries: false, phase: 'waiting-for-agent' } as const;
  if (workload === undefined)
    return expected
      ? {
          type: 'missing',
          message: `${describe(ref)} is not in the cluster`,
          carries: false,
          phase: 'rolling-out',
        }
      : { ...isWaitedFor, message: `Waiting for ${describe(ref)} to be created...` };
  const carriers = watchedCarriersOf(workload.spec.template.spec, release.image, release.isOtherVariant);
  const other = carriers.find(({ reference }) => compareWith(reference, release) === 'other');
  const phase = hasRollout(ref) ? phaseOf(workload) : 'rolling-out';
  if (carriers.length === 0 || other !== undefined) {
    const instead = other === undefined ? 'no image of that name' : other.text;
    return expected
      ? {
          type: 'superseded',
          message: `${describe(ref)} was given ${instead} meanwhile`,
          carries: false,
          phase,
        }
      : {
          ...isWaitedFor,
          message: `Waiting for ${describe(ref)} to be given ${describeRelease(release)} (it has ${instead})...`,
        };
  }
  const mismatch = mismatchIn(carriers, release, expected);
  if (mismatch !== undefined)
    return {
      ...isWaitedFor,
      message: `Waiting for ${describe(ref)} to be given ${describeExpected(release)}: ${describeMismatch(mismatch, release)}...`,
      phase: expected ? 'rolling-out' : 'waiting-for-agent',
      mismatch,
    };
  if (isJob(ref))
    return {
      ...jobStatus(ref, workload),
      carries: true,
      phase: isSuspended(workload) ? 'paused' : 'rolling-out',
    };
  return hasRollout(ref)
    ? judgeRollout(ref, workload)
    : { ...templateStatus(ref, workload), carries: true, phase: 'rolling-out' };
};
