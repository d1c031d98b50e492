import { TagboatError } from '../../errors.ts';
import { settleAll } from '../../settle-all.ts';
import type { Target } from '../model/target.ts';

const atOnce = 4;

/** Faults that make it pointless to ask a cluster again in the same invocation, by its name. */
export type ClusterFaults = Map<string, TagboatError>;

/**
 * Does something with a cluster for each of many releases: cluster beside cluster, a few releases at a time. A cluster that
 * does not answer is not asked again for the next.
 * @param step gets the fault where there is one, and returns what it ran into
 * @param faults found so far; those that are found are added
 */
export const byCluster = async <T extends { readonly target: Target }>(
  items: readonly T[],
  faults: ClusterFaults,
  step: (item: T, known: TagboatError | undefined) => Promise<unknown>,
): Promise<void> => {
  const groups = Map.groupBy(items, ({ target }) => target.environment.cluster);
  await settleAll(
    [...groups].map(async ([name, group]) => {
      for (let at = 0; at < group.length; at += atOnce) {
        const known = faults.get(name);
        const outcomes = await settleAll(group.slice(at, at + atOnce).map((item) => step(item, known)));
        const fault = outcomes.find(isUnreachable);
        if (known === undefined && fault !== undefined) faults.set(name, fault);
      }
    }),
  );
};

const isUnreachable = (error: unknown): error is TagboatError =>
  error instanceof TagboatError && error.code === 'cluster-unreachable';
