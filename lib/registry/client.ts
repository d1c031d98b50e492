import { createHash } from 'node:crypto';
import { type Clock, systemClock } from '../clock.ts';
import type { Config } from '../config/types.ts';
import { TagboatError } from '../errors.ts';
import { type ImageReference, isDigest, isTag, parseImage } from '../image.ts';
import { jsonOrUndefined } from '../json.ts';
import { mapping } from '../mapping.ts';
import { type Authorization, authorize, denied, wrongCredentials } from './authorize.ts';
import { type CallAws, createCallAws } from './credentials/aws.ts';
import { credentialsProvider } from './credentials/catalog.ts';
import type { CredentialsProvider } from './credentials/credentials.ts';
import { readCreated } from './image-created.ts';
import { listTags, type TagList } from './list-tags.ts';
import { type ManifestReader, partsOfManifest } from './manifest-parts.ts';
import type { RegistryPlace } from './token-service.ts';
import { type Answer, type RegistryRequest, send, type Transport } from './transport.ts';

/** The questions that releases have for a registry (OCI distribution specification, "pull" and "content discovery"). */
export type RegistryClient = {
  /**
   * The digest a tag stands for, or the digest itself; undefined where the registry has no such image.
   * @param image normalised name: `docker.io/devopswithkubernetes/okeydokey`
   * @param options `timeoutMs` is for the whole of it, token service included; 10 seconds where absent
   * @throws TagboatError `registry-unreachable`, `registry-denied`, `registry-protocol`, `image-reference-invalid`
   */
  digestOf(
    image: string,
    reference: string,
    options?: { readonly signal?: AbortSignal; readonly timeoutMs?: number },
  ): Promise<string | undefined>;
  /**
   * The tags of an image, all of them as far as they are counted here; undefined where the registry has no such image yet.
   * @param options `etag`: of an earlier answer, so that one that would be the same again costs a single request;
   *   `timeoutMs` is for the whole of it, 20 seconds where absent
   * @throws TagboatError as `digestOf`; where the registry asks to slow down, with the seconds to wait
   */
  tagsOf(
    image: string,
    options?: {
      readonly etag?: string | undefined;
      readonly signal?: AbortSignal;
      readonly timeoutMs?: number;
    },
  ): Promise<TagList | undefined>;
  /**
   * When an image was made, in milliseconds since 1970; undefined where that cannot be told. Two or three requests, of which the
   * first counts as a pull.
   * @param reference a tag, or a digest
   * @param options `timeoutMs` is for the whole of it, 10 seconds where absent
   * @throws TagboatError as `digestOf`
   */
  createdOf(
    image: string,
    reference: string,
    options?: { readonly timeoutMs?: number },
  ): Promise<number | undefined>;
};

export type RegistryClientOptions = {
  readonly registries: Config['registries'];
  readonly unseal: (reference: string, slot: string) => Promise<string>;
  /** The local stack's: hosts for which `registries` names no endpoint are asked there. */
  readonly defaultEndpoint?: string | undefined;
  /** Where credentials for Amazon ECR come from; there are none for it where absent. */
  readonly callAws?: CallAws | undefined;
  /** In the place of Google's own. */
  readonly googleTokenUrl?: string | undefined;
  readonly fetch?: typeof fetch | undefined;
  readonly clock?: Clock | undefined;
};

/** Without its own type in `Accept`, an image is 404. */
const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** The specification asks registries to take manifests of up to 4 MiB; few take larger ones. */
const maxManifestBytes = 4 * 1024 * 1024;
const defaultTimeoutMs = 10_000;
/** Of a list, which may have many pages. */
const listTimeoutMs = 20_000;

const isManifest = (body: Uint8Array): boolean =>
  mapping(jsonOrUndefined(Buffer.from(body).toString())).schemaVersion === 2;

/** The digest that an answer names, where it names one. */
const namedDigest = ({ status, headers }: Answer, place: string): string | undefined => {
  const digest = status === 200 ? headers.get('docker-content-digest') : null;
  if (digest !== null && !isDigest(digest))
    throw new TagboatError('registry-protocol', `${place} answers with a digest that is none`);
  return digest ?? undefined;
};

