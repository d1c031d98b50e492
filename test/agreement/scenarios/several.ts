import { expect, it } from 'vitest';
import { deliver } from '../../../lib/cluster/deliver/deliver.ts';
import type { WorkloadKind, WorkloadRef } from '../../../lib/cluster/objects/objects.ts';
import { rolloutStatus } from '../../../lib/cluster/status/rollout-status.ts';
import type { RolloutStatus } from '../../../lib/cluster/status/types.ts';
import { watchRollout } from '../../../lib/cluster/watch/watch-rollout.ts';
import { type Comparison, manifest } from '../comparison.ts';
import { kubectlAgainst } from '../disagreements.ts';
import { recordHistory } from '../history.ts';
import type { Harness } from './harness.ts';
import { doneOf } from './kinds.ts';

const workloads: readonly { readonly kind: WorkloadKind; readonly name: string }[] = [
  { kind: 'Deployment', name: 'web' },
  { kind: 'StatefulSet', name: 'store' },
  { kind: 'DaemonSet', name: 'agent' },
];

const doneWords = workloads.map(({ kind, name }) => doneOf(kind).replace('"web"', `"${name}"`));

/** Of the poller's clock, after which it gives up. */
const deadlineMs = 6_000;

/** kubectl on one workload, and every version of that. */
const follow = async ({ cluster }: Comparison, ref: WorkloadRef, signal: AbortSignal) => {
  let said: string | undefined;
  let wake = Promise.withResolvers<void>();
  const changed = (): void => {
    wake.resolve();
    wake = Promise.withResolvers();
  };
  const history = await recordHistory(cluster, ref, changed, signal);
  return {
    history,
    judge: () =>
      cluster.judge(cluster, ref, (line) => {
        said = line;
        changed();
      }),
    /** Until kubectl has said how it stands now. */
    current: async (): Promise<RolloutStatus> => {
      for (;;) {
        const next = wake.promise;
        const now = await history.now();
        const status = now && rolloutStatus(now);
        if (status !== undefined && status.message === said) return status;
        await next;
      }
    },
  };
};

/** One release of three workloads: kubectl watches each, the poller all of them. */
const releaseSeveral = async (comparison: Comparison, tagOf: (kind: WorkloadKind) => string) => {
  const { cluster, connection, namespace, image } = comparison;
  const stop = new AbortController();
  const refs: readonly WorkloadRef[] = workloads.map((one) => ({ apiVersion: 'apps/v1', namespace, ...one }));
  const followed = await Promise.all(refs.map((ref) => follow(comparison, ref, stop.signal)));
  const files = workloads.map(({ kind, name }) => ({
    path: `deployment/${name}.yml`,
    // The image's tag is one; what else is in the pod need not be.
    text: manifest(kind, name, `${image}:1`, {
      pod: {
        containers: [
          { name: 'web', image: `${image}:1` },
          { name: 'side', image: `registry.test/side:${tagOf(kind)}` },
        ],
      },
    }),
  }));
  const delivery = { mode: 'apply', namespace, image, tag: '1', files, changeCause: 'all of them' } as const;
  const delivered = await deliver(connection, delivery);
  const clock = cluster.clock(1);
  const deadline = clock.now() + deadlineMs;
  const judges = followed.map(({ judge }) => judge());
  try {
    const poller = await cluster.run(
      watchRollout(connection, { ...delivery, workloads: delivered, clock, deadline, until: deadline }),
    );
    // Those that wait would do so for ever; those that are done end by themselves, as do those that have failed.
    const says = await Promise.all(
      judges.map(async (judge, index) => {
        const status = await Promise.race([followed[index]?.current(), judge.says.then(() => undefined)]);
        if (status?.type === 'waiting') judge.stop();
        return await judge.says;
      }),
    );
    const differences = await Promise.all(
      says.map(async (kubectl, index) =>
        kubectlAgainst((await followed[index]?.history.since(`${image}:1`)) ?? [], kubectl),
      ),
    );
    return { poller, judges: says, differences: differences.flat() };
  } finally {
    for (const judge of judges) judge.stop();
    stop.abort();
  }
};

/** Several workloads in one release have one verdict. */
export const severalScenarios = ({ inComparison }: Harness): void => {
  it('several workloads in one release: healthy once kubectl is content with each', () =>
    inComparison('Deployment', async (comparison) => {
      const { poller, judges, differences } = await releaseSeveral(comparison, () => '1');

      expect(judges.map(({ code, lines, error }) => [code, lines.at(-1), error])).toEqual(
        doneWords.map((words) => [0, words, '']),
      );
      expect(differences).toEqual([]);
      expect(poller).toMatchObject({ type: 'healthy', message: doneWords.join('; ') });
    }));

  it.each(workloads)('several workloads in one release: one $kind that is not ready fails it', ({ kind }) =>
    inComparison('Deployment', async (comparison) => {
      const { poller, judges, differences } = await releaseSeveral(comparison, (one) =>
        one === kind ? 'notready' : '1',
      );

      expect(judges.map(({ code, error }) => [code, error])).toEqual(
        workloads.map((one) => [one.kind === kind ? null : 0, '']),
      );
      expect(differences).toEqual([]);
      expect(poller).toMatchObject({
        type: 'failed',
        reason: `not healthy in time: ${judges.find(({ code }) => code === null)?.lines.at(-1)}`,
      });
    }),
  );
};
