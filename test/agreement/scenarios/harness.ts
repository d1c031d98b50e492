import { expect } from 'vitest';
import type { WorkloadKind } from '../../../lib/cluster/objects/objects.ts';
import type { AgreementCluster } from '../cluster.ts';
import { type Comparison, createComparison, type Outcome, type ReleaseOptions } from '../comparison.ts';
import { type Difference, disagreements, report } from '../disagreements.ts';

/** What the scenarios are run with. */
export type Harness = {
  /** Compares the two on a workload of that kind, in a namespace of its own. */
  inComparison(kind: WorkloadKind, run: (comparison: Comparison) => Promise<void>): Promise<void>;
};

/** A cluster for one comparison: one for all of them, or each its own. */
export type OpenCluster = () => Promise<{ readonly cluster: AgreementCluster; close(): Promise<void> }>;

export const createHarness = (openCluster: OpenCluster): Harness => ({
  inComparison: async (kind, run) => {
    const { cluster, close } = await openCluster();
    try {
      const comparison = await createComparison(cluster, kind);
      try {
        await run(comparison);
      } finally {
        await comparison.close();
      }
    } finally {
      await close();
    }
  },
});

/** The poller gives up after a minute of its clock, or 20 s of a registry's no; kubectl does not. */
export const impatient: ReleaseOptions = { isInVain: true, pollerSeconds: 60, haste: 15 };

export const expectAgreement = (outcome: Outcome, difference: Difference = 'none'): void => {
  expect(disagreements(outcome, difference), report(outcome)).toEqual([]);
};

/** Both say that it is healthy, in those words. */
export const expectHealthy = (outcome: Outcome, message: string): void => {
  expectAgreement(outcome);
  expect(outcome.kubectl.code).toBe(0);
  expect(outcome.poller.watched).toMatchObject({ type: 'healthy', message });
};
