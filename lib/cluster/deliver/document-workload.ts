import type { Cluster } from '../connect/cluster.ts';
import { findResource } from '../connect/discovery.ts';
import { isWorkloadKind, type WorkloadRef } from '../objects/objects.ts';
import { carriersIn } from '../objects/pod-specs.ts';
import type { ReleaseImage } from '../objects/template-image.ts';
import type { ManifestObject } from './documents.ts';

/**
 * True where the rewritten object sets a container to the release. One that keeps another version all the same, because
 * something else fills it in, is no reason to wait: waiting for the release in it would be waiting for ever.
 */
export const carriesRelease = (object: ManifestObject, { image, tag, digest }: ReleaseImage): boolean =>
  carriersIn(object, image).some(({ reference }) =>
    digest === undefined ? reference.tag === tag : reference.digest === digest,
  );

/**
 * The workload that a document defines, with the name that the API server has for its kind; undefined where the cluster
 * does not serve the kind, or not in namespaces.
 * @throws TagboatError `cluster-*`
 */
export const workloadOf = async (
  cluster: Cluster,
  { apiVersion, kind, metadata: { name } }: ManifestObject,
  namespace: string,
): Promise<WorkloadRef | undefined> => {
  if (isWorkloadKind(apiVersion, kind)) return { apiVersion, kind, namespace, name };
  const resource = await findResource(cluster, apiVersion, kind);
  return resource?.namespaced === true
    ? { apiVersion, kind, namespace, name, plural: resource.plural }
    : undefined;
};
