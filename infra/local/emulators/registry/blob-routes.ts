import { pipeline } from 'node:stream/promises';
import { RegistryError } from './errors.ts';
import { type Exchange, methodNotAllowed, send } from './exchange.ts';
import type { Repositories } from './repositories.ts';

/** HEAD and GET of a blob; one range is honoured, so that a client can go on where it broke off. */
export const handleBlob = async (
  exchange: Exchange,
  { name, digest }: { readonly name: string; readonly digest: string },
  repositories: Repositories,
): Promise<void> => {
  const { request, response } = exchange;
  if (request.method !== 'GET' && request.method !== 'HEAD') methodNotAllowed(exchange, 'GET, HEAD');
  const size = await repositories.blobSize(name, digest);
  if (size === undefined) throw new RegistryError('BLOB_UNKNOWN', 'blob unknown to registry', { digest });
  const headers = {
    'content-type': 'application/octet-stream',
    'docker-content-digest': digest,
    'accept-ranges': 'bytes',
    etag: `"${digest}"`,
  };
  const range = parseRange(request.headers.range, size);
  if (range === 'unsatisfiable') return send(exchange, 416, { 'content-range': `bytes */${size}` });
  const length = range === undefined ? size : range.last - range.first + 1;
  const partial: Record<string, string> =
    range === undefined ? {} : { 'content-range': `bytes ${range.first}-${range.last}/${size}` };
  request.resume();
  response.writeHead(range === undefined ? 200 : 206, { ...headers, ...partial, 'content-length': length });
  if (request.method === 'HEAD') response.end();
  else await pipeline(repositories.openBlob(digest, range), response);
};

/** One byte range of RFC 9110; several at once, or another unit, are ignored, as the RFC allows. */
const parseRange = (
  header: string | undefined,
  size: number,
): { readonly first: number; readonly last: number } | 'unsatisfiable' | undefined => {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  const [from, to] = [match?.[1] ?? '', match?.[2] ?? ''];
  if (from === '' && to === '') return undefined;
  const first = from === '' ? Math.max(size - Number(to), 0) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  return first > last ? 'unsatisfiable' : { first, last };
};
