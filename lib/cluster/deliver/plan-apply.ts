import { TagboatError } from '../../errors.ts';
import { settleAll } from '../../settle-all.ts';
import type { Cluster, Resource } from '../connect/cluster.ts';
import { findResource } from '../connect/discovery.ts';
import { checkKind } from './allowed-kinds.ts';
import { type ManifestDocument, readDocuments } from './documents.ts';
import { checkNamespace } from './other-namespace.ts';

/** What is to be applied, and where. */
export type Manifests = {
  /** The environment's. */
  readonly namespace: string;
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** What may be applied besides the kinds that every environment allows: `Ingress.networking.k8s.io`. */
  readonly kinds?: readonly string[] | undefined;
  /** Id of the release. */
  readonly release?: string | undefined;
};

/** A document in its namespace, and the resource that it is one of. */
export type ApplyStep = ManifestDocument & { readonly resource: Resource };

/** Finds where a document goes. */
const locate = async (
  cluster: Cluster,
  namespace: string,
  { object, at }: ManifestDocument,
): Promise<ApplyStep> => {
  const { apiVersion, kind, metadata } = object;
  const resource = await findResource(cluster, apiVersion, kind);
  if (resource === undefined)
    throw new TagboatError('cluster-refused', `the cluster does not know ${kind} of ${apiVersion}`, { at });
  const { namespace: _, ...rest } = metadata;
  if (!resource.namespaced) return { at, resource, object: { ...object, metadata: rest } };
  checkNamespace({ object, at }, namespace);
  return { at, resource, object: { ...object, metadata: { ...metadata, namespace } } };
};

/**
 * Reads all documents and finds where they go, before anything is applied.
 * @throws TagboatError `manifest-unparsable`, `manifest-not-applicable`, `kind-not-allowed`, `cluster-*`
 */
export const planApply = async (
  cluster: Cluster,
  { namespace, files, kinds, release }: Manifests,
): Promise<readonly ApplyStep[]> => {
  const documents = files.flatMap((file) => readDocuments(file, release));
  for (const document of documents) checkKind(document, kinds);
  return settleAll(documents.map((document) => locate(cluster, namespace, document)));
};
