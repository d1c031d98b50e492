import { type Resource, resourceAt } from '../resources.ts';

/** What a path means. Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris */
export type Route = {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
};

const prefixes = ['/api', '/apis', '/openapi', '/version', '/healthz', '/livez', '/readyz'];

/** True for the paths that belong to a Kubernetes API server. */
export const isClusterPath = (pathname: string): boolean =>
  prefixes.some((prefix) => pathname === prefix || pathname.startsWith(`${prefix}/`));

const decode = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

/** The object or collection a path names, or undefined where it names none. */
export const parseRoute = (pathname: string): Route | undefined => {
  const parts = pathname
    .split('/')
    .filter((part) => part !== '')
    .map(decode);
  const isCore = parts[0] === 'api';
  const apiVersion = isCore ? (parts[1] ?? '') : `${parts[1]}/${parts[2]}`;
  const rest = parts.slice(isCore ? 2 : 3);
  if (rest.length === 0) return undefined;
  const inNamespace = rest[0] === 'namespaces' ? resourceAt(apiVersion, rest[2] ?? '') : undefined;
  if (inNamespace?.namespaced === true)
    return rest.length > 5
      ? undefined
      : { resource: inNamespace, namespace: rest[1], name: rest[3], subresource: rest[4] };
  const resource = resourceAt(apiVersion, rest[0] ?? '');
  if (resource === undefined || rest.length > 3) return undefined;
  // A namespaced object is not reachable without its namespace, only the list across all of them is.
  if (resource.namespaced && rest.length > 1) return undefined;
  return { resource, namespace: undefined, name: rest[1], subresource: rest[2] };
};
