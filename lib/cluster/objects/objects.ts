import type { ArgoSpec, ArgoStatus } from './argo-types.ts';
import type { BatchSpec, BatchStatus } from './batch-types.ts';

/**
 * The fields of Kubernetes objects that are looked at here, as they come over the wire: times are text, and whatever is
 * not set is absent. Written by hand because the SDK's types hold `Date`s, which only its own lossy parsing makes.
 */
export type Metadata = {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly generation?: number;
  readonly resourceVersion?: string;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly {
    readonly uid: string;
    readonly kind: string;
    readonly name: string;
    readonly controller?: boolean;
  }[];
};

export type Condition = {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
};

export type Container = {
  readonly name: string;
  readonly image?: string;
  readonly imagePullPolicy?: string;
};

export type PodSpec = {
  readonly restartPolicy?: string;
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly readinessGates?: readonly { readonly conditionType: string }[];
  readonly nodeName?: string;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly volumes?: readonly {
    readonly name: string;
    readonly configMap?: { readonly name?: string };
    readonly secret?: { readonly secretName?: string };
  }[];
};

type LabelSelector = {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
};

/** `Rollout` is that of Argo Rollouts. */
export type WorkloadKind = 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'Rollout';

/**
 * Deployment, StatefulSet and DaemonSet of apps/v1, an Argo Rollout and a Job, taken together: each has some of the fields of
 * `spec` and `status`. A Rollout whose template is elsewhere has been given it; see `readWorkload`.
 */
export type Workload = {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: Metadata;
  readonly spec: ArgoSpec &
    BatchSpec & {
      readonly replicas?: number;
      readonly paused?: boolean;
      /** Seconds for which a pod has to be ready before it counts as available. */
      readonly minReadySeconds?: number;
      readonly selector: LabelSelector;
      readonly template: { readonly metadata?: Partial<Metadata>; readonly spec: PodSpec };
      readonly updateStrategy?: {
        readonly type?: string;
        readonly rollingUpdate?: { readonly partition?: number };
      };
      readonly podManagementPolicy?: string;
      readonly ordinals?: { readonly start?: number };
    };
  /** Generation of the Deployment that a Rollout has its template from. Not of the object itself. */
  readonly referredGeneration?: number;
  readonly status?: ArgoStatus &
    BatchStatus & {
      /** Text in a Rollout. */
      readonly observedGeneration?: number | string;
      readonly replicas?: number;
      readonly readyReplicas?: number;
      readonly availableReplicas?: number;
      readonly updatedReplicas?: number;
      readonly currentReplicas?: number;
      readonly currentRevision?: string;
      readonly updateRevision?: string;
      readonly desiredNumberScheduled?: number;
      readonly currentNumberScheduled?: number;
      readonly updatedNumberScheduled?: number;
      readonly numberReady?: number;
      readonly numberAvailable?: number;
      readonly conditions?: readonly Condition[];
    };
};

export type ReplicaSet = {
  readonly metadata: Metadata;
  readonly status?: { readonly conditions?: readonly Condition[] };
};

export type ContainerState = {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: { readonly startedAt?: string };
  readonly terminated?: {
    readonly exitCode: number;
    readonly signal?: number;
    readonly reason?: string;
    readonly message?: string;
    readonly startedAt?: string;
    readonly finishedAt?: string;
  };
};

export type ContainerStatus = {
  readonly name: string;
  readonly image?: string;
  /** `docker.io/acme/web@sha256:…`; some runtimes write the bare id of the image's configuration. */
  readonly imageID?: string;
  readonly ready: boolean;
  readonly started?: boolean;
  readonly restartCount: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
};

export type Pod = {
  readonly metadata: Metadata;
  readonly spec: PodSpec;
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly startTime?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
};

/** Of all its containers, in the order in which they start. */
export const statusesOf = ({ status }: Pod): readonly ContainerStatus[] => [
  ...(status?.initContainerStatuses ?? []),
  ...(status?.containerStatuses ?? []),
];

