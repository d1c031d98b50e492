import type { IncomingMessage } from 'node:http';
import { type BasicCredentials, isAuthorized } from '../../runtime/gateway/basic-auth.ts';
import type { Route } from './route.ts';

/**
 * skopeo and Podman send an empty name and password where they have none:
 * https://github.com/containers/image/blob/main/docker/docker_client.go (setupRequestAuth)
 */
const nobody: BasicCredentials = { username: '', password: '' };

/**
 * Whether a request may be answered, as by a public registry: everybody may read, nobody but its owner may write, and wrong
 * credentials are refused everywhere. The base is refused as well: most clients ask it first, and send their credentials
 * along only where it wants them.
 */
export const mayAsk = (
  { method, headers }: Pick<IncomingMessage, 'method' | 'headers'>,
  route: Route | undefined,
  credentials: BasicCredentials,
): boolean => {
  const { authorization } = headers;
  if (authorization !== undefined && !isAuthorized(authorization, nobody))
    return isAuthorized(authorization, credentials);
  return (method === 'GET' || method === 'HEAD') && route?.type !== 'base';
};
