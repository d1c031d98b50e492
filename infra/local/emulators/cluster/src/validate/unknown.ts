import { asArray, at, isObject } from '../json.ts';
import type { KubeObject } from '../types.ts';

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Field names of the parts of a workload where a typing mistake does harm. Source: the OpenAPI document of Kubernetes 1.32 */
const known = {
  object: words('apiVersion kind metadata spec status'),
  Deployment: words(
    'replicas selector template strategy minReadySeconds revisionHistoryLimit paused progressDeadlineSeconds',
  ),
  ReplicaSet: words('replicas selector template minReadySeconds'),
  StatefulSet:
    words(`replicas selector template volumeClaimTemplates serviceName podManagementPolicy updateStrategy
    revisionHistoryLimit minReadySeconds persistentVolumeClaimRetentionPolicy ordinals`),
  DaemonSet: words('selector template updateStrategy minReadySeconds revisionHistoryLimit'),
  template: words('metadata spec'),
  podSpec:
    words(`volumes initContainers containers ephemeralContainers restartPolicy terminationGracePeriodSeconds
    activeDeadlineSeconds dnsPolicy nodeSelector serviceAccountName serviceAccount automountServiceAccountToken nodeName
    hostNetwork hostPID hostIPC shareProcessNamespace securityContext imagePullSecrets hostname subdomain affinity
    schedulerName tolerations hostAliases priorityClassName priority dnsConfig readinessGates runtimeClassName
    enableServiceLinks preemptionPolicy overhead topologySpreadConstraints setHostnameAsFQDN os hostUsers schedulingGates
    resourceClaims resources`),
  container:
    words(`name image command args workingDir ports envFrom env resources resizePolicy restartPolicy volumeMounts
    volumeDevices livenessProbe readinessProbe startupProbe lifecycle terminationMessagePath terminationMessagePolicy
    imagePullPolicy securityContext stdin stdinOnce tty targetContainerName`),
};

const specsOf: Readonly<Record<string, ReadonlySet<string>>> = {
  Deployment: known.Deployment,
  ReplicaSet: known.ReplicaSet,
  StatefulSet: known.StatefulSet,
  DaemonSet: known.DaemonSet,
};

const unknownIn = (value: unknown, names: ReadonlySet<string>, path: string): string[] =>
  isObject(value)
    ? Object.keys(value)
        .filter((name) => !names.has(name))
        .map((name) => (path === '' ? name : `${path}.${name}`))
    : [];

/** Paths of fields that the kind does not have, such as `spec.template.spec.containers[0].imagee`. */
export const unknownFields = (object: KubeObject): readonly string[] => {
  const spec = specsOf[object.kind];
  if (spec === undefined && object.kind !== 'Pod') return [];
  const podPath = spec === undefined ? 'spec' : 'spec.template.spec';
  const pod = at(object, ...podPath.split('.'));
  return [
    ...unknownIn(object, known.object, ''),
    ...(spec === undefined
      ? []
      : [
          ...unknownIn(object.spec, spec, 'spec'),
          ...unknownIn(at(object, 'spec', 'template'), known.template, 'spec.template'),
        ]),
    ...unknownIn(pod, known.podSpec, podPath),
    ...['containers', 'initContainers'].flatMap((list) =>
      asArray(at(pod, list)).flatMap((container, index) =>
        unknownIn(container, known.container, `${podPath}.${list}[${index}]`),
      ),
    ),
  ];
};
