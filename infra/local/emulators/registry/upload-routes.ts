import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../../../lib/clock.ts';
import { RegistryError } from './errors.ts';
import { type Exchange, methodNotAllowed, send } from './exchange.ts';
import type { Repositories } from './repositories.ts';
import { checkDigest, isRepositoryName } from './route.ts';
import type { Storage } from './storage.ts';

type Upload = { readonly name: string; readonly path: string; busy: boolean; touchedAt: number };

/** An upload that does not go on for so many milliseconds is given up, and its file removed. */
const patienceMs = 60 * 60_000;

/**
 * Uploads of blobs: in one request, in chunks, or mounted from another repository.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-blobs
 * @param storage where unfinished uploads are kept, under `uploads/`, until they are finished or an hour old
 */
export const createUploads = (
  storage: Storage,
  repositories: Repositories,
  { maxBlobBytes, clock }: { readonly maxBlobBytes: number; readonly clock: Clock },
) => {
  const uploads = new Map<string, Upload>();

  const begin = (name: string): { id: string; upload: Upload } => {
    const id = randomUUID();
    const upload: Upload = { name, path: `uploads/${id}`, busy: false, touchedAt: clock.now() };
    uploads.set(id, upload);
    return { id, upload };
  };

  const discard = async (id: string, upload: Upload): Promise<void> => {
    uploads.delete(id);
    await storage.remove(upload.path);
  };

  /** Looked at whenever an upload begins: an unfinished one has no other end. */
  const discardExpired = async (): Promise<void> => {
    const oldest = clock.now() - patienceMs;
    const expired = [...uploads].filter(([, { busy, touchedAt }]) => !busy && touchedAt < oldest);
    await Promise.all(expired.map(([id, upload]) => discard(id, upload)));
  };

  const assertInOrder = async (exchange: Exchange, id: string, upload: Upload): Promise<void> => {
    const header = exchange.request.headers['content-range'];
    if (header === undefined) return;
    const size = (await storage.size(upload.path)) ?? 0;
    const match = /^(?:bytes[ =])?(\d+)-\d+(?:\/.*)?$/.exec(header);
    if (match !== null && Number(match[1]) === size) return;
    for (const [key, value] of Object.entries(progress(id, upload, size)))
      exchange.response.setHeader(key, value);
    throw new RegistryError('BLOB_UPLOAD_INVALID', 'the chunk does not begin where the last one ended', {
      size,
    });
  };

  /** One request at a time: what is being hashed must not grow. */
  const exclusively = async (upload: Upload, work: () => Promise<void>): Promise<void> => {
    if (upload.busy) throw new RegistryError('BLOB_UPLOAD_INVALID', 'another chunk is being uploaded');
    upload.busy = true;
    try {
      await work();
    } finally {
      upload.busy = false;
      upload.touchedAt = clock.now();
    }
  };

  const append = async (exchange: Exchange, id: string, upload: Upload): Promise<number> => {
    await assertInOrder(exchange, id, upload);
    const size = await storage.append(upload.path, chunksOf(exchange.request), maxBlobBytes);
    if (size !== 'too-large') return size;
    await discard(id, upload);
    throw new RegistryError('SIZE_INVALID', `a blob may have ${maxBlobBytes} bytes at most`);
  };

  const finish = async (exchange: Exchange, id: string, upload: Upload, digest: string): Promise<void> => {
    const adopted = await repositories.adoptBlob(upload.name, upload.path, digest);
    await discard(id, upload);
    if (!adopted)
      throw new RegistryError('DIGEST_INVALID', 'provided digest did not match uploaded content', { digest });
    sendCreated(exchange, upload.name, digest);
  };

  const upload = async (exchange: Exchange, id: string, current: Upload): Promise<void> => {
    const { method } = exchange.request;
    if (method === 'GET' || method === 'HEAD')
      return send(exchange, 204, progress(id, current, (await storage.size(current.path)) ?? 0));
    if (method !== 'DELETE' && method !== 'PATCH' && method !== 'PUT')
      return methodNotAllowed(exchange, 'GET, HEAD, PATCH, PUT, DELETE');
    await exclusively(current, async () => {
      if (method === 'PUT') {
        const digest = checkDigest(exchange.query.get('digest') ?? '');
        await append(exchange, id, current);
        await finish(exchange, id, current, digest);
      } else if (method === 'PATCH') {
        send(exchange, 202, progress(id, current, await append(exchange, id, current)));
      } else {
        await discard(id, current);
        send(exchange, 204);
      }
    });
  };

  return {
    /** POST /v2/<name>/blobs/uploads/ */
    async start(exchange: Exchange, name: string): Promise<void> {
      if (exchange.request.method !== 'POST') methodNotAllowed(exchange, 'POST');
      await discardExpired();
      const { query } = exchange;
      const [mount, from, digest] = [query.get('mount'), query.get('from'), query.get('digest')];
      if (mount !== null && from !== null && isRepositoryName(from)) {
        if (await repositories.hasBlob(from, checkDigest(mount))) {
          await repositories.linkBlob(name, mount);
          return sendCreated(exchange, name, mount);
        }
      }
      if (digest !== null) {
        const expected = checkDigest(digest);
        const { id, upload: single } = begin(name);
        single.busy = true;
        try {
          await append(exchange, id, single);
        } catch (error) {
          await discard(id, single);
          throw error;
        }
        return finish(exchange, id, single, expected);
      }
      const { id, upload: begun } = begin(name);
      return send(exchange, 202, progress(id, begun, 0));
    },

    /** GET, PATCH, PUT and DELETE of /v2/<name>/blobs/uploads/<id> */
    async resume(exchange: Exchange, name: string, id: string): Promise<void> {
      await discardExpired();
      const current = uploads.get(id);
      if (current === undefined || current.name !== name)
        throw new RegistryError('BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry', { id });
      return upload(exchange, id, current);
    },
  };
};

/** The body; leaving the loop early leaves the connection open for the answer. */
const chunksOf = (request: IncomingMessage): AsyncIterable<Buffer> =>
  request.iterator({ destroyOnReturn: false });

const progress = (id: string, { name }: Upload, size: number): Record<string, string> => ({
  location: `/v2/${name}/blobs/uploads/${id}`,
  range: `0-${Math.max(size - 1, 0)}`,
  'docker-upload-uuid': id,
});

const sendCreated = (exchange: Exchange, name: string, digest: string): void =>
  send(exchange, 201, { location: `/v2/${name}/blobs/${digest}`, 'docker-content-digest': digest });
