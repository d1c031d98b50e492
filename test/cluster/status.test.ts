import { describe, expect, test } from 'vitest';
import type { Workload } from '../../lib/cluster/objects.ts';
import { rolloutCounts, rolloutStatus } from '../../lib/cluster/status.ts';

type Case = {
  readonly name: string;
  readonly generation?: number;
  readonly spec?: Partial<Workload['spec']>;
  readonly status?: Workload['status'];
  readonly type: 'done' | 'waiting' | 'failed';
  readonly message: string;
};

const workload = (kind: string, { generation = 2, spec = {}, status }: Case): Workload => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'web', generation },
  spec: { selector: {}, template: { spec: { containers: [] } }, ...spec },
  ...(status === undefined ? {} : { status }),
});

const seen = { observedGeneration: 2 };
const rolling = { type: 'RollingUpdate' };

const deployments: readonly Case[] = [
  {
    name: 'not observed yet',
    status: { observedGeneration: 1, updatedReplicas: 3, replicas: 3, availableReplicas: 3 },
    spec: { replicas: 3 },
    type: 'waiting',
    message: 'Waiting for deployment spec update to be observed...',
  },
  {
    name: 'no status at all',
    spec: { replicas: 3 },
    type: 'waiting',
    message: 'Waiting for deployment spec update to be observed...',
  },
  {
    name: 'progress deadline exceeded',
    spec: { replicas: 3 },
    status: {
      ...seen,
      updatedReplicas: 3,
      conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }],
    },
    type: 'failed',
    message: 'deployment "web" exceeded its progress deadline',
  },
  {
    name: 'a deadline of the generation before does not count',
    spec: { replicas: 3 },
    status: {
      observedGeneration: 1,
      conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }],
    },
    type: 'waiting',
    message: 'Waiting for deployment spec update to be observed...',
  },
  {
    name: 'too few updated',
    spec: { replicas: 3 },
    status: { ...seen, replicas: 4, updatedReplicas: 1, availableReplicas: 3 },
    type: 'waiting',
    message: 'Waiting for deployment "web" rollout to finish: 1 out of 3 new replicas have been updated...',
  },
  {
    name: 'none updated: the field is absent',
    spec: { replicas: 3 },
    status: { ...seen, replicas: 3 },
    type: 'waiting',
    message: 'Waiting for deployment "web" rollout to finish: 0 out of 3 new replicas have been updated...',
  },
  {
    name: 'old ones still there',
    spec: { replicas: 3 },
    status: { ...seen, replicas: 5, updatedReplicas: 3, availableReplicas: 5 },
    type: 'waiting',
    message: 'Waiting for deployment "web" rollout to finish: 2 old replicas are pending termination...',
  },
  {
    name: 'not all available',
    spec: { replicas: 3 },
    status: { ...seen, replicas: 3, updatedReplicas: 3, availableReplicas: 2 },
    type: 'waiting',
    message: 'Waiting for deployment "web" rollout to finish: 2 of 3 updated replicas are available...',
  },
  {
    name: 'done',
    spec: { replicas: 3 },
    status: { ...seen, replicas: 3, updatedReplicas: 3, availableReplicas: 3 },
    type: 'done',
    message: 'deployment "web" successfully rolled out',
  },
  {
    name: 'scaled to zero',
    spec: { replicas: 0 },
    status: seen,
    type: 'done',
    message: 'deployment "web" successfully rolled out',
  },
];

const daemonSets: readonly Case[] = [
  {
    name: 'not observed yet',
    status: {
      observedGeneration: 1,
      desiredNumberScheduled: 2,
      updatedNumberScheduled: 2,
      numberAvailable: 2,
    },
    type: 'waiting',
    message: 'Waiting for daemon set spec update to be observed...',
  },
  {
    name: 'too few updated',
    status: { ...seen, desiredNumberScheduled: 2, updatedNumberScheduled: 1, numberAvailable: 2 },
    type: 'waiting',
    message: 'Waiting for daemon set "web" rollout to finish: 1 out of 2 new pods have been updated...',
  },
  {
    name: 'not all available',
    status: { ...seen, desiredNumberScheduled: 2, updatedNumberScheduled: 2 },
    type: 'waiting',
    message: 'Waiting for daemon set "web" rollout to finish: 0 of 2 updated pods are available...',
  },
  {
    name: 'done',
    status: { ...seen, desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2 },
    type: 'done',
    message: 'daemon set "web" successfully rolled out',
  },
  {
    name: 'OnDelete is waited for, where kubectl gives up',
    spec: { updateStrategy: { type: 'OnDelete' } },
    status: { ...seen, desiredNumberScheduled: 2, updatedNumberScheduled: 0, numberAvailable: 2 },
    type: 'waiting',
    message: 'Waiting for daemon set "web" rollout to finish: 0 out of 2 new pods have been updated...',
  },
];

