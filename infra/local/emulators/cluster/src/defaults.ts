import { asArray, asObject, isObject, type JsonObject } from './json.ts';
import type { KubeObject } from './types.ts';

/** Sets what is absent. */
const fill = (target: JsonObject, values: JsonObject): void => {
  for (const [name, value] of Object.entries(values)) if (target[name] === undefined) target[name] = value;
};

const objects = (value: unknown): JsonObject[] => asArray(value).filter(isObject);

const isMutable = (image: string): boolean => {
  const beforeDigest = image.split('@')[0] ?? '';
  const tail = beforeDigest.slice(beforeDigest.lastIndexOf('/') + 1);
  return !image.includes('@') && (!tail.includes(':') || tail.endsWith(':latest'));
};

const defaultContainer = (container: JsonObject): void => {
  fill(container, {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: isMutable(String(container.image ?? '')) ? 'Always' : 'IfNotPresent',
    resources: {},
  });
  for (const port of objects(container.ports)) fill(port, { protocol: 'TCP' });
  for (const variable of objects(container.env)) {
    const fieldRef = asObject(variable.valueFrom).fieldRef;
    if (isObject(fieldRef)) fill(fieldRef, { apiVersion: 'v1' });
  }
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = container[name];
    if (!isObject(probe)) continue;
    fill(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
    if (isObject(probe.httpGet)) fill(probe.httpGet, { scheme: 'HTTP', path: '/' });
  }
};

const defaultPodSpec = (spec: JsonObject): void => {
  fill(spec, {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  });
  for (const container of [...objects(spec.containers), ...objects(spec.initContainers)])
    defaultContainer(container);
  for (const volume of objects(spec.volumes))
    for (const source of [volume.configMap, volume.secret])
      if (isObject(source)) fill(source, { defaultMode: 420 });
};

const defaultTemplate = (spec: JsonObject): void => {
  const template = spec.template;
  if (isObject(template) && isObject(template.spec)) defaultPodSpec(template.spec);
};

/** How pods are replaced; `rolling` counts where that is done bit by bit. */
const defaultStrategy = (spec: JsonObject, field: string, rolling: JsonObject): void => {
  fill(spec, { [field]: {} });
  const strategy = asObject(spec[field]);
  fill(strategy, { type: 'RollingUpdate' });
  if (strategy.type !== 'RollingUpdate') return;
  fill(strategy, { rollingUpdate: {} });
  fill(asObject(strategy.rollingUpdate), rolling);
};

const deployment = (spec: JsonObject): void => {
  fill(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
  defaultStrategy(spec, 'strategy', { maxUnavailable: '25%', maxSurge: '25%' });
  defaultTemplate(spec);
};

const statefulSet = (spec: JsonObject): void => {
  fill(spec, { replicas: 1, serviceName: '', podManagementPolicy: 'OrderedReady', revisionHistoryLimit: 10 });
  defaultStrategy(spec, 'updateStrategy', { partition: 0 });
  defaultTemplate(spec);
};

const daemonSet = (spec: JsonObject): void => {
  fill(spec, { revisionHistoryLimit: 10 });
  defaultStrategy(spec, 'updateStrategy', { maxUnavailable: 1, maxSurge: 0 });
  defaultTemplate(spec);
};

const service = (spec: JsonObject): void => {
  fill(spec, { type: 'ClusterIP', sessionAffinity: 'None', internalTrafficPolicy: 'Cluster' });
  for (const port of objects(spec.ports)) {
    fill(port, { protocol: 'TCP' });
    if (port.port !== undefined) fill(port, { targetPort: port.port });
  }
};

const replicaSet = (spec: JsonObject): void => {
  fill(spec, { replicas: 1 });
  defaultTemplate(spec);
};

const job = (spec: JsonObject): void => {
  // Without both it is one pod; with `parallelism` alone, a work queue.
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  fill(spec, {
    ...{ parallelism: 1, backoffLimit: 6, completionMode: 'NonIndexed', suspend: false },
    ...{ manualSelector: false, podReplacementPolicy: 'TerminatingOrFailed' },
  });
  defaultTemplate(spec);
};

const cronJob = (spec: JsonObject): void => {
  fill(spec, {
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
  });
  const template = asObject(spec.jobTemplate).spec;
  if (isObject(template)) defaultTemplate(template);
};

const bySpec: Readonly<Record<string, (spec: JsonObject) => void>> = {
  Deployment: deployment,
  StatefulSet: statefulSet,
  DaemonSet: daemonSet,
  ReplicaSet: replicaSet,
  Pod: defaultPodSpec,
  Service: service,
  Job: job,
  CronJob: cronJob,
};

const encodeSecret = (object: JsonObject): void => {
  fill(object, { type: 'Opaque' });
  if (!isObject(object.stringData)) return;
  const encoded = Object.entries(object.stringData).map(
    ([key, value]) => [key, Buffer.from(String(value)).toString('base64')] as const,
  );
  object.data = { ...asObject(object.data), ...Object.fromEntries(encoded) };
  delete object.stringData;
};

/**
 * Fills in what a real API server would. Changes its argument.
 * Source: k8s.io/kubernetes/pkg/apis/{apps,batch,core}/v1/defaults.go
 */
export const setDefaults = (object: KubeObject): void => {
  const apply = bySpec[object.kind];
  if (apply !== undefined) {
    if (!isObject(object.spec)) object.spec = {};
    apply(object.spec as JsonObject);
  }
  if (object.kind === 'Secret') encodeSecret(object);
  if (object.kind === 'Namespace') {
    fill(object, { spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } });
    object.metadata.labels = {
      ...object.metadata.labels,
      'kubernetes.io/metadata.name': object.metadata.name,
    };
  }
};
