import type { Clock } from '../../clock.ts';
import { TagboatError } from '../../errors.ts';
import type { Cluster } from '../connect/cluster.ts';
import { type Diagnosis, diagnose } from '../diagnose/diagnose.ts';
import { describeWorkload, type WorkloadRef } from '../objects/objects.ts';
import { argoPhase } from '../status/argo-phase.ts';
import type { Snapshot } from '../status/snapshot.ts';
import type { WorkloadVerdict } from '../status/workload-verdict.ts';
import type { RolloutVerdict } from './types.ts';

/** A workload and its verdict. */
export type View = { readonly snapshot: Snapshot; readonly workloadVerdict: WorkloadVerdict };

/** The diagnoses of these workloads' pods. The verdict is the same without them. */
const causesOf = async (
  cluster: Cluster,
  views: readonly View[],
  image: string,
  clock: Clock,
): Promise<readonly Diagnosis[]> => {
  const found = await Promise.all(
    views.map(({ snapshot }) =>
      diagnose(cluster, snapshot.ref, image, clock).catch((error: unknown) => {
        if (error instanceof TagboatError) return [];
        throw error;
      }),
    ),
  );
  return found.flat();
};

/** The command that shows more of a workload. */
const howToLook = ({ kind, name, namespace }: WorkloadRef): string =>
  kind === 'Rollout'
    ? `kubectl argo rollouts get rollout ${name} -n ${namespace}`
    : `kubectl describe ${kind.toLowerCase()} ${name} -n ${namespace}`;

type Closing = Pick<Diagnosis, 'cause' | 'summary' | 'next'>;

/** The last diagnosis, of the workloads themselves. */
const closingOf = (closing: Closing, views: readonly View[]): Diagnosis => ({
  ...closing,
  evidence: views.map(({ workloadVerdict }) => workloadVerdict.message),
  ...(views[0] === undefined ? {} : { workload: describeWorkload(views[0].snapshot.ref) }),
});

export const createFailures = (cluster: Cluster, image: string, clock: Clock) => {
  const fail = async (
    reason: string,
    examined: readonly View[],
    last: readonly Diagnosis[],
  ): Promise<RolloutVerdict> => ({
    type: 'failed',
    reason,
    diagnosis: [...(await causesOf(cluster, examined, image, clock)), ...last],
  });

  return {
    /** The workload was deleted. */
    missing: (view: View): Promise<RolloutVerdict> => {
      const closing: Closing = {
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
        argoMessage === undefined || argoMessage.includes('ProgressDeadlineExceeded')
          ? {
              cause: 'progress-deadline',
              summary: 'The rollout made no progress for longer than its deadline.',
              next: `Look at the workload and its pods: ${howToLook(ref)}`,
            }
          : {
              cause: 'rollout-degraded',
              summary: 'Argo Rollouts has given the rollout up.',
              next: `Look at its analysis runs and events: ${howToLook(ref)}`,
            };
      return fail(message, [view], [closingOf(closing, [view])]);
    },
    /**
     * The deadline has passed.
     * @param waiting at least one
     * @param more further diagnoses, the most telling first
     */
    late: (waiting: readonly View[], more: readonly Diagnosis[]): Promise<RolloutVerdict> => {
      const { true: carrying = [], false: untouched = [] } = Object.groupBy(waiting, ({ workloadVerdict }) =>
        workloadVerdict.carries ? 'true' : 'false',
      );
      const agent: Closing = {
        cause: 'agent-waiting',
        summary: 'The in-cluster agent has not applied the commit.',
        next: 'Look at the Argo CD Application (argocd app get) or the Flux Kustomization (flux get kustomizations) that is to apply it: its source, its last sync and its errors.',
      };
      const timeout: Closing = {
        cause: 'timeout',
        summary: 'The rollout was not healthy in time.',
        next: `Look at the workload and its pods${carrying[0] === undefined ? '' : `: ${howToLook(carrying[0].snapshot.ref)}`}`,
      };
      return fail(`not healthy in time: ${(untouched[0] ?? waiting[0])?.workloadVerdict.message}`, carrying, [
        ...more,
        ...(untouched.length === 0 ? [] : [closingOf(agent, untouched)]),
        ...(carrying.length === 0 ? [] : [closingOf(timeout, carrying)]),
      ]);
    },
  };
};
