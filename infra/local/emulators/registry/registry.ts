import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Clock, systemClock } from '../../../../lib/clock.ts';
import { isTag } from '../../../../lib/image.ts';
import { type Logger, silentLogger } from '../../../../lib/logger.ts';
import type { BasicCredentials } from '../../runtime/gateway/basic-auth.ts';
import { mayAsk } from './access.ts';
import { handleBlob } from './blob-routes.ts';
import { digestOfBytes, isKnownDigest } from './digest.ts';
import { RegistryError } from './errors.ts';
import { type Exchange, send, sendError } from './exchange.ts';
import { makeImage } from './image.ts';
import { parseManifest } from './manifest.ts';
import { handleManifest, handleTags } from './manifest-routes.ts';
import { createNotifier, type TagPush } from './notifications.ts';
import { createRepositories } from './repositories.ts';
import { isRepositoryName, parseRoute } from './route.ts';
import { createStorage } from './storage.ts';
import { createUploads } from './upload-routes.ts';

export type LocalRegistry = {
  /** Answers requests whose path begins with `/v2/` (and `/v2`). */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Digest of a tag, or the digest itself where there is such a manifest; undefined: there is none. */
  digestOf(name: string, reference: string): Promise<string | undefined>;
  /**
   * Makes a minimal valid image and pushes it, without HTTP but with its notification. Returns the digest.
   * @param options `content`: what the image holds, and so what its digest is made of; name and tag where absent
   */
  push(name: string, tag: string, options?: { readonly content?: string }): Promise<string>;
  /**
   * Makes an image present that is elsewhere, without a notification and as far as it is not there yet. Where its digest is
   * known it has that, whatever its content is here.
   * @param image tag `latest` where it has neither
   */
  provide(
    name: string,
    image: { readonly tag?: string | undefined; readonly digest?: string | undefined },
  ): Promise<void>;
  /** Resolves when every notification has been delivered, or given up. */
  idle(): Promise<void>;
  /** Gives up the notifications that are under way. */
  close(): Promise<void>;
};

type RegistryOptions = {
  readonly directory: string;
  /** Who may write; everybody where absent. */
  readonly credentials?: BasicCredentials;
  /** Whom to tell of pushed tags. */
  readonly notify?: { readonly url: () => string; readonly headers: Readonly<Record<string, string>> };
  /** Host and port of this registry, as notifications name it. */
  readonly host: () => string;
  /** 4 GiB where absent. */
  readonly maxBlobBytes?: number;
  readonly clock?: Clock;
  readonly logger?: Logger;
};

/**
 * A container registry: the OCI distribution API, with basic authentication, and the notifications of CNCF Distribution.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 */
export const createRegistry = async (options: RegistryOptions): Promise<LocalRegistry> => {
  const {
    credentials,
    directory,
    host,
    maxBlobBytes = 4 * 1024 ** 3,
    clock = systemClock,
    logger = silentLogger,
  } = options;
  const storage = createStorage(directory);
  // Uploads and writes that an earlier process did not finish.
  await Promise.all([storage.remove('uploads'), storage.remove('tmp')]);
  const repositories = createRepositories(storage);
  const uploads = createUploads(storage, repositories, { maxBlobBytes, clock });
  const notifier =
    options.notify === undefined ? undefined : createNotifier({ ...options.notify, clock, logger });

  const onTagPushed = (push: TagPush, { socket, headers }: IncomingMessage): void =>
    notifier?.pushed(push, {
      addr: `${socket.remoteAddress ?? ''}:${socket.remotePort ?? 0}`,
      host: headers.host ?? host(),
      useragent: headers['user-agent'] ?? '',
    });

  const answer = async (exchange: Exchange, path: string): Promise<void> => {
    const route = parseRoute(path);
    if (credentials !== undefined && !mayAsk(exchange.request, route, credentials)) {
      exchange.response.setHeader(
        'www-authenticate',
        'Basic realm="Tagboat local registry", charset="UTF-8"',
      );
      throw new RegistryError('UNAUTHORIZED', 'the credentials are missing or wrong');
    }
    switch (route?.type) {
      case 'base':
        return send(exchange, 200, { 'content-type': 'application/json' }, '{}');
      case 'tags':
        return handleTags(exchange, route.name, repositories);
      case 'manifest':
        return handleManifest(exchange, route, repositories, onTagPushed);
      case 'blob':
        return handleBlob(exchange, route, repositories);
      case 'uploads':
        return uploads.start(exchange, route.name);
      case 'upload':
        return uploads.resume(exchange, route.name, route.id);
      case undefined:
        return send(exchange, 404, { 'content-type': 'text/plain' }, '404 page not found\n');
    }
  };

  /** Makes an image of that content. @param as the digest that it is found by; its own where absent */
  const store = async (name: string, content: string, as?: string) => {
    const { config, layer, manifest: bytes } = makeImage(content);
    await repositories.putBlob(name, layer);
    await repositories.putBlob(name, config);
    const { mediaType, references } = parseManifest(bytes, undefined);
    const digest = as ?? digestOfBytes(bytes);
    await repositories.putManifest(name, { digest, mediaType, bytes });
    return { digest, mediaType, size: bytes.length, references };
  };

  return {
    handle(request, response) {
      const url = request.url ?? '/';
      const question = url.indexOf('?');
      const path = question === -1 ? url : url.slice(0, question);
      const query = new URLSearchParams(question === -1 ? '' : url.slice(question + 1));
      const exchange: Exchange = { request, response, query };
      response.setHeader('docker-distribution-api-version', 'registry/2.0');
      answer(exchange, path).catch((error: unknown) => {
        if (response.headersSent || response.destroyed) return response.destroy();
        if (error instanceof RegistryError) return sendError(exchange, error);
        logger.error('local registry failed', { path, error: String(error) });
        return sendError(exchange, new RegistryError('UNKNOWN', 'unknown error'));
      });
    },

    async digestOf(name, reference) {
      if (!isRepositoryName(name) || !(isTag(reference) || isKnownDigest(reference))) return undefined;
      return repositories.digestOf(name, reference);
    },

    async push(name, tag, { content = `${name}:${tag}\n` } = {}) {
      assertRepositoryName(name);
      if (!isTag(tag)) throw new RegistryError('TAG_INVALID', `"${tag}" is not a tag`);
      const { digest, ...manifest } = await store(name, content);
      await repositories.tag(name, tag, digest);
      const push = { repository: name, tag, digest, ...manifest };
      notifier?.pushed(push, { addr: '127.0.0.1:0', host: host(), useragent: 'tagboat' });
      return digest;
    },

    async provide(name, { digest, tag = digest === undefined ? 'latest' : undefined }) {
      assertRepositoryName(name);
      if (digest !== undefined && !isKnownDigest(digest)) return;
      const tagged = tag === undefined ? undefined : await repositories.digestOf(name, tag);
      const known = digest === undefined ? tagged : await repositories.digestOf(name, digest);
      const present = known ?? (await store(name, `${name}:${tag ?? digest}\n`, digest)).digest;
      if (tag !== undefined && tagged === undefined) await repositories.tag(name, tag, present);
    },

    idle: async () => notifier?.idle(),
    close: async () => notifier?.close(),
  };
};

const assertRepositoryName = (name: string): void => {
  if (!isRepositoryName(name)) throw new RegistryError('NAME_INVALID', `"${name}" is not a repository name`);
};
