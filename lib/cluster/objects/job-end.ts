import type { Condition, Workload } from './objects.ts';

const conditionOf = ({ status }: Workload, type: string): Condition | undefined =>
  status?.conditions?.find((condition) => condition.type === type && condition.status === 'True');

/**
 * Why a Job has failed; undefined while it may still complete. `SuccessCriteriaMet` and `FailureTarget`, which newer servers write
 * before the last of its pods has ended, are not counted yet.
 * https://kubernetes.io/docs/concepts/workloads/controllers/job/#terminal-job-conditions
 */
export const failureOf = (job: Workload): Condition | undefined => conditionOf(job, 'Failed');

export const isComplete = (job: Workload): boolean => conditionOf(job, 'Complete') !== undefined;

/** True where nothing more will become of it. */
export const hasEnded = (job: Workload): boolean => isComplete(job) || failureOf(job) !== undefined;

/** True where nothing of it runs, or will, until somebody (or a queue, as Kueue has them) lets it go on. */
export const isSuspended = ({ spec }: Workload): boolean => spec.suspend === true;
