import { failureOf, isComplete, isSuspended } from '../objects/job-end.ts';
import type { Workload, WorkloadRef } from '../objects/objects.ts';
import type { RolloutStatus } from './types.ts';

/** `2 of 3 completed, 1 running, 4 failed` */
const countsOf = ({ spec, status = {} }: Workload): string =>
  [
    `${status.succeeded ?? 0} of ${spec.completions ?? 1} completed`,
    `${status.active ?? 0} running`,
    ...(status.failed === undefined || status.failed === 0 ? [] : [`${status.failed} failed`]),
  ].join(', ');

/** How far a Job is. */
export const jobStatus = ({ name, namespace }: WorkloadRef, job: Workload): RolloutStatus => {
  const subject = `job "${name}"`;
  if (isComplete(job)) return { type: 'done', message: `${subject} completed` };
  const failure = failureOf(job);
  if (failure !== undefined) {
    const why = [failure.reason, failure.message].filter(Boolean).join(': ');
    return { type: 'failed', message: `${subject} failed: ${why || 'no reason given'}` };
  }
  if (isSuspended(job))
    return {
      type: 'waiting',
      message: `${subject} is suspended (spec.suspend) and waits for somebody to let it run: kubectl patch job ${name} -n ${namespace} -p '{"spec":{"suspend":false}}'`,
    };
  return { type: 'waiting', message: `Waiting for ${subject} to complete: ${countsOf(job)}...` };
};
