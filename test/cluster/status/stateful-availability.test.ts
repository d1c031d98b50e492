import { expect, test } from 'vitest';
import type { Pod, Workload } from '../../../lib/cluster/objects/objects.ts';
import {
  isBeyondPartition,
  statefulSetAvailability,
} from '../../../lib/cluster/status/stateful-availability.ts';
import { now, pod, readyFor, workload } from '../support/fixture.ts';

const rolling = (partition: number) => ({
  updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition } },
});

/** The pod of an ordinal, ready for so many seconds. */
const ready = (ordinal: number, seconds: number): Pod =>
  pod('StatefulSet', { name: `web-${ordinal}`, conditions: readyFor(seconds) });
const unready = (ordinal: number): Pod => pod('StatefulSet', { name: `web-${ordinal}` });

type Case = {
  readonly name: string;
  readonly spec?: Partial<Workload['spec']>;
  readonly status?: Workload['status'];
  /** Of the new revision; undefined where they may not be read. */
  readonly pods: readonly Pod[] | undefined;
  /** `available`, or how many of how many are, and in how many seconds to look again. */
  readonly expected: 'available' | readonly [available: number, of: number, again?: number];
};

const cases: readonly Case[] = [
  { name: 'all ready', pods: [ready(0, 5), ready(1, 1)], expected: 'available' },
  { name: 'one not ready', pods: [ready(0, 5), unready(1)], expected: [1, 2] },
  {
    name: 'ready pods that are to go do not make up for one that is not there',
    pods: [ready(0, 5)],
    expected: [1, 2],
  },
  {
    name: 'below the partition nothing is expected',
    spec: rolling(1),
    pods: [ready(1, 1)],
    expected: 'available',
  },
  {
    name: 'a new pod below the partition does not count for one beyond',
    spec: rolling(1),
    pods: [ready(0, 5)],
    expected: [0, 1],
  },
  { name: 'beyond the partition, not ready', spec: rolling(1), pods: [unready(1)], expected: [0, 1] },
  { name: 'a partition beyond all pods', spec: rolling(5), pods: [], expected: 'available' },
  { name: 'scaled to zero', spec: { replicas: 0 }, pods: [], expected: 'available' },
  {
    name: 'ordinals that begin elsewhere',
    spec: { ...rolling(1), ordinals: { start: 10 } },
    pods: [ready(11, 5)],
    expected: 'available',
  },
  {
    name: 'the clock decides where the server does not count: not yet',
    spec: { minReadySeconds: 10 },
    pods: [ready(0, 30), ready(1, 4)],
    expected: [1, 2, 6],
  },
  {
    name: 'the clock decides where the server does not count: now',
    spec: { minReadySeconds: 10 },
    pods: [ready(0, 30), ready(1, 10)],
    expected: 'available',
  },
  {
    name: 'the server counts all as available, whatever the clock says',
    spec: { minReadySeconds: 10 },
    status: { availableReplicas: 2 },
    pods: [ready(0, 30), ready(1, 4)],
    expected: 'available',
  },
  {
    name: 'the server counts one less, whatever the clock says',
    spec: { minReadySeconds: 10 },
    status: { availableReplicas: 1 },
    pods: [ready(0, 30), ready(1, 12)],
    expected: [1, 2],
  },
  {
    name: 'with a partition, the server’s count may lack an old pod: the clock decides',
    spec: { ...rolling(1), minReadySeconds: 10 },
    status: { availableReplicas: 1 },
    pods: [ready(1, 4)],
    expected: [0, 1, 6],
  },
  {
    name: 'with a partition, available while an old pod is not',
    spec: { ...rolling(1), minReadySeconds: 10 },
    status: { availableReplicas: 1 },
    pods: [ready(1, 12)],
    expected: 'available',
  },
  {
    name: 'without minReadySeconds the server’s count is not needed',
    status: { availableReplicas: 0 },
    pods: [ready(0, 1), ready(1, 1)],
    expected: 'available',
  },
  { name: 'pods may not be read: kubectl has counted', pods: undefined, expected: 'available' },
  {
    name: 'pods may not be read: the server’s count decides',
    spec: { minReadySeconds: 10 },
    status: { availableReplicas: 1 },
    pods: undefined,
    expected: [1, 2],
  },
  {
    name: 'pods may not be read, and an old server counts nothing',
    spec: { minReadySeconds: 10 },
    pods: undefined,
    expected: 'available',
  },
];

test.each(cases)('$name', ({ spec = {}, status = {}, pods, expected }) => {
  const set = workload('StatefulSet', { replicas: 2, ...spec }, status);
  const availability = statefulSetAvailability(set, pods, now);
  if (expected === 'available') return expect(availability).toEqual({ type: 'available' });
  const [available, of, again = Number.POSITIVE_INFINITY] = expected;
  const words = spec.minReadySeconds === undefined ? '' : ` (minReadySeconds is ${spec.minReadySeconds})`;
  expect(availability).toEqual({
    type: 'waiting',
    message: `Waiting for statefulset "web": ${available} of ${of} new pods are available${words}...`,
    nextCheckAt: now + again * 1000,
  });
});

test.each([
  [{}, 'web-0', true],
  [rolling(2), 'web-1', false],
  [rolling(2), 'web-2', true],
  [{ ...rolling(2), ordinals: { start: 5 } }, 'web-6', false],
  [{ ...rolling(2), ordinals: { start: 5 } }, 'web-7', true],
  [rolling(2), 'web', false],
] as const)('%j: %s is beyond the partition: %s', (spec, name, expected) => {
  expect(isBeyondPartition(workload('StatefulSet', spec), name)).toBe(expected);
});