/** The digest of a manifest that was asked for with GET. */
const readDigest = (answer: Answer, place: string): string | undefined => {
  const { status, body, headers } = answer;
  if (status === 404) return undefined;
  if (status !== 200)
    throw new TagboatError('registry-protocol', `${place} answers ${status} to GET of a manifest`);
  const named = namedDigest(answer, place);
  if (named !== undefined) return named;
  // Its digest is that of the body without the signatures in it.
  if (/manifest\.v1\+/.test(headers.get('content-type') ?? ''))
    throw new TagboatError(
      'registry-protocol',
      `${place} has the image as schema 1 only; push it again with a newer tool`,
    );
  if (!isManifest(body))
    throw new TagboatError('registry-protocol', `${place} answers with something that is no manifest`);
  return `sha256:${createHash('sha256').update(body).digest('hex')}`;
};

const checkReference = (reference: string): void => {
  if (!isTag(reference) && !isDigest(reference))
    throw new TagboatError(
      'image-reference-invalid',
      `"${reference.slice(0, 200)}" is neither a tag nor a digest`,
    );
};

/** A client for every registry that image references name. Tokens are kept until they expire, in memory only. */
export const createRegistryClient = (options: RegistryClientOptions): RegistryClient & ManifestReader => {
  const clock = options.clock ?? systemClock;
  const authorizations = new Map<string, Authorization>();
  /** Hosts that answered HEAD as they answer GET. */
  const answerHead = new Set<string>();

  const configOf = (host: string) =>
    Object.hasOwn(options.registries, host) ? options.registries[host] : undefined;

  const endpointOf = (host: string): URL => {
    const ownEndpoint = host === 'docker.io' ? 'https://registry-1.docker.io' : `https://${host}`;
    const endpoint = configOf(host)?.endpoint ?? options.defaultEndpoint ?? ownEndpoint;
    return new URL(endpoint.replace(/\/*$/, '/'));
  };

  const placeOf = (host: string): RegistryPlace => ({
    host,
    endpoint: endpointOf(host),
    tokenService: configOf(host)?.tokenService,
  });

  const providers = new Map<string, CredentialsProvider | undefined>();
  const credentialsOf = (host: string): CredentialsProvider | undefined => {
    if (!providers.has(host)) {
      const config = configOf(host);
      const isElsewhere = (config?.endpoint ?? options.defaultEndpoint) !== undefined;
      const { unseal, callAws = createCallAws({}), googleTokenUrl } = options;
      providers.set(
        host,
        credentialsProvider(host, config, isElsewhere, { unseal, callAws, googleTokenUrl }),
      );
    }
    return providers.get(host);
  };

  const transportOf = (signal: AbortSignal | undefined, timeoutMs: number): Transport => {
    const timeout = AbortSignal.timeout(timeoutMs);
    return {
      fetch: options.fetch ?? fetch,
      now: () => clock.now(),
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    };
  };

  const knownAuthorization = (key: string): string | undefined => {
    const known = authorizations.get(key);
    return known !== undefined && known.expires > clock.now() ? known.header : undefined;
  };

  /** One request about an image, answered with what the registry asks for where it wants the client to say who it is. */
  const sendAuthorized = async (
    transport: Transport,
    image: ImageReference,
    request: Omit<RegistryRequest, 'url'> & { readonly path: string },
  ): Promise<Answer> => {
    const endpoint = endpointOf(image.host);
    const { path, ...rest } = request;
    const url = new URL(`v2/${image.path}/${path}`, endpoint);
    const sendWith = (authorization: string | undefined) => send(transport, { ...rest, url, authorization });
    let answer = await sendWith(knownAuthorization(image.name));
    if (answer.status === 401) {
      const authorization = await authorize(answer, {
        transport,
        place: placeOf(image.host),
        image: image.name,
        scope: `repository:${image.path}:pull`,
        credentials: credentialsOf(image.host),
      });
      answer = await sendWith(authorization.header);
      if (answer.status !== 401) authorizations.set(image.name, authorization);
      else await refuseWrong(transport, image, authorization);
    }
    return answer;
  };

  const request = (
    transport: Transport,
    image: ImageReference,
    reference: string,
    method: 'GET' | 'HEAD',
  ): Promise<Answer> =>
    sendAuthorized(transport, image, {
      method,
      path: `manifests/${reference}`,
      accept: manifestTypes,
      limit: maxManifestBytes,
    });

  /**
   * Credentials that the registry does not take for what has nothing to do with an image (`GET /v2/`) are wrong; where it does, or
   * where they are a token, a 401 may mean that the repository is not there yet, and what was issued may have ended early.
   */
  const refuseWrong = async (
    transport: Transport,
    image: ImageReference,
    { header: authorization, expires }: Authorization,
  ): Promise<void> => {
    credentialsOf(image.host)?.forget();
    if (!authorization.startsWith('Basic ') || expires !== Number.POSITIVE_INFINITY) return;
    const endpoint = endpointOf(image.host);
    const url = new URL('v2/', endpoint);
    const { status } = await send(transport, {
      ...{ method: 'GET', url, authorization },
      ...{ accept: 'application/json', limit: maxManifestBytes },
    });
    if (status === 401) throw wrongCredentials(image.name, endpoint.host);
  };

  /**
   * HEAD, which counts as no pull, and GET where that does not settle it: there are registries that answer HEAD with 400, 403,
   * 404, 405 or 501, and GET with the manifest: https://github.com/containerd/containerd/issues/6684
   */
  const askDigest = async (
    transport: Transport,
    image: ImageReference,
    reference: string,
  ): Promise<string | undefined> => {
    const { host } = endpointOf(image.host);
    const head = await request(transport, image, reference, 'HEAD');
    const named = namedDigest(head, host);
    if (named !== undefined) answerHead.add(host);
    if (named !== undefined || (head.status === 404 && answerHead.has(host))) return named;
    // A 401 has been answered with a token already.
    const answer = head.status === 401 ? head : await request(transport, image, reference, 'GET');
    if (answer.status === 401 || answer.status === 403) {
      authorizations.delete(image.name);
      throw denied(image.name, answer.status, host);
    }
    if (head.status === 404 && answer.status === 404) answerHead.add(host);
    return readDigest(answer, host);
  };

  return {
    partsOf: async (name, digest) => {
      const image = parseImage(name);
      if (!isDigest(digest))
        throw new TagboatError('image-reference-invalid', `"${digest.slice(0, 200)}" is no digest`);
      const { status, body } = await request(transportOf(undefined, defaultTimeoutMs), image, digest, 'GET');
      if (status === 401 || status === 403) throw denied(image.name, status, endpointOf(image.host).host);
      return status === 200 ? partsOfManifest(digest, body) : undefined;
    },

    digestOf: async (name, reference, { signal, timeoutMs = defaultTimeoutMs } = {}) => {
      const image = parseImage(name);
      checkReference(reference);
      return askDigest(transportOf(signal, timeoutMs), image, reference);
    },

    createdOf: async (name, reference, { timeoutMs = defaultTimeoutMs } = {}) => {
      const image = parseImage(name);
      checkReference(reference);
      const transport = transportOf(undefined, timeoutMs);
      const ask = async (path: string) => {
        const accept = path.startsWith('manifests/') ? manifestTypes : '*/*';
        const answer = await sendAuthorized(transport, image, {
          method: 'GET',
          path,
          accept,
          limit: maxManifestBytes,
        });
        if (answer.status !== 401 && answer.status !== 403) return answer;
        throw denied(image.name, answer.status, endpointOf(image.host).host);
      };
      return readCreated(ask, reference);
    },

    tagsOf: async (name, { etag, signal, timeoutMs = listTimeoutMs } = {}) => {
      const image = parseImage(name);
      const transport = transportOf(signal, timeoutMs);
      const { host } = endpointOf(image.host);
      const ask = async (path: string, headers: Readonly<Record<string, string>>, limit: number) => {
        const answer = await sendAuthorized(transport, image, {
          method: 'GET',
          path,
          accept: 'application/json',
          headers,
          limit,
        });
        if (answer.status !== 401 && answer.status !== 403) return answer;
        authorizations.delete(image.name);
        throw denied(image.name, answer.status, host);
      };
      return listTags(ask, { place: host, etag });
    },
  };
};
