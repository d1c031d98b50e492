import { expect, test } from 'vitest';
import { rolloutCounts } from '../../../lib/cluster/status/rollout-status.ts';
import { describeRules, type Rule, seen, workloadOf } from '../support/status-rules.ts';

const deployments: readonly Rule[] = [
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
    name: 'progressing for another reason',
    spec: { replicas: 1 },
    status: {
      ...seen,
      replicas: 1,
      updatedReplicas: 1,
      availableReplicas: 1,
      conditions: [{ type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' }],
    },
    type: 'done',
    message: 'deployment "web" successfully rolled out',
  },
  {
    name: 'a failure to create pods is no verdict yet',
    spec: { replicas: 1 },
    status: { ...seen, conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' }] },
    type: 'waiting',
    message: 'Waiting for deployment "web" rollout to finish: 0 out of 1 new replicas have been updated...',
  },
  {
    name: 'observed already what is newer than this',
    spec: { replicas: 1 },
    status: { observedGeneration: 3, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
    type: 'done',
    message: 'deployment "web" successfully rolled out',
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
    name: 'all ready, and not for minReadySeconds',
    spec: { replicas: 3, minReadySeconds: 10 },
    status: { ...seen, replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 1 },
    type: 'waiting',
    message: 'Waiting for deployment "web" rollout to finish: 1 of 3 updated replicas are available...',
  },
  {
    name: 'none available: the field is absent',
    spec: { replicas: 3 },
    status: { ...seen, replicas: 3, updatedReplicas: 3 },
    type: 'waiting',
    message: 'Waiting for deployment "web" rollout to finish: 0 of 3 updated replicas are available...',
  },
  {
    name: 'replicas left to an autoscaler that is not there yet',
    status: { ...seen, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
    type: 'done',
    message: 'deployment "web" successfully rolled out',
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
  {
    name: 'scaled to zero, the last pod still there',
    spec: { replicas: 0 },
    status: { ...seen, replicas: 1 },
    type: 'waiting',
    message: 'Waiting for deployment "web" rollout to finish: 1 old replicas are pending termination...',
  },
];

const daemonSets: readonly Rule[] = [
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
    name: 'no status at all',
    type: 'waiting',
    message: 'Waiting for daemon set spec update to be observed...',
  },
  {
    name: 'none updated: the field is absent',
    status: { ...seen, desiredNumberScheduled: 2, numberAvailable: 2 },
    type: 'waiting',
    message: 'Waiting for daemon set "web" rollout to finish: 0 out of 2 new pods have been updated...',
  },
  {
    name: 'all ready, and not for minReadySeconds',
    spec: { minReadySeconds: 10 },
    status: {
      ...seen,
      desiredNumberScheduled: 2,
      updatedNumberScheduled: 2,
      numberReady: 2,
      numberAvailable: 1,
    },
    type: 'waiting',
    message: 'Waiting for daemon set "web" rollout to finish: 1 of 2 updated pods are available...',
  },
  {
    name: 'no node for it',
    status: { ...seen, desiredNumberScheduled: 0 },
    type: 'done',
    message: 'daemon set "web" successfully rolled out',
  },
  {
    name: 'OnDelete, all of them deleted by hand',
    spec: { updateStrategy: { type: 'OnDelete' } },
    status: { ...seen, desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2 },
    type: 'done',
    message: 'daemon set "web" successfully rolled out',
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
    message:
      'daemon set "web" waits for a person: 2 of 2 pods still run the old template, and its updateStrategy is OnDelete. Delete them (kubectl get pods -n default -l \'\' shows them), or set the strategy to RollingUpdate',
  },
  {
    name: 'OnDelete, the first pods of all',
    spec: { updateStrategy: { type: 'OnDelete' } },
    status: { ...seen, desiredNumberScheduled: 2, currentNumberScheduled: 0 },
    type: 'waiting',
    message: 'Waiting for daemon set "web" rollout to finish: 0 out of 2 new pods have been updated...',
  },
  {
    name: 'OnDelete, the last old pod gone and its successor not there yet',
    spec: { updateStrategy: { type: 'OnDelete' } },
    status: { ...seen, desiredNumberScheduled: 2, currentNumberScheduled: 1, updatedNumberScheduled: 1 },
    type: 'waiting',
    message: 'Waiting for daemon set "web" rollout to finish: 1 out of 2 new pods have been updated...',
  },
];

describeRules('Deployment', deployments);
describeRules('DaemonSet', daemonSets);

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
  const object = workloadOf(kind, { spec, status });
  expect(rolloutCounts(object)).toEqual({ updated, available, desired });
});
