import { expect, test } from 'vitest';
import type { Condition, WorkloadKind } from '../../../lib/cluster/objects/objects.ts';
import { isStuckPod, stuckFrom } from '../../../lib/cluster/status/stuck-pod.ts';
import {
  container,
  now,
  type PodOptions,
  pod,
  readyFor,
  secondsAgo,
  waiting,
  workload,
} from '../support/fixture.ts';

const crashing = (restartCount: number) => [container({ ...waiting('CrashLoopBackOff'), restartCount })];
const pulling = [container(waiting('ImagePullBackOff'))];
const onDelete = { updateStrategy: { type: 'OnDelete' } };
const configuring = [container(waiting('CreateContainerConfigError'))];

test.each([
  ['StatefulSet', {}, pulling, true],
  ['StatefulSet', {}, crashing(1), true],
  ['StatefulSet', {}, configuring, true],
  ['StatefulSet', {}, [container({ state: { running: {} } })], false],
  ['StatefulSet', onDelete, pulling, false],
  ['StatefulSet', { podManagementPolicy: 'Parallel' }, pulling, false],
  ['DaemonSet', {}, pulling, false],
] as const)('%s %j: an old pod with %j is stuck: %s', (kind, spec, containers, expected) => {
  const old = pod(kind, { containers, revision: 'old' });
  expect(isStuckPod(workload(kind, spec), old)).toBe(expected);
  const byInit = pod(kind, { initContainers: containers, revision: 'old' });
  expect(isStuckPod(workload(kind, spec), byInit)).toBe(expected);
});

const unready = (seconds: number): readonly Condition[] => [
  { type: 'Ready', status: 'False', lastTransitionTime: secondsAgo(seconds) },
];

const atOnce = Number.NEGATIVE_INFINITY;
const never = Number.POSITIVE_INFINITY;

test.each<[string, WorkloadKind, PodOptions, number]>([
  ['broken', 'StatefulSet', { containers: crashing(1), conditions: unready(60) }, atOnce],
  ['never ready', 'StatefulSet', { conditions: unready(58) }, now],
  [
    'never ready, and started just now',
    'StatefulSet',
    { conditions: unready(5), status: { startTime: secondsAgo(5) } },
    now + 55_000,
  ],
  ['ready until half a minute ago', 'StatefulSet', { conditions: unready(30) }, never],
  ['ready', 'StatefulSet', { conditions: readyFor(9) }, never],
  ['not started', 'StatefulSet', { conditions: unready(58), status: { phase: 'Pending' } }, never],
  [
    'on its way out',
    'StatefulSet',
    { conditions: unready(58), metadata: { deletionTimestamp: secondsAgo(1) } },
    never,
  ],
  ['never ready', 'DaemonSet', { conditions: unready(58) }, never],
])('of a release that failed, an old pod that is %s may be deleted from a %s', (_, kind, options, from) => {
  const old = pod(kind, { revision: 'old', ...options });
  expect(stuckFrom(workload(kind, {}, { currentRevision: 'web-good' }), old)).toBe(from);
});

test.each<[string, PodOptions, number]>([
  // The restarts may be those of months.
  ['has just crashed', { containers: crashing(9), conditions: unready(1) }, now + 59_000],
  ['crashes since a minute ago', { containers: crashing(9), conditions: unready(60) }, now],
  ['cannot be pulled since its start', { containers: pulling, conditions: [] }, now],
  // A database that recovers: an hour is nothing to it.
  [
    'runs and was never ready',
    { conditions: unready(3_600), status: { startTime: secondsAgo(3_600) } },
    never,
  ],
])('of the revision that was rolled out, an old pod that %s may be deleted', (_, options, from) => {
  expect(stuckFrom(workload('StatefulSet'), pod('StatefulSet', { revision: 'old', ...options }))).toBe(from);
});