const statefulSets: readonly Case[] = [
  {
    name: 'never observed',
    generation: 0,
    spec: { replicas: 0, updateStrategy: rolling },
    status: {},
    type: 'waiting',
    message: 'Waiting for statefulset spec update to be observed...',
  },
  {
    name: 'not observed yet',
    spec: { replicas: 3, updateStrategy: rolling },
    status: { observedGeneration: 1, readyReplicas: 3 },
    type: 'waiting',
    message: 'Waiting for statefulset spec update to be observed...',
  },
  {
    name: 'not all ready',
    spec: { replicas: 3, updateStrategy: rolling },
    status: { ...seen, readyReplicas: 2 },
    type: 'waiting',
    message: 'Waiting for 1 pods to be ready...',
  },
  {
    name: 'rolling without parameters',
    spec: { replicas: 3, updateStrategy: rolling },
    status: {
      ...seen,
      readyReplicas: 3,
      updatedReplicas: 1,
      updateRevision: 'web-b',
      currentRevision: 'web-a',
    },
    type: 'waiting',
    message: 'waiting for statefulset rolling update to complete 1 pods at revision web-b...',
  },
  {
    name: 'rolled without parameters',
    spec: { replicas: 3, updateStrategy: rolling },
    status: {
      ...seen,
      readyReplicas: 3,
      currentReplicas: 3,
      updateRevision: 'web-b',
      currentRevision: 'web-b',
    },
    type: 'done',
    message: 'statefulset rolling update complete 3 pods at revision web-b...',
  },
  {
    name: 'partition 0, as the server fills it in',
    spec: { replicas: 3, updateStrategy: { ...rolling, rollingUpdate: { partition: 0 } } },
    status: { ...seen, readyReplicas: 3, updatedReplicas: 2 },
    type: 'waiting',
    message: 'Waiting for partitioned roll out to finish: 2 out of 3 new pods have been updated...',
  },
  {
    name: 'partition reached',
    spec: { replicas: 3, updateStrategy: { ...rolling, rollingUpdate: { partition: 2 } } },
    status: { ...seen, readyReplicas: 3, updatedReplicas: 1 },
    type: 'done',
    message: 'partitioned roll out complete: 1 new pods have been updated...',
  },
  {
    name: 'partition beyond all pods',
    spec: { replicas: 3, updateStrategy: { ...rolling, rollingUpdate: { partition: 5 } } },
    status: { ...seen, readyReplicas: 3 },
    type: 'done',
    message: 'partitioned roll out complete: 0 new pods have been updated...',
  },
  {
    name: 'OnDelete, one pod left of the old revision',
    spec: { replicas: 3, updateStrategy: { type: 'OnDelete' } },
    status: { ...seen, readyReplicas: 3, updatedReplicas: 2, updateRevision: 'web-b' },
    type: 'waiting',
    message:
      'Waiting for 1 pods to be deleted by hand (the update strategy is OnDelete): 2 out of 3 new pods have been updated...',
  },
  {
    name: 'OnDelete, all of the new revision',
    spec: { replicas: 3, updateStrategy: { type: 'OnDelete' } },
    status: { ...seen, readyReplicas: 3, updatedReplicas: 3, updateRevision: 'web-b' },
    type: 'done',
    message: 'statefulset rolling update complete 3 pods at revision web-b...',
  },
];

describe.each([
  ['Deployment', deployments],
  ['DaemonSet', daemonSets],
  ['StatefulSet', statefulSets],
] as const)('status of a %s', (kind, cases) => {
  test.each(cases)('$name', (example) => {
    expect(rolloutStatus(workload(kind, example))).toEqual({ type: example.type, message: example.message });
  });
});

test.each([
  ['Deployment', { replicas: 3 }, { updatedReplicas: 1, availableReplicas: 2 }, [1, 2, 3]],
  ['Deployment', {}, {}, [0, 0, 1]],
  ['DaemonSet', {}, { updatedNumberScheduled: 1, numberAvailable: 2, desiredNumberScheduled: 4 }, [1, 2, 4]],
  ['StatefulSet', { replicas: 3 }, { updatedReplicas: 1, readyReplicas: 2 }, [1, 2, 3]],
  [
    'StatefulSet',
    { replicas: 3, updateStrategy: { rollingUpdate: { partition: 2 } } },
    { updatedReplicas: 1, availableReplicas: 3 },
    [1, 3, 1],
  ],
] as const)('counts of a %s with %j and %j', (kind, spec, status, [updated, available, desired]) => {
  const object = workload(kind, { name: '', spec, status, type: 'done', message: '' });
  expect(rolloutCounts(object)).toEqual({ updated, available, desired });
});
