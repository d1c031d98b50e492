import type { RolloutPhase } from '../../view/release.ts';
import type { Workload, WorkloadRef } from '../objects/objects.ts';
import { compareWith, describeRelease, type Expected, watchedCarriersOf } from '../objects/template-image.ts';
import { argoPhase } from './argo-phase.ts';
import { isObserved, rolloutStatus } from './rollout-status.ts';

export type WorkloadVerdict = {
  readonly type: 'done' | 'waiting' | 'failed' | 'superseded' | 'missing';
  readonly message: string;
  /** True where the workload carries the release's image. */
  readonly carries: boolean;
  readonly phase: RolloutPhase;
};

const describe = (ref: WorkloadRef): string => `${ref.kind.toLowerCase()} "${ref.name}"`;

/** How far a workload is that carries the release's image and is not healthy. */
export const phaseOf = (workload: Workload): RolloutPhase => {
  const isPaused =
    workload.kind === 'Rollout' ? argoPhase(workload).phase === 'Paused' : workload.spec.paused === true;
  if (isPaused) return 'paused';
  return isObserved(workload) ? 'rolling-out' : 'applied';
};

/**
 * `kubectl rollout status`, and beyond it: a rollout counts only while the workload carries the release's image.
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
  const carriers = watchedCarriersOf(workload.spec.template.spec, release.image);
  const other = carriers.find(({ reference }) => {
    const is = compareWith(reference, release);
    // A digest that cannot be compared: on a workload that was applied here, a webhook has set it.
    return is === 'other' || (is === 'unclear' && !expected);
  });
  const phase = phaseOf(workload);
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
  const status = rolloutStatus(workload);
  // Argo says so itself.
  const isPaused = status.type === 'waiting' && phase === 'paused' && ref.kind !== 'Rollout';
  const message = isPaused ? `${describe(ref)} is paused. ${status.message}` : status.message;
  return { ...status, message, carries: true, phase };
};
