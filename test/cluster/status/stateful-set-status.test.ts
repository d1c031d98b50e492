import { describeRules, type Rule, seen } from '../support/status-rules.ts';

const rolling = { type: 'RollingUpdate' };

const statefulSets: readonly Rule[] = [
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
    name: 'none ready: the field is absent',
    spec: { replicas: 3, updateStrategy: rolling },
    status: seen,
    type: 'waiting',
    message: 'Waiting for 3 pods to be ready...',
  },
  {
    name: 'no status at all',
    spec: { replicas: 3, updateStrategy: rolling },
    type: 'waiting',
    message: 'Waiting for statefulset spec update to be observed...',
  },
  {
    name: 'scaled to zero',
    spec: { replicas: 0, updateStrategy: { ...rolling, rollingUpdate: { partition: 0 } } },
    status: seen,
    type: 'done',
    message: 'partitioned roll out complete: 0 new pods have been updated...',
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
    name: 'partition not reached',
    spec: { replicas: 3, updateStrategy: { ...rolling, rollingUpdate: { partition: 1 } } },
    status: { ...seen, readyReplicas: 3, updatedReplicas: 1 },
    type: 'waiting',
    message: 'Waiting for partitioned roll out to finish: 1 out of 2 new pods have been updated...',
  },
  {
    name: 'parameters without a partition',
    spec: { replicas: 3, updateStrategy: { ...rolling, rollingUpdate: {} } },
    status: { ...seen, readyReplicas: 3, updatedReplicas: 3 },
    type: 'done',
    message: 'partitioned roll out complete: 3 new pods have been updated...',
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
      'statefulset "web" waits for a person: 1 of 3 pods still run the old template, and its updateStrategy is OnDelete. Delete them (kubectl get pods -n default -l \'controller-revision-hash!=web-b\' shows them), or set the strategy to RollingUpdate',
  },
  {
    name: 'OnDelete, a pod of the new revision that is not ready',
    spec: { replicas: 3, updateStrategy: { type: 'OnDelete' } },
    status: { ...seen, readyReplicas: 2, updatedReplicas: 3, updateRevision: 'web-b' },
    type: 'waiting',
    message: 'Waiting for 1 pods to be ready...',
  },
  {
    name: 'OnDelete, all of the new revision',
    spec: { replicas: 3, updateStrategy: { type: 'OnDelete' } },
    status: { ...seen, readyReplicas: 3, updatedReplicas: 3, updateRevision: 'web-b' },
    type: 'done',
    message: 'statefulset rolling update complete 3 pods at revision web-b...',
  },
];

describeRules('StatefulSet', statefulSets);
