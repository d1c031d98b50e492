import type { Cluster } from '../connect/cluster.ts';
import { isJob, isWorkloadKind, type WorkloadRef } from '../objects/objects.ts';
import { withDefaultProtocol } from './default-protocol.ts';
import type { Delivery } from './delivery.ts';
import { carriesRelease } from './document-workload.ts';
import type { ManifestObject } from './documents.ts';
import { isDelivered } from './goes-first.ts';
import { objectPath } from './object-path.ts';
import { type ApplyStep, planApply } from './plan-apply.ts';
import { deleteEarlierJob, withReleaseId } from './replace-job.ts';

/** Under which name the API server records who set a field. */
export const fieldManager = 'tagboat';

/** Shown by `kubectl rollout history`. */
export const changeCauseAnnotation = 'kubernetes.io/change-cause';

const describe = (object: ManifestObject): string =>
  `${object.kind} ${object.metadata.namespace === undefined ? '' : `${object.metadata.namespace}/`}${object.metadata.name}`;

const withChangeCause = (object: ManifestObject, changeCause: string): ManifestObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    annotations: { ...object.metadata.annotations, [changeCauseAnnotation]: changeCause },
  },
});

/** https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
const applyObject = async (cluster: Cluster, step: ApplyStep): Promise<void> => {
  const { object, at } = step;
  const { kind, metadata } = object;
  await cluster.api.json(
    {
      method: 'PATCH',
      path: objectPath(step),
      query: { fieldManager, force: true },
      // JSON is YAML, and the only media type of an apply that every server since 1.16 takes.
      body: { type: 'application/apply-patch+yaml', value: withDefaultProtocol(object) },
      what: `${at.file}:${at.line}: apply ${describe(object)}`,
    },
    // For a Secret that it refuses, the server quotes the values.
    { quote: kind !== 'Secret' },
  );
  cluster.logger.info('applied', { kind, namespace: metadata.namespace, name: metadata.name, file: at.file });
};

/** One that carries the release says for which it was applied; a Job that is in its way goes first, where that is allowed. */
const applyCarrier = async (cluster: Cluster, step: ApplyStep, delivery: Delivery): Promise<void> => {
  const { changeCause, release, replaceJobs } = delivery;
  const object = withChangeCause(step.object, changeCause);
  if (!isJob(object)) return await applyObject(cluster, { ...step, object });
  if (replaceJobs === true) await deleteEarlierJob(cluster, step, release);
  await applyObject(cluster, { ...step, object: withReleaseId(object, release) });
};

/** Applies the documents of the files; see `deliver`. */
export const applyFiles = async (cluster: Cluster, delivery: Delivery): Promise<readonly WorkloadRef[]> => {
  const workloads: WorkloadRef[] = [];
  for (const step of await planApply(cluster, delivery)) {
    const { apiVersion, kind, metadata } = step.object;
    if (!isDelivered(step.object, delivery)) continue;
    const isCarrier = carriesRelease(step.object, delivery);
    await (isCarrier ? applyCarrier(cluster, step, delivery) : applyObject(cluster, step));
    if (!isCarrier || !step.resource.namespaced) continue;
    const ref = { apiVersion, kind, namespace: delivery.namespace, name: metadata.name };
    workloads.push(isWorkloadKind(apiVersion, kind) ? ref : { ...ref, plural: step.resource.plural });
  }
  return workloads;
};
