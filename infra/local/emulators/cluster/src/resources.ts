/** What kinds the cluster serves, and what is told about them in discovery. */
export type Resource = {
  readonly group: string;
  readonly version: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  readonly categories: readonly string[];
  readonly status: boolean;
  readonly scale: boolean;
  /** Whether a change of `spec` counts in `metadata.generation`. */
  readonly generation: boolean;
  /** `group/plural`: the key of the store. */
  readonly key: string;
};

type Traits = {
  readonly short?: readonly string[];
  readonly cluster?: true;
  readonly all?: true;
  readonly status?: true;
  readonly scale?: true;
  readonly generation?: true;
};

const define = (apiVersion: string, kind: string, plural: string, traits: Traits = {}): Resource => {
  const slash = apiVersion.indexOf('/');
  const group = slash === -1 ? '' : apiVersion.slice(0, slash);
  return {
    group,
    version: apiVersion.slice(slash + 1),
    apiVersion,
    kind,
    plural,
    singular: kind.toLowerCase(),
    shortNames: traits.short ?? [],
    namespaced: traits.cluster !== true,
    categories: traits.all === true ? ['all'] : [],
    status: traits.status === true,
    scale: traits.scale === true,
    generation: traits.generation === true,
    key: `${group}/${plural}`,
  };
};

const workload = { all: true, status: true, generation: true } as const;

export const pods = define('v1', 'Pod', 'pods', { short: ['po'], all: true, status: true });
export const events = define('v1', 'Event', 'events', { short: ['ev'] });
export const namespaces = define('v1', 'Namespace', 'namespaces', {
  short: ['ns'],
  cluster: true,
  status: true,
});
export const nodes = define('v1', 'Node', 'nodes', { short: ['no'], cluster: true, status: true });
export const services = define('v1', 'Service', 'services', { short: ['svc'], all: true, status: true });
export const configMaps = define('v1', 'ConfigMap', 'configmaps', { short: ['cm'] });
export const secrets = define('v1', 'Secret', 'secrets');
export const serviceAccounts = define('v1', 'ServiceAccount', 'serviceaccounts', { short: ['sa'] });
export const claims = define('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims', {
  short: ['pvc'],
  status: true,
});
export const limitRanges = define('v1', 'LimitRange', 'limitranges', { short: ['limits'] });
export const quotas = define('v1', 'ResourceQuota', 'resourcequotas', { short: ['quota'], status: true });
export const deployments = define('apps/v1', 'Deployment', 'deployments', {
  ...workload,
  short: ['deploy'],
  scale: true,
});
export const replicaSets = define('apps/v1', 'ReplicaSet', 'replicasets', {
  ...workload,
  short: ['rs'],
  scale: true,
});
export const statefulSets = define('apps/v1', 'StatefulSet', 'statefulsets', {
  ...workload,
  short: ['sts'],
  scale: true,
});
export const daemonSets = define('apps/v1', 'DaemonSet', 'daemonsets', { ...workload, short: ['ds'] });
export const controllerRevisions = define('apps/v1', 'ControllerRevision', 'controllerrevisions');

export const jobs = define('batch/v1', 'Job', 'jobs', workload);

export const resources: readonly Resource[] = [
  pods,
  events,
  namespaces,
  nodes,
  services,
  configMaps,
  secrets,
  serviceAccounts,
  claims,
  quotas,
  define('v1', 'Endpoints', 'endpoints', { short: ['ep'] }),
  limitRanges,
  define('v1', 'PersistentVolume', 'persistentvolumes', { short: ['pv'], cluster: true, status: true }),
  deployments,
  replicaSets,
  statefulSets,
  daemonSets,
  controllerRevisions,
  jobs,
  // Stored, so that manifests which hold them can be applied; no controller acts on these.
  define('batch/v1', 'CronJob', 'cronjobs', { ...workload, short: ['cj'] }),
  define('networking.k8s.io/v1', 'Ingress', 'ingresses', {
    short: ['ing'],
    status: true,
    generation: true,
  }),
  define('networking.k8s.io/v1', 'IngressClass', 'ingressclasses', { cluster: true, generation: true }),
  define('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies', { short: ['netpol'], generation: true }),
  define('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets', {
    short: ['pdb'],
    status: true,
    generation: true,
  }),
  define('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', {
    short: ['hpa'],
    all: true,
    status: true,
  }),
  define('rbac.authorization.k8s.io/v1', 'Role', 'roles'),
  define('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings'),
  define('rbac.authorization.k8s.io/v1', 'ClusterRole', 'clusterroles', { cluster: true }),
  define('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'clusterrolebindings', { cluster: true }),
  define('scheduling.k8s.io/v1', 'PriorityClass', 'priorityclasses', { short: ['pc'], cluster: true }),
  define('storage.k8s.io/v1', 'StorageClass', 'storageclasses', { short: ['sc'], cluster: true }),
  define('coordination.k8s.io/v1', 'Lease', 'leases'),
  // As the custom resource that Argo Rollouts brings: a test that wants one to roll plays its controller.
  define('argoproj.io/v1alpha1', 'Rollout', 'rollouts', { short: ['ro'], status: true, generation: true }),
];

const byPath = new Map(
  resources.map((resource) => [`${resource.apiVersion}/${resource.plural}`, resource] as const),
);
const byKey = new Map(resources.map((resource) => [resource.key, resource] as const));

export const resourceAt = (apiVersion: string, plural: string): Resource | undefined =>
  byPath.get(`${apiVersion}/${plural}`);

export const resourceByKey = (key: string): Resource | undefined => byKey.get(key);

/** `apps/v1` and so on, each once, the core group first. */
export const groupVersions: readonly string[] = [
  ...new Set(resources.map((resource) => resource.apiVersion)),
];