export const conditionOf = ({ status }: Pod, type: string): Condition | undefined =>
  status?.conditions?.find((condition) => condition.type === type);

export type ClusterEvent = {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  /** What newer clusters write instead of `count` and `lastTimestamp`. */
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string } | null;
  readonly involvedObject: {
    readonly kind?: string;
    readonly name?: string;
    readonly uid?: string;
    readonly fieldPath?: string;
  };
};

export type ObjectList<T> = {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly T[] | null;
};

/** A workload to deliver to and to watch. */
export type WorkloadRef = {
  readonly apiVersion: string;
  /** A `WorkloadKind`, whose rollout is watched, or a Job, which runs to its end; of any other kind (CronJob) only the pod template is looked at. */
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** What the API server calls the collection, where it is not of a `WorkloadKind`. */
  readonly plural?: string | undefined;
};

const kinds: Readonly<Record<WorkloadKind, { readonly apiVersion: string; readonly plural: string }>> = {
  Deployment: { apiVersion: 'apps/v1', plural: 'deployments' },
  StatefulSet: { apiVersion: 'apps/v1', plural: 'statefulsets' },
  DaemonSet: { apiVersion: 'apps/v1', plural: 'daemonsets' },
  Rollout: { apiVersion: 'argoproj.io/v1alpha1', plural: 'rollouts' },
};

/** Those that every cluster has. */
export const workloadKinds = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
] as const satisfies readonly WorkloadKind[];

export const apiVersionOf = (kind: WorkloadKind): string => kinds[kind].apiVersion;

export const isWorkloadKind = (apiVersion: unknown, kind: unknown): kind is WorkloadKind =>
  typeof kind === 'string' &&
  Object.hasOwn(kinds, kind) &&
  kinds[kind as WorkloadKind].apiVersion === apiVersion;

/** True where the workload has a rollout that can be watched; else it has a pod template, and what is made of it is another's. */
export const hasRollout = ({ apiVersion, kind }: WorkloadRef): boolean => isWorkloadKind(apiVersion, kind);

/** True of a Job of Kubernetes itself: other projects have kinds of that name. */
export const isJob = ({
  apiVersion,
  kind,
}: {
  readonly apiVersion: string;
  readonly kind: string;
}): boolean => kind === 'Job' && apiVersion.startsWith('batch/');

/** True where a workload has a template and a selector of its own, by which its pods can be followed. */
export const hasPods = (ref: WorkloadRef): boolean => hasRollout(ref) || isJob(ref);

/** True where the pods belong to ReplicaSets, and those to the workload. */
export const hasReplicaSets = (kind: string): boolean => kind === 'Deployment' || kind === 'Rollout';

const segment = encodeURIComponent;

/** `/apis/apps/v1/namespaces/default/deployments` */
export const workloadsPath = (kind: WorkloadKind, namespace: string): string =>
  `/apis/${kinds[kind].apiVersion}/namespaces/${segment(namespace)}/${kinds[kind].plural}`;

/** The collection that a workload of any kind is in. */
export const collectionPath = ({ apiVersion, kind, namespace, plural }: WorkloadRef): string =>
  isWorkloadKind(apiVersion, kind)
    ? workloadsPath(kind, namespace)
    : `${apiVersion.includes('/') ? '/apis' : '/api'}/${apiVersion}/namespaces/${segment(namespace)}/${segment(plural ?? `${kind.toLowerCase()}s`)}`;

/** `/apis/apps/v1/namespaces/default/deployments/okeydokey` */
export const workloadPath = (ref: WorkloadRef): string => `${collectionPath(ref)}/${segment(ref.name)}`;

/** `Deployment default/okeydokey`, for messages. */
export const describeWorkload = (ref: WorkloadRef): string => `${ref.kind} ${ref.namespace}/${ref.name}`;

/** A label selector as a query parameter. https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#api */
export const formatSelector = (selector: LabelSelector): string =>
  [
    ...Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`),
    ...(selector.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
      if (operator === 'Exists') return key;
      if (operator === 'DoesNotExist') return `!${key}`;
      return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`;
    }),
  ].join(',');
