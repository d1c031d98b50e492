import { expect, it } from 'vitest';
import { deliver } from '../../../lib/cluster/deliver.ts';
import type { WorkloadKind, WorkloadRef } from '../../../lib/cluster/objects.ts';
import { watchRollout } from '../../../lib/cluster/rollout.ts';
import { kubectlAgainst } from '../compare.ts';
import { recordHistory } from '../history.ts';
import { runKubectl } from '../kubectl.ts';
import { type Contest, manifest } from '../side-by-side.ts';
import type { Arena } from './arena.ts';
import { doneOf } from './kinds.ts';

const workloads: readonly { readonly kind: WorkloadKind; readonly name: string }[] = [
  { kind: 'Deployment', name: 'web' },
  { kind: 'StatefulSet', name: 'store' },
  { kind: 'DaemonSet', name: 'agent' },
];

const doneWords = workloads.map(({ kind, name }) => doneOf(kind).replace('"web"', `"${name}"`));

/** One release of three workloads: kubectl watches each, the poller all of them. */
const releaseSeveral = async (contest: Contest, tagOf: (kind: WorkloadKind) => string) => {
  const { cluster, connection, namespace, image } = contest;
  const stop = new AbortController();
  const refs: readonly WorkloadRef[] = workloads.map((one) => ({ apiVersion: 'apps/v1', namespace, ...one }));
  const histories = await Promise.all(
    refs.map((ref) => recordHistory(cluster, ref, () => undefined, stop.signal)),
  );
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
  const seconds = 6;
  const deadline = Date.now() + seconds * 1_000;
  const options = [`--timeout=${seconds}s`];
  const [poller, ...judges] = await Promise.all([
    watchRollout(connection, { ...delivery, workloads: delivered, deadline, until: deadline }),
    ...refs.map((ref) => runKubectl(cluster, ref, options)),
  ]);
  const differences = await Promise.all(
    judges.map(async (kubectl, index) =>
      kubectlAgainst((await histories[index]?.since(`${image}:1`)) ?? [], kubectl),
    ),
  );
  stop.abort();
  return { poller, judges, differences: differences.flat() };
};

/** Several workloads in one release have one verdict. */
export const severalContests = ({ inContest }: Arena): void => {
  it('several workloads in one release: healthy once kubectl is content with each', () =>
    inContest('Deployment', async (contest) => {
      const { poller, judges, differences } = await releaseSeveral(contest, () => '1');

      expect(differences).toEqual([]);
      expect(judges.map(({ code, lines }) => [code, lines.at(-1)])).toEqual(
        doneWords.map((words) => [0, words]),
      );
      expect(poller).toMatchObject({ type: 'healthy', message: doneWords.join('; ') });
    }));

  it.each(workloads)('several workloads in one release: one $kind that is not ready fails it', ({ kind }) =>
    inContest('Deployment', async (contest) => {
      const { poller, judges, differences } = await releaseSeveral(contest, (one) =>
        one === kind ? 'notready' : '1',
      );

      expect(differences).toEqual([]);
      expect(judges.map(({ code }) => code)).toEqual(workloads.map((one) => (one.kind === kind ? 1 : 0)));
      expect(poller).toMatchObject({
        type: 'failed',
        reason: `not healthy in time: ${judges.find(({ code }) => code === 1)?.lines.at(-1)}`,
      });
    }),
  );
};
