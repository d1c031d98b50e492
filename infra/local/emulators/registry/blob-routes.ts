import { pipeline } from 'node:stream/promises';
import { RegistryError } from './errors.ts';
import { type Exchange, methodNotAllowed } from './exchange.ts';
import type { Repositories } from './repositories.ts';

/** HEAD and GET of a blob, always the whole of it. */
export const handleBlob = async (
  exchange: Exchange,
  { name, digest }: { readonly name: string; readonly digest: string },
  repositories: Repositories,
): Promise<void> => {
  const { request, response } = exchange;
  if (request.method !== 'GET' && request.method !== 'HEAD') methodNotAllowed(exchange, 'GET, HEAD');
  const size = await repositories.blobSize(name, digest);
  if (size === undefined) throw new RegistryError('BLOB_UNKNOWN', 'blob unknown to registry', { digest });
  request.resume();
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'docker-content-digest': digest,
    etag: `"${digest}"`,
    'content-length': size,
  });
  if (request.method === 'HEAD') response.end();
  else await pipeline(repositories.openBlob(digest), response);
};
