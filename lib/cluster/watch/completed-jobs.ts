import { isComplete } from '../objects/job-end.ts';
import { describeWorkload, isJob } from '../objects/objects.ts';
import type { Rollout, View } from './types.ts';

/** Keeps which Jobs were seen complete, and has it recorded: a Job may be cleared away as soon as it has ended. */
export const createCompletedJobs = ({
  completedJobs = [],
  onJobCompleted,
}: Pick<Rollout, 'completedJobs' | 'onJobCompleted'>) => {
  const known = new Set(completedJobs);
  return {
    note: async (views: readonly View[]): Promise<void> => {
      const names = views.flatMap(({ snapshot: { ref, workload }, workloadVerdict: { carries } }) =>
        carries && isJob(ref) && workload !== undefined && isComplete(workload)
          ? [describeWorkload(ref)]
          : [],
      );
      const added = names.filter((name) => !known.has(name));
      for (const name of added) known.add(name);
      if (added.length > 0) await onJobCompleted?.([...known]);
    },
  };
};
