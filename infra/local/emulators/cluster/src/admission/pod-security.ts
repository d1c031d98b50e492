import { asArray, asObject, at } from '../json.ts';
import { namespaces, pods } from '../resources.ts';
import { forbidden } from '../status.ts';
import type { Store } from '../store.ts';
import type { Container, Pod } from '../types.ts';

/** `container "web"`, `containers "web", "proxy"` */
const named = (containers: readonly Container[]): string =>
  `${containers.length === 1 ? 'container' : 'containers'} ${containers.map(({ name }) => `"${name}"`).join(', ')}`;

const setting = (of: unknown, ...path: readonly string[]): unknown => at(of, 'securityContext', ...path);

/** What containers have to be set to. The checks that the manifests of web servers run into; the real list is longer. */
const checks: readonly {
  readonly level: 'baseline' | 'restricted';
  readonly holds: (container: Container, pod: Pod) => boolean;
  /** Where it does not hold for some, in the words of the real check. */
  readonly says: (names: string) => string;
}[] = [
  {
    level: 'baseline',
    holds: (container) => setting(container, 'privileged') !== true,
    says: (names) => `privileged (${names} must not set securityContext.privileged=true)`,
  },
  {
    level: 'restricted',
    holds: (container) => setting(container, 'allowPrivilegeEscalation') === false,
    says: (names) =>
      `allowPrivilegeEscalation != false (${names} must set securityContext.allowPrivilegeEscalation=false)`,
  },
  {
    level: 'restricted',
    holds: (container) => asArray(setting(container, 'capabilities', 'drop')).includes('ALL'),
    says: (names) =>
      `unrestricted capabilities (${names} must set securityContext.capabilities.drop=["ALL"])`,
  },
  {
    level: 'restricted',
    holds: (container, { spec }) =>
      (setting(container, 'runAsNonRoot') ?? setting(spec, 'runAsNonRoot')) === true,
    says: (names) => `runAsNonRoot != true (pod or ${names} must set securityContext.runAsNonRoot=true)`,
  },
  {
    level: 'restricted',
    holds: (container, { spec }) => {
      const path = ['seccompProfile', 'type'];
      const type = setting(container, ...path) ?? setting(spec, ...path);
      return type === 'RuntimeDefault' || type === 'Localhost';
    },
    says: (names) =>
      `seccompProfile (pod or ${names} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")`,
  },
];

/**
 * Refuses what the namespace's label `pod-security.kubernetes.io/enforce` does not allow.
 * Source: k8s.io/pod-security-admission/{admission,policy}
 * @throws ApiError 403
 */
export const checkPodSecurity = (store: Store, pod: Pod): void => {
  const { namespace, name } = pod.metadata;
  const labels = asObject(store.get(namespaces, undefined, namespace ?? '')?.metadata.labels);
  const level = labels['pod-security.kubernetes.io/enforce'];
  if (level !== 'baseline' && level !== 'restricted') return;
  const version = labels['pod-security.kubernetes.io/enforce-version'] ?? 'latest';
  const containers = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
  const shared = ['hostNetwork', 'hostPID', 'hostIPC'].filter((field) => pod.spec[field] === true);
  const problems = [
    ...(shared.length === 0
      ? []
      : [`host namespaces (${shared.map((field) => `${field}=true`).join(', ')})`]),
    ...checks.flatMap((check) => {
      if (check.level === 'restricted' && level === 'baseline') return [];
      const found = containers.filter((container) => !check.holds(container, pod));
      return found.length === 0 ? [] : [check.says(named(found))];
    }),
  ];
  if (problems.length > 0)
    throw forbidden(pods, name, `violates PodSecurity "${level}:${String(version)}": ${problems.join(', ')}`);
};
