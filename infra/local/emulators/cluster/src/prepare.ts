import { randomUUID } from 'node:crypto';
import type { Context } from './context.ts';
import { asObject, equal } from './json.ts';
import { randomSuffix } from './meta.ts';
import type { Resource } from './resources.ts';
import type { KubeObject } from './types.ts';

const initialStatus: Readonly<Record<string, () => unknown>> = {
  Pod: () => ({ phase: 'Pending', qosClass: 'BestEffort' }),
  Deployment: () => ({}),
  ReplicaSet: () => ({ replicas: 0 }),
  StatefulSet: () => ({ replicas: 0, availableReplicas: 0 }),
  DaemonSet: () => ({
    currentNumberScheduled: 0,
    desiredNumberScheduled: 0,
    numberMisscheduled: 0,
    numberReady: 0,
  }),
  Job: () => ({}),
  Service: () => ({ loadBalancer: {} }),
  PersistentVolumeClaim: () => ({ phase: 'Bound' }),
};

/** A cluster address for a Service, from the part of its uid that is random anyway. */
const clusterAddress = (uid: string): string =>
  `10.96.${Number.parseInt(uid.slice(0, 2), 16)}.${(Number.parseInt(uid.slice(2, 4), 16) % 253) + 1}`;

/**
 * A Job selects its own pods by its uid, which the server puts into its template, beside its name.
 * Source: k8s.io/kubernetes/pkg/registry/batch/job/strategy.go, generateSelector
 */
const withSelector = (object: KubeObject): unknown => {
  const spec = asObject(object.spec);
  if (spec.manualSelector === true) return spec;
  const { uid, name } = object.metadata;
  const template = asObject(spec.template);
  const metadata = asObject(template.metadata);
  const labels = {
    ...asObject(metadata.labels),
    ...{ 'controller-uid': uid, 'job-name': name },
    ...{ 'batch.kubernetes.io/controller-uid': uid, 'batch.kubernetes.io/job-name': name },
  };
  return {
    ...spec,
    selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } },
    template: { ...template, metadata: { ...metadata, labels } },
  };
};

/** Gives a new object what only the server may give: name suffix, uid, times, an empty status. Answers a new object. */
export const prepareForCreate = (context: Context, resource: Resource, object: KubeObject): KubeObject => {
  const { metadata } = object;
  const name = metadata.name || (metadata.generateName ?? '') + (metadata.generateName ? randomSuffix() : '');
  const uid = randomUUID();
  const {
    deletionTimestamp: _gone,
    deletionGracePeriodSeconds: _grace,
    managedFields: _fields,
    ...kept
  } = metadata;
  const prepared: KubeObject = {
    ...object,
    apiVersion: resource.apiVersion,
    kind: resource.kind,
    metadata: {
      ...kept,
      name,
      uid,
      resourceVersion: '',
      creationTimestamp: context.now(),
      ...(resource.generation ? { generation: 1 } : {}),
    },
  };
  const status = initialStatus[resource.kind];
  if (status !== undefined) prepared.status = status();
  else if (resource.status && resource.kind !== 'Namespace' && resource.kind !== 'Node')
    delete prepared.status;
  if (resource.kind === 'Job') prepared.spec = withSelector(prepared);
  if (resource.kind === 'Service') {
    const spec = asObject(prepared.spec);
    const address = clusterAddress(uid);
    prepared.spec =
      spec.type === 'ExternalName'
        ? spec
        : { clusterIP: address, clusterIPs: [spec.clusterIP ?? address], ...spec };
  }
  return prepared;
};

/** What a change must not touch is put back, and the generation counted. Answers a new object. */
export const prepareForUpdate = (
  resource: Resource,
  live: KubeObject,
  next: KubeObject,
  subresource: string | undefined,
): KubeObject => {
  const fixed = {
    name: live.metadata.name,
    namespace: live.metadata.namespace,
    creationTimestamp: live.metadata.creationTimestamp,
    deletionTimestamp: live.metadata.deletionTimestamp,
    deletionGracePeriodSeconds: live.metadata.deletionGracePeriodSeconds,
    generation: live.metadata.generation,
    resourceVersion: live.metadata.resourceVersion,
  };
  if (subresource === 'status')
    return {
      ...live,
      // The revision annotation of a Deployment is written along with its status.
      metadata: { ...live.metadata, annotations: next.metadata.annotations ?? live.metadata.annotations },
      status: next.status,
    };
  const prepared: KubeObject = { ...next, metadata: { ...next.metadata, ...fixed } };
  if (resource.status) {
    if (live.status === undefined) delete prepared.status;
    else prepared.status = live.status;
  }
  const counts =
    resource.generation &&
    (!equal(live.spec, prepared.spec) ||
      // Source: k8s.io/kubernetes/pkg/registry/apps/deployment/strategy.go
      (resource.kind === 'Deployment' && !equal(live.metadata.annotations, prepared.metadata.annotations)));
  if (counts) prepared.metadata.generation = (live.metadata.generation ?? 0) + 1;
  return prepared;
};
