import { TagboatError } from '../../errors.ts';
import type { Cluster, Resource } from '../connect/cluster.ts';
import { findResource, groupPath } from '../connect/discovery.ts';
import { isWorkloadKind, type WorkloadRef } from '../objects/objects.ts';
import { withDefaultProtocol } from './default-protocol.ts';
import { carriesImage } from './document-workload.ts';
import { type ManifestDocument, type ManifestObject, readDocuments } from './documents.ts';

/** Under which name the API server records who set a field. */
export const fieldManager = 'tagboat';

/** Shown by `kubectl rollout history`. */
export const changeCauseAnnotation = 'kubernetes.io/change-cause';

type Apply = {
  readonly namespace: string;
  readonly image: string;
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly changeCause: string;
};

type Step = ManifestDocument & { readonly resource: Resource };

const describe = (object: ManifestObject): string =>
  `${object.kind} ${object.metadata.namespace === undefined ? '' : `${object.metadata.namespace}/`}${object.metadata.name}`;

/** Finds where a document goes, before anything is applied. */
const plan = async (cluster: Cluster, apply: Apply, document: ManifestDocument): Promise<Step> => {
  const { object, at } = document;
  const { apiVersion, kind, metadata } = object;
  const resource = await findResource(cluster, apiVersion, kind);
  if (resource === undefined)
    throw new TagboatError('cluster-refused', `the cluster does not know ${kind} of ${apiVersion}`, { at });
  const { namespace: given, ...rest } = metadata;
  if (!resource.namespaced) return { at, resource, object: { ...object, metadata: rest } };
  // An empty `namespace:` counts as none, as it does for kubectl.
  if (given !== undefined && given !== null && given !== '' && given !== apply.namespace)
    throw new TagboatError(
      'cluster-refused',
      `${kind} ${metadata.name} names the namespace ${given}, and the environment is ${apply.namespace}`,
      { at },
    );
  return { at, resource, object: { ...object, metadata: { ...metadata, namespace: apply.namespace } } };
};

const withChangeCause = (object: ManifestObject, changeCause: string): ManifestObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    annotations: { ...object.metadata.annotations, [changeCauseAnnotation]: changeCause },
  },
});

/** https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
const applyObject = async (cluster: Cluster, { object, at, resource }: Step): Promise<void> => {
  const { apiVersion, kind, metadata } = object;
  const scope =
    metadata.namespace === undefined ? '' : `/namespaces/${encodeURIComponent(metadata.namespace)}`;
  await cluster.api.json(
    {
      method: 'PATCH',
      path: `${groupPath(apiVersion)}${scope}/${resource.plural}/${encodeURIComponent(metadata.name)}`,
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
  const documents = apply.files.flatMap((file) => readDocuments(file));
  const steps: Step[] = [];
  for (const document of documents) steps.push(await plan(cluster, apply, document));
  const workloads: WorkloadRef[] = [];
  for (const step of steps) {
    const { apiVersion, kind, metadata } = step.object;
    const isCarrier = carriesImage(step.object, apply.image);
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
