import type { Cluster } from '../connect/cluster.ts';
import { groupPath } from '../connect/discovery.ts';
import { isWorkloadKind, type WorkloadRef } from '../objects/objects.ts';
import type { ReleaseImage } from '../objects/template-image.ts';
import { withDefaultProtocol } from './default-protocol.ts';
import { carriesRelease } from './document-workload.ts';
import type { ManifestObject } from './documents.ts';
import { type ApplyStep, type Manifests, planApply } from './plan-apply.ts';

/** Under which name the API server records who set a field. */
export const fieldManager = 'tagboat';

/** Shown by `kubectl rollout history`. */
export const changeCauseAnnotation = 'kubernetes.io/change-cause';

type Apply = Manifests &
  ReleaseImage & {
    readonly changeCause: string;
  };

const describe = (object: ManifestObject): string =>
  `${object.kind} ${object.metadata.namespace === undefined ? '' : `${object.metadata.namespace}/`}${object.metadata.name}`;

const withChangeCause = (object: ManifestObject, changeCause: string): ManifestObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    annotations: { ...object.metadata.annotations, [changeCauseAnnotation]: changeCause },
  },
});

/** `/api/v1/namespaces/shop/services/web` */
export const objectPath = ({ object: { apiVersion, metadata }, resource }: ApplyStep): string => {
  const scope =
    metadata.namespace === undefined ? '' : `/namespaces/${encodeURIComponent(metadata.namespace)}`;
  return `${groupPath(apiVersion)}${scope}/${resource.plural}/${encodeURIComponent(metadata.name)}`;
};

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

/** Applies every document of the files; see `deliver`. */
export const applyFiles = async (cluster: Cluster, apply: Apply): Promise<readonly WorkloadRef[]> => {
  const workloads: WorkloadRef[] = [];
  for (const step of await planApply(cluster, apply)) {
    const { apiVersion, kind, metadata } = step.object;
    const isCarrier = carriesRelease(step.object, apply);
    await applyObject(
      cluster,
      isCarrier ? { ...step, object: withChangeCause(step.object, apply.changeCause) } : step,
    );
    if (!isCarrier || !step.resource.namespaced) continue;
    const ref = { apiVersion, kind, namespace: apply.namespace, name: metadata.name };
    workloads.push(isWorkloadKind(apiVersion, kind) ? ref : { ...ref, plural: step.resource.plural });
  }
  return workloads;
};
