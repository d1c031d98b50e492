import type { Cluster } from '../connect/cluster.ts';
import { findResource } from '../connect/discovery.ts';
import { isWorkloadKind, type WorkloadRef } from '../objects/objects.ts';
import { carriersIn } from '../objects/pod-specs.ts';
import type { ManifestObject } from './documents.ts';

/** True where a container of the object, wherever its pod spec is, runs an image of that normalised name. */
export const carriesImage = (object: ManifestObject, image: string): boolean =>
  carriersIn(object, image).length > 0;

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
