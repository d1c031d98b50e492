import type { Job, Pod } from '../../types.ts';
import { isActive, isReady, isTerminating } from '../pods.ts';

/** The pods of a Job by what has become of them. */
export type JobPods = {
  readonly active: readonly Pod[];
  readonly terminating: readonly Pod[];
  readonly succeeded: readonly Pod[];
  readonly failed: readonly Pod[];
};

export const sortPods = (pods: readonly Pod[]): JobPods => ({
  active: pods.filter(isActive),
  terminating: pods.filter(
    (pod) => isTerminating(pod) && pod.status.phase !== 'Succeeded' && pod.status.phase !== 'Failed',
  ),
  succeeded: pods.filter((pod) => pod.status.phase === 'Succeeded'),
  failed: pods.filter((pod) => pod.status.phase === 'Failed'),
});

export const countsOf = ({ active, terminating, succeeded, failed }: JobPods) => ({
  active: active.length,
  ready: active.filter(isReady).length,
  terminating: terminating.length,
  succeeded: succeeded.length,
  failed: failed.length,
});

/**
 * How many pods there are to be now.
 * Source: k8s.io/kubernetes/pkg/controller/job/job_controller.go, manageJob
 */
export const wantedPods = ({ spec }: Job, { active, succeeded }: JobPods): number =>
  spec.completions === undefined
    ? succeeded.length > 0
      ? active.length
      : spec.parallelism
    : Math.min(spec.parallelism, spec.completions - succeeded.length);

const restartsOf = ({ status }: Pod): number =>
  [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])].reduce(
    (sum, { restartCount }) => sum + restartCount,
    0,
  );

/** Source: …/job_controller.go, syncJob, and pastBackoffLimitOnFailure */
export const isPastBackoffLimit = ({ spec }: Job, { active, failed }: JobPods): boolean => {
  if (failed.length > spec.backoffLimit) return true;
  if (spec.template.spec.restartPolicy !== 'OnFailure') return false;
  const restarts = active.reduce((sum, pod) => sum + restartsOf(pod), 0);
  return spec.backoffLimit === 0 ? restarts > 0 : restarts >= spec.backoffLimit;
};

const firstPauseMs = 10_000;
const longestPauseMs = 600_000;

const endOf = ({ status }: Pod): number =>
  Math.max(
    ...(status.containerStatuses ?? []).map(({ state }) => Date.parse(state.terminated?.finishedAt ?? '')),
  );

/** Milliseconds until another pod may be made after those that failed. Source: …/job/backoff_utils.go */
export const pauseAfterFailures = ({ failed }: JobPods, now: number): number => {
  const last = Math.max(...failed.map(endOf));
  if (!Number.isFinite(last)) return 0;
  return Math.max(0, last + Math.min(longestPauseMs, firstPauseMs * 2 ** (failed.length - 1)) - now);
};
