import type { IncomingMessage } from 'node:http';
import { readBody } from '../../runtime/gateway/body.ts';
import { digestOfBytes, isKnownDigest, matchesDigest } from './digest.ts';
import { RegistryError } from './errors.ts';
import { type Exchange, methodNotAllowed, send, sendJson } from './exchange.ts';
import { ociIndex, ociManifest, type ParsedManifest, parseManifest } from './manifest.ts';
import type { TagPush } from './notifications.ts';
import type { Repositories } from './repositories.ts';
import type { Route } from './route.ts';

type ManifestRoute = Extract<Route, { type: 'manifest' }>;

/** Told of a tag that was pushed, once it can be pulled. */
type OnTagPushed = (push: TagPush, request: IncomingMessage) => void;

const maxManifestBytes = 4 * 1024 * 1024;

export const handleManifest = async (
  exchange: Exchange,
  route: ManifestRoute,
  repositories: Repositories,
  onTagPushed: OnTagPushed,
): Promise<void> => {
  switch (exchange.request.method) {
    case 'GET':
    case 'HEAD':
      return getManifest(exchange, route, repositories);
    case 'PUT':
      return putManifest(exchange, route, repositories, onTagPushed);
    default:
      return methodNotAllowed(exchange, 'GET, HEAD, PUT');
  }
};

const getManifest = async (
  exchange: Exchange,
  { name, reference }: ManifestRoute,
  repositories: Repositories,
): Promise<void> => {
  const manifest = await repositories.manifest(name, reference);
  if (manifest === undefined) throw unknownManifest(name, reference);
  // CNCF Distribution hides OCI manifests from clients that do not ask for them by their type.
  const isOci = manifest.mediaType === ociManifest || manifest.mediaType === ociIndex;
  if (isOci && !accepts(exchange.request, manifest.mediaType))
    throw new RegistryError(
      'MANIFEST_UNKNOWN',
      `OCI manifest found, but accept header does not support ${manifest.mediaType}`,
    );
  send(
    exchange,
    200,
    {
      'content-type': manifest.mediaType,
      'content-length': manifest.bytes.length,
      'docker-content-digest': manifest.digest,
      etag: `"${manifest.digest}"`,
    },
    manifest.bytes,
  );
};

const putManifest = async (
  exchange: Exchange,
  { name, reference, isDigest }: ManifestRoute,
  repositories: Repositories,
  onTagPushed: OnTagPushed,
): Promise<void> => {
  const bytes = await readBody(exchange.request, maxManifestBytes);
  if (bytes === undefined) throw new RegistryError('SIZE_INVALID', 'a manifest may have 4 MiB at most');
  const manifest = parseManifest(bytes, exchange.request.headers['content-type']);
  if (isDigest && !(await matchesDigest([bytes], reference)))
    throw new RegistryError('DIGEST_INVALID', 'provided digest did not match uploaded content', {
      digest: reference,
    });
  await assertComplete(name, manifest, repositories);
  const digest = isDigest ? reference : digestOfBytes(bytes);
  await repositories.putManifest(name, { digest, mediaType: manifest.mediaType, bytes });
  if (!isDigest) await repositories.tag(name, reference, digest);
  send(exchange, 201, {
    location: `/v2/${name}/manifests/${digest}`,
    'docker-content-digest': digest,
  });
  const { mediaType, references } = manifest;
  const push = { repository: name, tag: reference, digest, mediaType, size: bytes.length, references };
  if (!isDigest) onTagPushed(push, exchange.request);
};

/** GET /v2/<name>/tags/list, always all of them. */
export const handleTags = async (
  exchange: Exchange,
  name: string,
  repositories: Repositories,
): Promise<void> => {
  if (exchange.request.method !== 'GET' && exchange.request.method !== 'HEAD')
    methodNotAllowed(exchange, 'GET, HEAD');
  const tags = await repositories.tags(name);
  if (tags.length === 0)
    throw new RegistryError('NAME_UNKNOWN', 'repository name not known to registry', { name });
  sendJson(exchange, 200, { name, tags });
};

/** Everything that a manifest points at has to be in the repository already. */
const assertComplete = async (
  name: string,
  manifest: ParsedManifest,
  repositories: Repositories,
): Promise<void> => {
  for (const { digest } of manifest.references) {
    const isThere =
      manifest.kind === 'image'
        ? await repositories.hasBlob(name, digest)
        : (await repositories.digestOf(name, digest)) !== undefined;
    if (!isThere) throw new RegistryError('MANIFEST_BLOB_UNKNOWN', 'blob unknown to registry', { digest });
  }
};

const accepts = (request: IncomingMessage, mediaType: string): boolean =>
  (request.headers.accept ?? '')
    .split(',')
    .some((part) => part.split(';')[0]?.trim().toLowerCase() === mediaType);

const unknownManifest = (name: string, reference: string): RegistryError =>
  new RegistryError('MANIFEST_UNKNOWN', 'manifest unknown', {
    name,
    ...(isKnownDigest(reference) ? { revision: reference } : { tag: reference }),
  });
