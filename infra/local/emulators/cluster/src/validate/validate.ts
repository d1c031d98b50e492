import { asArray, asObject, asString, at, equal, isObject, type JsonObject } from '../json.ts';
import type { Resource } from '../resources.ts';
import { matchesSelector } from '../selectors.ts';
import { invalid } from '../status.ts';
import type { KubeObject, LabelSelector } from '../types.ts';
import { type Causes, collectCauses } from './causes.ts';
import { validateLabels, validateObjectName } from './names.ts';
import { validatePodSpec } from './pod-spec.ts';

const nonNegative = (causes: Causes, field: string, value: unknown): void => {
  if (typeof value === 'number' && value < 0)
    causes.invalid(field, value, 'must be greater than or equal to 0');
};

const percentOrCount = /^\d+%$/;

const intOrPercent = (causes: Causes, field: string, value: unknown): void => {
  if (typeof value === 'string' && !percentOrCount.test(value))
    causes.invalid(
      field,
      value,
      "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
    );
  else nonNegative(causes, field, value);
};

const isZero = (value: unknown): boolean => value === 0 || (typeof value === 'string' && /^0+%$/.test(value));

const validateSelector = (causes: Causes, spec: JsonObject): void => {
  const selector = spec.selector as LabelSelector | undefined;
  const labels = at(spec, 'template', 'metadata', 'labels');
  const isEmpty =
    !isObject(selector?.matchLabels ?? undefined) && asArray(selector?.matchExpressions).length === 0;
  if (selector === undefined) causes.required('spec.selector');
  else if (isEmpty)
    causes.invalid('spec.selector', selector, 'empty selector is invalid for this kind of workload');
  const matches =
    selector !== undefined && matchesSelector(selector, asObject(labels) as Record<string, string>);
  if (matches) return;
  const shown = isObject(labels) ? labels : undefined;
  causes.invalid('spec.template.metadata.labels', shown ?? {}, '`selector` does not match template `labels`');
};

const validateWorkload = (causes: Causes, object: KubeObject): void => {
  const spec = asObject(object.spec);
  for (const name of ['replicas', 'minReadySeconds', 'revisionHistoryLimit', 'progressDeadlineSeconds'])
    nonNegative(causes, `spec.${name}`, spec[name]);
  validateSelector(causes, spec);
  const claims = asArray(spec.volumeClaimTemplates).map((claim) => asString(at(claim, 'metadata', 'name')));
  validatePodSpec(causes, 'spec.template.spec', at(spec, 'template', 'spec'), claims);
  const policy = at(spec, 'template', 'spec', 'restartPolicy');
  if (policy !== undefined && policy !== 'Always')
    causes.unsupported('spec.template.spec.restartPolicy', policy, ['Always']);
};

const validateDeployment = (causes: Causes, object: KubeObject): void => {
  validateWorkload(causes, object);
  const strategy = asObject(at(object, 'spec', 'strategy'));
  if (!['RollingUpdate', 'Recreate'].includes(String(strategy.type)))
    causes.unsupported('spec.strategy.type', strategy.type, ['Recreate', 'RollingUpdate']);
  if (strategy.type === 'Recreate' && strategy.rollingUpdate !== undefined)
    causes.forbidden(
      'spec.strategy.rollingUpdate',
      "may not be specified when strategy `type` is 'Recreate'",
    );
  const rolling = asObject(strategy.rollingUpdate);
  intOrPercent(causes, 'spec.strategy.rollingUpdate.maxSurge', rolling.maxSurge);
  intOrPercent(causes, 'spec.strategy.rollingUpdate.maxUnavailable', rolling.maxUnavailable);
  if (isZero(rolling.maxSurge) && isZero(rolling.maxUnavailable))
    causes.invalid(
      'spec.strategy.rollingUpdate.maxUnavailable',
      rolling.maxUnavailable,
      'may not be 0 when `maxSurge` is 0',
    );
  const deadline = Number(at(object, 'spec', 'progressDeadlineSeconds') ?? 600);
  if (deadline <= Number(at(object, 'spec', 'minReadySeconds') ?? 0))
    causes.invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds');
};

