import type { Facts } from '../../../lib/cluster/diagnose/facts.ts';
import {
  apiVersionOf,
  type ClusterEvent,
  type Condition,
  type ContainerStatus,
  hasReplicaSets,
  type Pod,
  type ReplicaSet,
  type Workload,
  type WorkloadKind,
} from '../../../lib/cluster/objects/objects.ts';

/** Objects as an API server writes them, reduced to what is looked at. */
export const now = Date.parse('2026-11-23T10:00:00Z');
export const secondsAgo = (seconds: number): string => new Date(now - seconds * 1000).toISOString();

export const image = 'docker.io/acme/okeydokey';

export const workload = (
  kind: WorkloadKind,
  spec: Partial<Workload['spec']> = {},
  status: Workload['status'] = {},
): Workload => ({
  apiVersion: apiVersionOf(kind),
  kind,
  metadata: {
    name: 'web',
    namespace: 'shop',
    uid: 'uid-web',
    generation: 2,
    annotations: {
      'deployment.kubernetes.io/revision': '2',
      'deprecated.daemonset.template.generation': '2',
    },
  },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: { spec: { containers: [{ name: 'web', image: 'acme/okeydokey:2' }] } },
    ...spec,
  },
  status: {
    ...(kind === 'Rollout'
      ? { observedGeneration: '2', currentPodHash: 'new', stableRS: 'old' }
      : { observedGeneration: 2, updateRevision: 'web-new', currentRevision: 'web-old' }),
    ...status,
  },
});

const owner = (kind: string, uid: string) => [{ kind, uid, name: uid, controller: true }] as const;

export const replicaSet = (revision: string, conditions: readonly Condition[] = []): ReplicaSet => ({
  metadata: {
    name: `web-${revision}`,
    uid: `uid-rs-${revision}`,
    annotations: { 'deployment.kubernetes.io/revision': revision },
    ownerReferences: owner('Deployment', 'uid-web'),
  },
  status: { conditions },
});

/** Of an Argo Rollout. */
export const argoReplicaSet = (revision: 'new' | 'old'): ReplicaSet => ({
  metadata: {
    name: `web-${revision}`,
    uid: `uid-rs-${revision === 'new' ? '2' : '1'}`,
    labels: { 'rollouts-pod-template-hash': revision },
    ownerReferences: owner('Rollout', 'uid-web'),
  },
});

export type PodOptions = {
  readonly name?: string;
  readonly revision?: 'new' | 'old';
  readonly containers?: readonly ContainerStatus[];
  readonly initContainers?: readonly ContainerStatus[];
  readonly conditions?: readonly Condition[];
  readonly gates?: readonly string[];
  /** Of the container `web`. */
  readonly image?: string;
  readonly metadata?: Partial<Pod['metadata']>;
  readonly pullPolicy?: string;
  readonly status?: Partial<NonNullable<Pod['status']>>;
};

/** A pod of the workload, whatever its kind. */
export const pod = (kind: WorkloadKind, options: PodOptions): Pod => {
  const { name = 'web-1', revision = 'new' } = options;
  const number = revision === 'new' ? '2' : '1';
  return {
    metadata: {
      name,
      namespace: 'shop',
      uid: `uid-${name}`,
      creationTimestamp: secondsAgo(60),
      labels: {
        'controller-revision-hash': `web-${revision}`,
        'pod-template-generation': number,
        'rollouts-pod-template-hash': revision,
      },
      ownerReferences: hasReplicaSets(kind)
        ? [{ ...owner('ReplicaSet', `uid-rs-${number}`)[0], name: `web-${revision}` }]
        : owner(kind, 'uid-web'),
      ...options.metadata,
    },
    spec: {
      containers: [
        {
          name: 'web',
          image: options.image ?? `acme/okeydokey:${number}`,
          ...(options.pullPolicy === undefined ? {} : { imagePullPolicy: options.pullPolicy }),
        },
        { name: 'proxy', image: 'acme/proxy:7' },
      ],
      initContainers: [{ name: 'migrate', image: 'acme/migrate:3' }],
      readinessGates: (options.gates ?? []).map((conditionType) => ({ conditionType })),
      nodeName: 'node-a',
    },
    status: {
      phase: 'Running',
      startTime: secondsAgo(60),
      conditions: options.conditions ?? [],
      containerStatuses: options.containers ?? [],
      initContainerStatuses: options.initContainers ?? [],
      ...options.status,
    },
  };
};

/** Ready for so many seconds. */
export const readyFor = (seconds: number): readonly Condition[] => [
  { type: 'Ready', status: 'True', lastTransitionTime: secondsAgo(seconds) },
];

export const container = (status: Partial<ContainerStatus>): ContainerStatus => ({
  name: 'web',
  ready: false,
  restartCount: 0,
  ...status,
});

export const waiting = (reason: string, message?: string): Partial<ContainerStatus> => ({
  state: { waiting: { reason, ...(message === undefined ? {} : { message }) } },
});

export const warning = (
  uid: string,
  reason: string,
  message: string,
  more: Partial<ClusterEvent> = {},
): ClusterEvent => ({
  type: 'Warning',
  reason,
  message,
  lastTimestamp: secondsAgo(10),
  involvedObject: { uid },
  ...more,
});

export const facts = (kind: WorkloadKind, more: Partial<Facts> = {}): Facts => ({
  ref: { apiVersion: apiVersionOf(kind), kind, namespace: 'shop', name: 'web' },
  workload: workload(kind),
  pods: [],
  replicaSets:
    kind === 'Deployment'
      ? [replicaSet('1'), replicaSet('2')]
      : kind === 'Rollout'
        ? [argoReplicaSet('old'), argoReplicaSet('new')]
        : [],
  events: [],
  unread: [],
  ...more,
});
