import { statusOf } from '../../../lib/cluster/connect/api-error.ts';
import type { Cluster, Resource } from '../../../lib/cluster/connect/cluster.ts';
import { findResource, groupPath } from '../../../lib/cluster/connect/discovery.ts';
import { changeCauseAnnotation } from '../../../lib/cluster/deliver/apply.ts';
import type { ManifestObject } from '../../../lib/cluster/deliver/documents.ts';
import { TagboatError } from '../../../lib/errors.ts';
import { mapping } from '../../../lib/mapping.ts';
import type { Applied } from './types.ts';

type ApplyOptions = {
  /** For objects that name none. */
  readonly namespace: string;
  /** Under which name the API server records who set a field. */
  readonly fieldManager: string;
};

type Step = {
  readonly object: ManifestObject;
  readonly resource: Resource;
  /** Undefined for what belongs to no namespace. */
  readonly namespace: string | undefined;
};

const namespaceKind = { apiVersion: 'v1', kind: 'Namespace' } as const;

/**
 * Applies objects as they stand, by server-side apply with force: namespaces first, missing ones too. Doing it twice changes
 * nothing. One that the cluster refuses keeps none of the others from being applied.
 * @throws TagboatError `cluster-unreachable`, and what else is no refusal of an object
 */
export const applyObjects = async (
  cluster: Cluster,
  objects: readonly ManifestObject[],
  options: ApplyOptions,
): Promise<Applied> => {
  const unknownKinds = new Set<string>();
  const steps: Step[] = [];
  for (const object of objects) {
    const resource = await findResource(cluster, object.apiVersion, object.kind);
    if (resource === undefined) {
      unknownKinds.add(object.kind);
      continue;
    }
    const namespace = resource.namespaced ? object.metadata.namespace || options.namespace : undefined;
    steps.push({ object, resource, namespace });
  }
  const isNamespace = ({ object }: Step): boolean => object.kind === namespaceKind.kind;
  const applied: string[] = [];
  const refused: { object: string; message: string }[] = [];
  for (const step of [
    ...missingNamespaces(steps, options.namespace),
    ...steps.filter(isNamespace),
    ...steps.filter((one) => !isNamespace(one)),
  ]) {
    const name = `${step.object.kind} ${step.object.metadata.name}`;
    try {
      await applyObject(cluster, step, options.fieldManager);
      if (steps.includes(step)) applied.push(name);
    } catch (error) {
      if (!(error instanceof TagboatError) || error.retry === 'retryable' || statusOf(error) === undefined)
        throw error;
      refused.push({ object: name, message: error.message });
    }
  }
  return { objects: applied, unknownKinds: [...unknownKinds], refused };
};

/** Those that are named, and are not among the objects; the one of the environment always. */
const missingNamespaces = (steps: readonly Step[], own: string): readonly Step[] => {
  const names = new Set([own, ...steps.flatMap(({ namespace }) => namespace ?? [])]);
  for (const { object } of steps) if (object.kind === namespaceKind.kind) names.delete(object.metadata.name);
  return [...names].map((name) => ({
    object: { ...namespaceKind, metadata: { name } },
    resource: { plural: 'namespaces', namespaced: false },
    namespace: undefined,
  }));
};

const applyObject = async (
  cluster: Cluster,
  { object, resource, namespace }: Step,
  fieldManager: string,
): Promise<void> => {
  const { apiVersion, kind } = object;
  const { namespace: _, ...metadata } = object.metadata;
  const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  const path = `${groupPath(apiVersion)}${scope}/${resource.plural}/${encodeURIComponent(metadata.name)}`;
  const annotations = { ...(await changeCauseOf(cluster, path)), ...metadata.annotations };
  const value = {
    ...object,
    metadata: {
      ...metadata,
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      ...(namespace === undefined ? {} : { namespace }),
    },
  };
  await cluster.api.json(
    {
      ...{ method: 'PATCH', path, query: { fieldManager, force: true } },
      body: { type: 'application/apply-patch+yaml', value },
      what: `apply ${kind} ${metadata.name}`,
    },
    { quote: kind !== 'Secret' },
  );
};

/** What the last release wrote there stays: it is in no manifest, and counts as a change. */
const changeCauseOf = async (cluster: Cluster, path: string): Promise<Readonly<Record<string, string>>> => {
  try {
    const found = mapping(await cluster.api.json({ method: 'GET', path, what: `read ${path}` }));
    const cause = mapping(mapping(found.metadata).annotations)[changeCauseAnnotation];
    return typeof cause === 'string' ? { [changeCauseAnnotation]: cause } : {};
  } catch (error) {
    if (statusOf(error) === 404) return {};
    throw error;
  }
};
