import fc from 'fast-check';
import type { Workload, WorkloadKind } from '../../lib/cluster/objects/objects.ts';
import { rolloutStatus } from '../../lib/cluster/status/rollout-status.ts';

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

export const sample = (kind: WorkloadKind, type: 'done' | 'waiting' | 'failed', count: number) =>
  fc.sample(
    workloads(kind).filter((workload) => rolloutStatus(workload).type === type),
    { numRuns: count, seed: 7 },
  );

export const messageOf = (workload: Workload): string => rolloutStatus(workload).message;

/** Every rule there is, by the words that tell it from the others; so that none is left out by chance. */
export const rules: readonly {
  readonly kind: WorkloadKind;
  readonly waiting: readonly RegExp[];
  readonly done: readonly RegExp[];
}[] = [
  {
    kind: 'Deployment',
    waiting: [
      /spec update/,
      /out of \d new replicas/,
      /old replicas are pending/,
      /updated replicas are available/,
    ],
    done: [/successfully rolled out/],
  },
  {
    kind: 'StatefulSet',
    waiting: [
      /spec update/,
      /pods to be ready/,
      /partitioned roll out to finish/,
      /rolling update to complete/,
    ],
    done: [/partitioned roll out complete/, /rolling update complete/],
  },
  {
    kind: 'DaemonSet',
    waiting: [/spec update/, /out of \d new pods/, /updated pods are available/],
    done: [/successfully rolled out/],
  },
];
