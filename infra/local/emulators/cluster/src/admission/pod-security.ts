import { asArray, asObject, at } from '../json.ts';
import { namespaces, pods } from '../resources.ts';
import { forbidden } from '../status.ts';
import type { Store } from '../store.ts';
import type { Container, Pod } from '../types.ts';

type Check = {
  readonly level: 'baseline' | 'restricted';
  /** What is wrong with the pod, in the words of the real check; undefined: nothing. */
  readonly find: (pod: Pod, containers: readonly Container[]) => string | undefined;
};

/** `container "web"`, `containers "web", "proxy"` */
const named = (containers: readonly Container[]): string =>
  `${containers.length === 1 ? 'container' : 'containers'} ${containers.map(({ name }) => `"${name}"`).join(', ')}`;

const setting = (of: unknown, ...path: readonly string[]): unknown => at(of, 'securityContext', ...path);

/** The checks that the manifests of web servers run into; the real list is longer. */
const checks: readonly Check[] = [
  {
    level: 'baseline',
    find: (pod) => {
      const shared = ['hostNetwork', 'hostPID', 'hostIPC'].filter((name) => pod.spec[name] === true);
      return shared.length === 0
        ? undefined
        : `host namespaces (${shared.map((name) => `${name}=true`).join(', ')})`;
    },
  },
  {
    level: 'baseline',
    find: (_, containers) => {
      const found = containers.filter((container) => setting(container, 'privileged') === true);
      return found.length === 0
        ? undefined
        : `privileged (${named(found)} must not set securityContext.privileged=true)`;
    },
  },
  {
    level: 'restricted',
    find: (_, containers) => {
      const found = containers.filter(
        (container) => setting(container, 'allowPrivilegeEscalation') !== false,
      );
      return found.length === 0
        ? undefined
        : `allowPrivilegeEscalation != false (${named(found)} must set securityContext.allowPrivilegeEscalation=false)`;
    },
  },
  {
    level: 'restricted',
    find: (_, containers) => {
      const found = containers.filter(
        (container) => !asArray(setting(container, 'capabilities', 'drop')).includes('ALL'),
      );
      return found.length === 0
        ? undefined
        : `unrestricted capabilities (${named(found)} must set securityContext.capabilities.drop=["ALL"])`;
    },
  },
  {
    level: 'restricted',
    find: (pod, containers) => {
      const ofPod = setting(pod.spec, 'runAsNonRoot');
      const found = containers.filter((container) => (setting(container, 'runAsNonRoot') ?? ofPod) !== true);
      return found.length === 0
        ? undefined
        : `runAsNonRoot != true (pod or ${named(found)} must set securityContext.runAsNonRoot=true)`;
    },
  },
  {
    level: 'restricted',
    find: (pod, containers) => {
      const allowed = ['RuntimeDefault', 'Localhost'];
      const ofPod = setting(pod.spec, 'seccompProfile', 'type');
      const found = containers.filter(
        (container) => !allowed.includes(String(setting(container, 'seccompProfile', 'type') ?? ofPod)),
      );
      return found.length === 0
        ? undefined
        : `seccompProfile (pod or ${named(found)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")`;
    },
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
  const problems = checks
    .filter((check) => check.level === 'baseline' || level === 'restricted')
    .flatMap((check) => check.find(pod, containers) ?? []);
  if (problems.length > 0)
    throw forbidden(pods, name, `violates PodSecurity "${level}:${String(version)}": ${problems.join(', ')}`);
};
