import type { Checked } from './text-checks.ts';

/** https://kubernetes.io/docs/reference/kubernetes-api/ */
const coreKinds: ReadonlySet<string> = new Set([
  'Binding',
  'ConfigMap',
  'Endpoints',
  'Event',
  'LimitRange',
  'Namespace',
  'Node',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Pod',
  'PodTemplate',
  'ReplicationController',
  'ResourceQuota',
  'Secret',
  'Service',
  'ServiceAccount',
]);

/** Groups of kinds that people name without one. */
const groups: Readonly<Record<string, string>> = {
  ClusterRole: 'rbac.authorization.k8s.io',
  ClusterRoleBinding: 'rbac.authorization.k8s.io',
  CronJob: 'batch',
  CustomResourceDefinition: 'apiextensions.k8s.io',
  DaemonSet: 'apps',
  Deployment: 'apps',
  HorizontalPodAutoscaler: 'autoscaling',
  Ingress: 'networking.k8s.io',
  Job: 'batch',
  NetworkPolicy: 'networking.k8s.io',
  PodDisruptionBudget: 'policy',
  Role: 'rbac.authorization.k8s.io',
  RoleBinding: 'rbac.authorization.k8s.io',
  Rollout: 'argoproj.io',
  StatefulSet: 'apps',
};

const label = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?';

/** For editors, and the check alike. */
export const kindNamePattern = new RegExp(`^[A-Z][A-Za-z0-9]*(?:\\.${label})*$`);

const howTo =
  'write the kind as manifests do, and its API group behind it: `Ingress.networking.k8s.io`, `Secret`';

/** `Secret` of the core group, `Ingress.networking.k8s.io`: as kubectl writes it, without a version. */
export const checkKindName = (text: string): Checked => {
  if (text.includes('*')) return { wrong: `kinds are listed one by one; ${howTo}` };
  if (!kindNamePattern.test(text)) return { wrong: `this is not a kind; ${howTo}` };
  const [kind = '', ...rest] = text.split('.');
  if (/^v\d/.test(rest[0] ?? ''))
    return { wrong: `the version is not written: \`${[kind, ...rest.slice(1)].join('.')}\`` };
  if (rest.length > 0 || coreKinds.has(kind)) return { value: text };
  const group = Object.hasOwn(groups, kind) ? groups[kind] : undefined;
  return {
    wrong:
      group === undefined
        ? `the core group has no kind \`${kind}\`; ${howTo}`
        : `the core group has no kind \`${kind}\` (did you mean \`${kind}.${group}\`?)`,
  };
};
