import { findCondition } from '../../meta.ts';
import type { Condition, Job } from '../../types.ts';

export const has = ({ status }: Pick<Job, 'status'>, type: string): boolean =>
  findCondition(status.conditions, type)?.status === 'True';

export const isFinished = (job: Pick<Job, 'status'>): boolean => has(job, 'Complete') || has(job, 'Failed');

/** Sets a condition, unless it is so already. */
export const setCondition = (
  status: Job['status'],
  now: string,
  condition: Pick<Condition, 'type' | 'status' | 'reason' | 'message'>,
): void => {
  if (findCondition(status.conditions, condition.type)?.status === condition.status) return;
  status.conditions = [
    ...(status.conditions ?? []).filter(({ type }) => type !== condition.type),
    { ...condition, lastProbeTime: null, lastTransitionTime: now },
  ];
};
