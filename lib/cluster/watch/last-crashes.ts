import type { Clock } from '../../clock.ts';
import { TagboatError } from '../../errors.ts';
import type { Cluster } from '../connect/cluster.ts';
import { type Diagnosis, diagnose } from '../diagnose/diagnose.ts';
import { describeWorkload, isJob, statusesOf, type WorkloadRef } from '../objects/objects.ts';
import type { Snapshot } from '../status/snapshot.ts';

/** How often containers of its pods have crashed so far. */
const crashesIn = ({ pods }: Snapshot): number =>
  pods
    .flatMap(statusesOf)
    .reduce(
      (sum, { restartCount, state }) =>
        sum + restartCount + ((state?.terminated?.exitCode ?? 0) === 0 ? 0 : 1),
      0,
    );

/**
 * What was wrong with the pods of a Job while they were there: where it fails it deletes those that still run, and their logs
 * with them. https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-backoff-failure-policy
 */
export const createLastCrashes = (cluster: Cluster, image: string, clock: Clock) => {
  const crashes = new Map<string, number>();
  const known = new Map<string, readonly Diagnosis[]>();
  return {
    /** Looks again after each crash. */
    note: async (snapshot: Snapshot): Promise<void> => {
      const name = describeWorkload(snapshot.ref);
      const count = crashesIn(snapshot);
      if (!isJob(snapshot.ref) || count <= (crashes.get(name) ?? 0)) return;
      crashes.set(name, count);
      const found = await diagnose(cluster, snapshot.ref, image, clock).catch((error: unknown) => {
        if (error instanceof TagboatError) return [];
        throw error;
      });
      if (found.length > 0) known.set(name, found);
    },
    of: (ref: WorkloadRef): readonly Diagnosis[] => known.get(describeWorkload(ref)) ?? [],
  };
};

export type LastCrashes = ReturnType<typeof createLastCrashes>;
