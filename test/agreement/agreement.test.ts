import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { WorkloadKind } from '../../lib/cluster/objects.ts';
import { type AgreementCluster, hasKubectl, startAgreementCluster, unlessInstalled } from './cluster.ts';
import { disagreements, report } from './compare.ts';
import { createContest, type Outcome, type Scenario } from './side-by-side.ts';

// They mostly wait.
vi.setConfig({ maxConcurrency: 14 });

type Contest = Awaited<ReturnType<typeof createContest>>;

const kinds: readonly {
  readonly kind: WorkloadKind;
  readonly done: string;
  /** What is said while each of the pods, which come one after another, is held back. */
  readonly steps: readonly string[];
}[] = [
  {
    kind: 'Deployment',
    done: 'deployment "web" successfully rolled out',
    steps: [
      'Waiting for deployment "web" rollout to finish: 1 out of 3 new replicas have been updated...',
      'Waiting for deployment "web" rollout to finish: 2 out of 3 new replicas have been updated...',
      'Waiting for deployment "web" rollout to finish: 1 old replicas are pending termination...',
    ],
  },
  {
    kind: 'StatefulSet',
    done: 'partitioned roll out complete: 3 new pods have been updated...',
    steps: [
      'Waiting for 1 pods to be ready...',
      'Waiting for 1 pods to be ready...',
      'Waiting for 1 pods to be ready...',
    ],
  },
  {
    kind: 'DaemonSet',
    done: 'daemon set "web" successfully rolled out',
    steps: [
      'Waiting for daemon set "web" rollout to finish: 1 out of 2 new pods have been updated...',
      'Waiting for daemon set "web" rollout to finish: 1 of 2 updated pods are available...',
    ],
  },
];

const oneByOne = (kind: WorkloadKind): Scenario => ({
  spec: {
    minReadySeconds: 1,
    ...(kind === 'Deployment' ? { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } } : {}),
  },
  podAnnotations: { 'tagboat.dev/ready-after-ms': '150' },
});

/** The poller gives up after a minute of its clock, or 20 s of a registry's no: here in 4 s or 1.3 s. kubectl waits 3 s. */
const impatient: Scenario = { kubectlSeconds: 3, pollerSeconds: 60, haste: 15 };

const expectAgreement = (outcome: Outcome): void => {
  expect(disagreements(outcome), report(outcome)).toEqual([]);
};

const expectHealthy = (outcome: Outcome, message: string): void => {
  expectAgreement(outcome);
  expect(outcome.kubectl.code).toBe(0);
  expect(outcome.poller.watched).toEqual({ type: 'healthy', message });
};

describe.skipIf(!hasKubectl)(`kubectl and the poller on the embedded cluster${unlessInstalled}`, () => {
  let cluster: AgreementCluster;
  let contests = 0;
  beforeAll(async () => {
    cluster = await startAgreementCluster();
  });
  afterAll(async () => {
    await cluster.close();
  });

  const inContest = async (kind: WorkloadKind, run: (contest: Contest) => Promise<void>): Promise<void> => {
    contests += 1;
    const contest = await createContest(cluster, kind, `contest-${contests}`);
    try {
      await run(contest);
    } finally {
      contest.close();
    }
  };

  describe.concurrent.each(kinds)('$kind', ({ kind, done, steps }) => {
    it('a good first release, and a good one after it', () =>
      inContest(kind, async ({ release }) => {
        expectHealthy(await release('1', { pull: 'watched' }), done);
        expectHealthy(await release('2', { pull: 'watched' }), done);
      }));

    it('a slow release, at every step', () =>
      inContest(kind, async ({ release }) => {
        expectHealthy(await release('1', oneByOne(kind)), done);

        const outcome = await release('2', { ...oneByOne(kind), pull: 'step' });

        expectHealthy(outcome, done);
        expect(outcome.steps, report(outcome)).toEqual(steps);
      }));

    it('an image that the registry lacks, and the release that mends it', () =>
      inContest(kind, async ({ release }) => {
        expectHealthy(await release('1'), done);

        const outcome = await release('bad', impatient);

        expectAgreement(outcome);
        expect(outcome.kubectl).toMatchObject({
          code: 1,
          error: 'error: timed out waiting for the condition',
        });
        expect(outcome.poller.watched).toMatchObject({
          type: 'failed',
          diagnosis: [{ cause: 'image-pull' }],
        });
        expectHealthy(await release('2', { pull: 'watched' }), done);
      }));

    it('pods that never become ready', () =>
      inContest(kind, async ({ release }) => {
        expectHealthy(await release('1'), done);

        const outcome = await release('notready', impatient);

        expectAgreement(outcome);
        expect(outcome.kubectl).toMatchObject({
          code: 1,
          error: 'error: timed out waiting for the condition',
        });
        expect(outcome.poller.watched).toMatchObject({
          type: 'failed',
          diagnosis: [{ cause: 'not-ready' }, { cause: 'timeout' }],
        });
      }));
  });

  it.concurrent.each(['bad', 'notready'])(
    'a Deployment of tag %s that exceeds its progress deadline',
    (tag) =>
      inContest('Deployment', async ({ release }) => {
        const reason = 'deployment "web" exceeded its progress deadline';
        expectHealthy(await release('1'), 'deployment "web" successfully rolled out');

        const outcome = await release(tag, { spec: { progressDeadlineSeconds: 2 } });

        expectAgreement(outcome);
        expect(outcome.kubectl).toMatchObject({ code: 1, error: `error: ${reason}` });
        expect(outcome.poller.watched).toMatchObject({ type: 'failed', reason });
      }),
  );
});
