import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Workload, WorkloadKind } from '../../lib/cluster/objects.ts';
import { rolloutStatus } from '../../lib/cluster/status.ts';
import { hasKubectl, unlessInstalled } from './kubectl.ts';
import { openStage } from './stage.ts';

/** How many made-up states of each kind: one kubectl reads all that wait, and each other needs one of its own. */
const made = { waiting: 500, ended: 8 };

const few = fc.integer({ min: 0, max: 4 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 4 });
const selector = { matchLabels: { app: 'web' } };
const template = {
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', image: 'a:1' }] },
};
const progressing = fc.constantFrom(
  'NewReplicaSetAvailable',
  'ReplicaSetUpdated',
  'ProgressDeadlineExceeded',
);

/** Generations are mostly seen, so that the other rules get their turn. */
const generations = fc.constantFrom<readonly [number, number | undefined]>(
  ...([
    [2, 2],
    [2, 2],
    [2, 2],
    [2, 3],
    [2, 1],
    [2, 0],
    [2, undefined],
  ] as const),
);

const specs: Readonly<Record<string, fc.Arbitrary<object>>> = {
  Deployment: fc.record({ replicas: maybe(few), paused: maybe(fc.boolean()) }),
  StatefulSet: fc.record({
    replicas: maybe(few),
    updateStrategy: fc.record({
      type: fc.constant('RollingUpdate'),
      rollingUpdate: maybe(fc.record({ partition: maybe(few) })),
    }),
  }),
  DaemonSet: fc.constant({ updateStrategy: { type: 'RollingUpdate' } }),
};

const statuses: Readonly<Record<string, fc.Arbitrary<object>>> = {
  Deployment: fc.record({
    ...{ replicas: maybe(few), updatedReplicas: maybe(few), readyReplicas: maybe(few) },
    availableReplicas: maybe(few),
    conditions: maybe(
      progressing.map((reason) => [{ type: 'Progressing', status: 'True', reason, message: reason }]),
    ),
  }),
  StatefulSet: fc.record({
    ...{ replicas: few, readyReplicas: maybe(few), updatedReplicas: maybe(few), currentReplicas: maybe(few) },
    ...{ currentRevision: fc.constantFrom('web-a', 'web-b'), updateRevision: fc.constant('web-b') },
  }),
  DaemonSet: fc.record({
    ...{
      desiredNumberScheduled: few,
      currentNumberScheduled: few,
      numberMisscheduled: few,
      numberReady: few,
    },
    ...{ updatedNumberScheduled: maybe(few), numberAvailable: maybe(few) },
  }),
};

const workloads = (kind: WorkloadKind): fc.Arbitrary<Workload> =>
  fc
    .tuple(generations, specs[kind] ?? fc.constant({}), statuses[kind] ?? fc.constant({}))
    .map(([[generation, observedGeneration], spec, status]) => ({
      kind,
      metadata: { name: 'web', generation },
      spec: { selector, template, ...spec },
      status: { ...status, ...(observedGeneration === undefined ? {} : { observedGeneration }) },
    }));

const sample = (kind: WorkloadKind, type: 'done' | 'waiting' | 'failed', count: number) =>
  fc.sample(
    workloads(kind).filter((workload) => rolloutStatus(workload).type === type),
    { numRuns: count, seed: 7 },
  );

const messageOf = (workload: Workload): string => rolloutStatus(workload).message;

/** Every rule there is, by the words that tell it from the others; so that none is left out by chance. */
const rules: readonly { readonly kind: WorkloadKind; readonly waiting: readonly RegExp[] }[] = [
  {
    kind: 'Deployment',
    waiting: [
      /spec update/,
      /out of \d new replicas/,
      /old replicas are pending/,
      /updated replicas are available/,
    ],
  },
  {
    kind: 'StatefulSet',
    waiting: [
      /spec update/,
      /pods to be ready/,
      /partitioned roll out to finish/,
      /rolling update to complete/,
    ],
  },
  { kind: 'DaemonSet', waiting: [/spec update/, /out of \d new pods/, /updated pods are available/] },
];

describe.skipIf(!hasKubectl).concurrent(`kubectl’s rules and ours${unlessInstalled}`, () => {
  let stage: Awaited<ReturnType<typeof openStage>>;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => {
    await stage.close();
  });

  describe.each(rules)('$kind', ({ kind, waiting }) => {
    it('wait alike, word for word, in every state that may come', async () => {
      const versions = [...sample(kind, 'waiting', made.waiting), ...sample(kind, 'done', 1)];

      const { code, lines } = await stage.play(kind, versions);

      expect(lines).toEqual(versions.map(messageOf));
      expect(code).toBe(0);
      for (const words of waiting) expect(lines).toContainEqual(expect.stringMatching(words));
    });

    it.each(sample(kind, 'done', made.ended).map((version) => ({ version, message: messageOf(version) })))(
      'are done alike: $message',
      async ({ version, message }) => {
        expect(await stage.play(kind, [version])).toMatchObject({ code: 0, lines: [message] });
      },
    );
  });

  it('fail alike', async () => {
    const [waits, failed] = [sample('Deployment', 'waiting', 1), sample('Deployment', 'failed', 1)];

    const { code, lines, error } = await stage.play('Deployment', [...waits, ...failed]);

    expect(lines).toEqual(waits.map(messageOf));
    expect({ code, error }).toEqual({
      code: 1,
      error: 'error: deployment "web" exceeded its progress deadline',
    });
  });

  it.each(['StatefulSet', 'DaemonSet'] as const)(
    '%s: kubectl refuses OnDelete, and we do not',
    async (kind) => {
      const [version] = sample(kind, 'done', 1);
      const onDelete = {
        ...version,
        spec: { ...version?.spec, updateStrategy: { type: 'OnDelete' } },
      } as Workload;

      expect(await stage.play(kind, [onDelete])).toMatchObject({
        code: 1,
        lines: [],
        error: 'error: rollout status is only available for RollingUpdate strategy type',
      });
      expect(rolloutStatus(onDelete).type).not.toBe('failed');
    },
  );
});
