import type { Clock } from '../../clock.ts';
import { TagboatError } from '../../errors.ts';
import type { Cluster } from '../connect/cluster.ts';
import { type Diagnosis, diagnose } from '../diagnose/diagnose.ts';
import { failureOf } from '../objects/job-end.ts';
import { describeWorkload, isJob, type WorkloadRef } from '../objects/objects.ts';
import type { Expected } from '../objects/template-image.ts';
import { argoPhase } from '../status/argo-phase.ts';
import { agentWaiting } from './agent-waiting.ts';
import { isFollowed } from './followed.ts';
import type { LastCrashes } from './last-crashes.ts';
import { diagnoseLeft, diagnoseMismatch } from './not-carrying.ts';
import type { Rollout, RolloutVerdict, View } from './types.ts';

/** The diagnoses of these workloads' pods. The verdict is the same without them. */
const causesOf = async (
  cluster: Cluster,
  views: readonly View[],
  rollout: Expected & Pick<Rollout, 'mode'>,
  lastCrashes: LastCrashes,
  clock: Clock,
): Promise<readonly Diagnosis[]> => {
  const found = await Promise.all(
    views
      .filter(({ snapshot }) => isFollowed(snapshot.ref, rollout))
      .map(async ({ snapshot: { ref } }) => {
        const now = await diagnose(cluster, ref, rollout.image, clock).catch((error: unknown) => {
          if (error instanceof TagboatError) return [];
          throw error;
        });
        return now.length > 0 ? now : lastCrashes.of(ref);
      }),
  );
  return found.flat();
};

/** The command that shows more of a workload. */
const howToLook = ({ kind, name, namespace }: WorkloadRef): string =>
  kind === 'Rollout'
    ? `kubectl argo rollouts get rollout ${name} -n ${namespace}`
    : `kubectl describe ${kind.toLowerCase()} ${name} -n ${namespace}`;

type Closing = Pick<Diagnosis, 'cause' | 'summary' | 'next'>;

/** What is said last of a Job that has failed; undefined of anything else. */
const closingOfJob = ({ ref, workload }: View['snapshot']): Closing | undefined => {
  const failure = isJob(ref) && workload !== undefined ? failureOf(workload) : undefined;
  if (failure === undefined) return undefined;
  return failure.reason === 'DeadlineExceeded'
    ? {
        cause: 'job-deadline',
        summary: 'The Job has failed: it was not complete within its activeDeadlineSeconds.',
        next: `Find out what it waits for, or give it longer: ${howToLook(ref)}`,
      }
    : {
        cause: 'job-failed',
        summary: `The Job has failed: ${(failure.message ?? failure.reason ?? 'no reason given').replace(/\.$/, '')}.`,
        next: `Mend what the Job does, and release again; more of it: ${howToLook(ref)}`,
      };
};

/** The last diagnosis, of the workloads themselves. */
const closingOf = (closing: Closing, views: readonly View[]): Diagnosis => ({
  ...closing,
  evidence: views.map(({ workloadVerdict }) => workloadVerdict.message),
  ...(views[0] === undefined ? {} : { workload: describeWorkload(views[0].snapshot.ref) }),
});

export const createFailures = (
  cluster: Cluster,
  release: Expected & Pick<Rollout, 'mode'>,
  lastCrashes: LastCrashes,
  clock: Clock,
) => {
  const fail = async (
    reason: string,
    examined: readonly View[],
    last: readonly Diagnosis[],
  ): Promise<RolloutVerdict> => ({
    type: 'failed',
    reason,
    diagnosis: [...(await causesOf(cluster, examined, release, lastCrashes, clock)), ...last],
  });

  return {
    /** The workload was deleted. */
    missing: (view: View): Promise<RolloutVerdict> => {
      const closing: Closing = isJob(view.snapshot.ref)
        ? {
            cause: 'workload-missing',
            summary: 'The Job is gone, and was not seen to complete.',
            next: 'Look at what it was to do; give it a ttlSecondsAfterFinished of some minutes, so that its end can be seen.',
          }
        : {
            cause: 'workload-missing',
            summary: 'The workload was deleted.',
            next: 'Find out who deleted the workload, and release again.',
          };
      return fail(view.workloadVerdict.message, [], [closingOf(closing, [view])]);
    },
    /** Its controller reports that it failed. */
    givenUp: (view: View): Promise<RolloutVerdict> => {
      const { message } = view.workloadVerdict;
      const { ref, workload } = view.snapshot;
      const argoMessage =
        ref.kind === 'Rollout' && workload !== undefined ? argoPhase(workload).message : undefined;
      const closing: Closing =
        closingOfJob(view.snapshot) ??
        (argoMessage === undefined || argoMessage.includes('ProgressDeadlineExceeded')
          ? {
              cause: 'progress-deadline',
              summary: 'The rollout made no progress for longer than its deadline.',
              next: `Look at the workload and its pods: ${howToLook(ref)}`,
            }
          : {
              cause: 'rollout-degraded',
              summary: 'Argo Rollouts has given the rollout up.',
              next: `Look at its analysis runs and events: ${howToLook(ref)}`,
            });
      return fail(message, [view], [closingOf(closing, [view])]);
    },
    /** All others are healthy, and these were left with the image that they had. */
    left: (views: readonly View[]): Promise<RolloutVerdict> =>
      fail(
        `not everything was set: ${views.map(({ workloadVerdict }) => workloadVerdict.message).join('; ')}`,
        [],
        views.flatMap(diagnoseLeft),
      ),
    /**
     * The deadline has passed.
     * @param waiting at least one
     * @param left those that were left with the image that they had
     * @param more further diagnoses, the most telling first
     */
    late: (
      waiting: readonly View[],
      left: readonly View[],
      more: readonly Diagnosis[],
    ): Promise<RolloutVerdict> => {
      const carrying = waiting.filter(({ workloadVerdict }) => workloadVerdict.carries);
      const stale = waiting.filter(({ workloadVerdict }) => !workloadVerdict.carries);
      const untouched = stale.filter(({ workloadVerdict }) => workloadVerdict.mismatch === undefined);
      const timeout: Closing = {
        cause: 'timeout',
        summary: 'The rollout was not healthy in time.',
        next: `Look at the workload and its pods${carrying[0] === undefined ? '' : `: ${howToLook(carrying[0].snapshot.ref)}`}`,
      };
      return fail(`not healthy in time: ${(stale[0] ?? waiting[0])?.workloadVerdict.message}`, carrying, [
        ...more,
        ...stale.flatMap((view) => diagnoseMismatch(view, release)),
        ...left.flatMap(diagnoseLeft),
        ...(untouched.length === 0
          ? []
          : [
              agentWaiting(
                untouched.map(({ workloadVerdict }) => workloadVerdict.message),
                untouched[0]?.snapshot.ref,
              ),
            ]),
        ...(carrying.length === 0 ? [] : [closingOf(timeout, carrying)]),
      ]);
    },
  };
};
