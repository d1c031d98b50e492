import { expect } from 'vitest';
import type { WorkloadKind } from '../../../lib/cluster/objects/objects.ts';
import type { AgreementCluster } from '../cluster.ts';
import { type Difference, disagreements, report } from '../compare.ts';
import { type Contest, createContest, type Outcome, type Scenario } from '../side-by-side.ts';

/** Where the contests are held. */
export type Arena = {
  inContest(kind: WorkloadKind, run: (contest: Contest) => Promise<void>): Promise<void>;
};

/** A cluster for one contest: one for all of them, or each its own. */
export type Ground = () => Promise<{ readonly cluster: AgreementCluster; close(): Promise<void> }>;

export const createArena = (ground: Ground): Arena => ({
  inContest: async (kind, run) => {
    const { cluster, close } = await ground();
    try {
      const contest = await createContest(cluster, kind);
      try {
        await run(contest);
      } finally {
        await contest.close();
      }
    } finally {
      await close();
    }
  },
});

/** The poller gives up after a minute of its clock, or 20 s of a registry's no; kubectl does not. */
export const impatient: Scenario = { isInVain: true, pollerSeconds: 60, haste: 15 };

export const expectAgreement = (outcome: Outcome, difference: Difference = 'none'): void => {
  expect(disagreements(outcome, difference), report(outcome)).toEqual([]);
};

/** Both say that it is healthy, in those words. */
export const expectHealthy = (outcome: Outcome, message: string): void => {
  expectAgreement(outcome);
  expect(outcome.kubectl.code).toBe(0);
  expect(outcome.poller.watched).toMatchObject({ type: 'healthy', message });
};
