import { expect } from 'vitest';
import type { WorkloadKind } from '../../../lib/cluster/objects.ts';
import type { AgreementCluster } from '../cluster.ts';
import { type Difference, disagreements, report } from '../compare.ts';
import { type Contest, createContest, type Outcome, type Scenario } from '../side-by-side.ts';

/** Where the contests are held. */
export type Arena = {
  inContest(kind: WorkloadKind, run: (contest: Contest) => Promise<void>): Promise<void>;
};

/** @param cluster asked for when a contest begins */
export const createArena = (cluster: () => AgreementCluster): Arena => ({
  inContest: async (kind, run) => {
    const contest = await createContest(cluster(), kind);
    try {
      await run(contest);
    } finally {
      await contest.close();
    }
  },
});

/** The poller gives up after a minute of its clock, or 20 s of a registry's no: here in 4 s or 1.3 s. kubectl waits 3 s. */
export const impatient: Scenario = { kubectlSeconds: 3, pollerSeconds: 60, haste: 15 };

export const expectAgreement = (outcome: Outcome, difference: Difference = 'none'): void => {
  expect(disagreements(outcome, difference), report(outcome)).toEqual([]);
};

/** Both say that it is healthy, in those words. */
export const expectHealthy = (outcome: Outcome, message: string): void => {
  expectAgreement(outcome);
  expect(outcome.kubectl.code).toBe(0);
  expect(outcome.poller.watched).toMatchObject({ type: 'healthy', message });
};
