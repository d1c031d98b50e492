import type { Facts } from '../../lib/cluster/diagnose/facts.ts';
import type {
  ClusterEvent,
  Condition,
  ContainerStatus,
  Pod,
  ReplicaSet,
  Workload,
  WorkloadKind,
} from '../../lib/cluster/objects.ts';

/** Objects as an API server writes them, reduced to what is looked at. */
export const now = Date.parse('2026-11-23T10:00:00Z');
export const secondsAgo = (seconds: number): string => new Date(now - seconds * 1000).toISOString();

export const image = 'docker.io/acme/okeydokey';

export const workload = (
  kind: WorkloadKind,
  spec: Partial<Workload['spec']> = {},
  status: Workload['status'] = {},
): Workload => ({
  apiVersion: 'apps/v1',
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
  status: { observedGeneration: 2, updateRevision: 'web-new', currentRevision: 'web-old', ...status },
});

const owner = (kind: string, uid: string) => [{ kind, uid, name: uid, controller: true }];

export const replicaSet = (revision: string, conditions: readonly Condition[] = []): ReplicaSet => ({
  metadata: {
    name: `web-${revision}`,
    uid: `uid-rs-${revision}`,
    annotations: { 'deployment.kubernetes.io/revision': revision },
    ownerReferences: owner('Deployment', 'uid-web'),
  },
  status: { conditions },
});

export type PodOptions = {
  readonly name?: string;
  readonly revision?: 'new' | 'old';
  readonly containers?: readonly ContainerStatus[];
  readonly initContainers?: readonly ContainerStatus[];
  readonly conditions?: readonly Condition[];
  readonly gates?: readonly string[];
  readonly metadata?: Partial<Pod['metadata']>;
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
      labels: { 'controller-revision-hash': `web-${revision}`, 'pod-template-generation': number },
      ownerReferences:
        kind === 'Deployment' ? owner('ReplicaSet', `uid-rs-${number}`) : owner(kind, 'uid-web'),
      ...options.metadata,
    },
    spec: {
      containers: [
        { name: 'web', image: `acme/okeydokey:${number}` },
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
  ref: { apiVersion: 'apps/v1', kind, namespace: 'shop', name: 'web' },
  workload: workload(kind),
  pods: [],
  replicaSets: kind === 'Deployment' ? [replicaSet('1'), replicaSet('2')] : [],
  events: [],
  unread: [],
  ...more,
});