const validateUpdateStrategy = (causes: Causes, object: KubeObject): void => {
  validateWorkload(causes, object);
  const type = at(object, 'spec', 'updateStrategy', 'type');
  if (type !== 'RollingUpdate' && type !== 'OnDelete')
    causes.unsupported('spec.updateStrategy.type', type, ['OnDelete', 'RollingUpdate']);
  nonNegative(
    causes,
    'spec.updateStrategy.rollingUpdate.partition',
    at(object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition'),
  );
};

/** @param field `spec`, or in a CronJob `spec.jobTemplate.spec` */
const validateJobSpec = (causes: Causes, field: string, spec: JsonObject): void => {
  for (const name of [
    ...['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit'],
    'ttlSecondsAfterFinished',
  ])
    nonNegative(causes, `${field}.${name}`, spec[name]);
  validatePodSpec(causes, `${field}.template.spec`, at(spec, 'template', 'spec'));
  const policy = at(spec, 'template', 'spec', 'restartPolicy');
  if (policy === 'Always' || policy === undefined)
    causes.required(`${field}.template.spec.restartPolicy`, 'valid values: "OnFailure", "Never"');
};

const cronMacros = /^@(?:yearly|annually|monthly|weekly|daily|midnight|hourly|every \S+)$/;

const validateCronJob = (causes: Causes, object: KubeObject): void => {
  const spec = asObject(object.spec);
  const schedule = asString(spec.schedule);
  const fields = schedule.trim().split(/\s+/);
  if (schedule === '') causes.required('spec.schedule');
  else if (!cronMacros.test(schedule) && fields.length !== 5)
    causes.invalid(
      'spec.schedule',
      schedule,
      `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`,
    );
  if (!['Allow', 'Forbid', 'Replace'].includes(String(spec.concurrencyPolicy)))
    causes.unsupported('spec.concurrencyPolicy', spec.concurrencyPolicy, ['Allow', 'Forbid', 'Replace']);
  validateJobSpec(causes, 'spec.jobTemplate.spec', asObject(at(spec, 'jobTemplate', 'spec')));
};

const byKind: Readonly<Record<string, (causes: Causes, object: KubeObject) => void>> = {
  Deployment: validateDeployment,
  ReplicaSet: validateWorkload,
  StatefulSet: validateUpdateStrategy,
  DaemonSet: validateUpdateStrategy,
  Job: (causes, object) => validateJobSpec(causes, 'spec', asObject(object.spec)),
  CronJob: validateCronJob,
  Pod: (causes, object) => validatePodSpec(causes, 'spec', object.spec),
  Service: (causes, object) => {
    const spec = asObject(object.spec);
    if (asArray(spec.ports).length === 0 && spec.type !== 'ExternalName' && spec.clusterIP !== 'None')
      causes.required('spec.ports');
  },
};

const mutableOfStatefulSet = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

/** A Job is made anew for another image: https://github.com/kubernetes/kubernetes/issues/89657 */
const immutableOfJob = ['template', 'selector', 'completionMode', 'completions'];

const validateImmutable = (causes: Causes, live: KubeObject, next: KubeObject): void => {
  if (live.metadata.uid !== next.metadata.uid)
    causes.invalid('metadata.uid', next.metadata.uid, 'field is immutable');
  const before = asObject(live.spec);
  const after = asObject(next.spec);
  if (
    ['Deployment', 'ReplicaSet', 'DaemonSet'].includes(live.kind) &&
    !equal(before.selector, after.selector)
  )
    causes.invalid('spec.selector', after.selector, 'field is immutable');
  if (live.kind === 'StatefulSet') {
    const fixed = (spec: JsonObject) =>
      Object.fromEntries(Object.entries(spec).filter(([name]) => !mutableOfStatefulSet.includes(name)));
    if (!equal(fixed(before), fixed(after)))
      causes.forbidden(
        'spec',
        `updates to statefulset spec for fields other than ${mutableOfStatefulSet
          .map((name) => `'${name}'`)
          .join(', ')
          .replace(/, ([^,]*)$/, ' and $1')} are forbidden`,
      );
  }
  if (live.kind === 'Job')
    for (const name of immutableOfJob)
      if (!equal(before[name], after[name]))
        causes.invalid(`spec.${name}`, after[name], 'field is immutable');
  if (live.kind === 'Pod') {
    const fixed = (spec: JsonObject) => ({
      ...spec,
      tolerations: undefined,
      activeDeadlineSeconds: undefined,
      terminationGracePeriodSeconds: undefined,
      containers: asArray(spec.containers).map((item) => ({ ...asObject(item), image: undefined })),
      initContainers: asArray(spec.initContainers).map((item) => ({ ...asObject(item), image: undefined })),
    });
    if (!equal(fixed(before), fixed(after)))
      causes.forbidden(
        'spec',
        'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
      );
  }
  if (live.immutable === true && !equal(live.data, next.data))
    causes.forbidden('data', 'field is immutable when `immutable` is set');
};

/**
 * The commonest mistakes, in a real server's words and order.
 * Source: k8s.io/kubernetes/pkg/apis/{apps,batch,core}/validation
 * @throws ApiError 422 with a cause for each
 */
export const validate = (resource: Resource, next: KubeObject, live?: KubeObject): void => {
  const causes = collectCauses();
  validateObjectName(causes, resource, next.metadata.name);
  validateLabels(causes, 'metadata.labels', next.metadata.labels);
  byKind[next.kind]?.(causes, next);
  if (live !== undefined) validateImmutable(causes, live, next);
  if (causes.list.length > 0) throw invalid(resource, next.metadata.name, causes.list);
};
