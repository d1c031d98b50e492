import { statusOf } from './api-error.ts';
import type { Cluster, Resource } from './cluster.ts';

type ApiResourceList = {
  readonly resources?: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
  }[];
};

/** `v1` → `/api/v1`, `apps/v1` → `/apis/apps/v1` */
export const groupPath = (apiVersion: string): string =>
  `${apiVersion.includes('/') ? '/apis' : '/api'}/${apiVersion.split('/').map(encodeURIComponent).join('/')}`;

/** `v1` → empty, `apps/v1` → `apps` */
export const groupOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';

const discover = async (cluster: Cluster, apiVersion: string): Promise<ReadonlyMap<string, Resource>> => {
  const list = (await cluster.api
    .json({ method: 'GET', path: groupPath(apiVersion), what: `discover ${apiVersion}` })
    .catch((error: unknown) => {
      if (statusOf(error) === 404) return {};
      throw error;
    })) as ApiResourceList;
  return new Map(
    (list.resources ?? [])
      // `deployments/status` and the like are listed beside the resource itself.
      .filter((resource) => !resource.name.includes('/'))
      .map(({ name, kind, namespaced }) => [kind, { plural: name, namespaced }]),
  );
};

/**
 * Where objects of a kind live, from the server's discovery documents; nothing is guessed. What is known is kept for
 * the life of the connection; what is not known is asked again, since a definition may have been installed meanwhile.
 * @returns undefined where the server does not know the kind
 */
export const findResource = async (
  cluster: Cluster,
  apiVersion: string,
  kind: string,
): Promise<Resource | undefined> => {
  const known = cluster.resources.get(apiVersion) ?? discover(cluster, apiVersion);
  cluster.resources.set(apiVersion, known);
  try {
    const resource = (await known).get(kind);
    if (resource === undefined) cluster.resources.delete(apiVersion);
    return resource;
  } catch (error) {
    cluster.resources.delete(apiVersion);
    throw error;
  }
};
