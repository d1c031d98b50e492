import { createHash } from 'node:crypto';
import { type Clock, systemClock } from '../clock.ts';
import type { Config } from '../config/types.ts';
import { TagboatError } from '../errors.ts';
import { type ImageReference, isDigest, isTag, parseImage } from '../image.ts';
import { jsonOrUndefined } from '../json.ts';
import { mapping } from '../mapping.ts';
import { type Authorization, authorize, type Credentials, denied } from './authorize.ts';
import { type Answer, ask, type Transport } from './transport.ts';

/** The one question a release has for a registry (OCI distribution specification, "pull"). */
export type RegistryClient = {
  /**
   * The digest a tag stands for; undefined where the registry has no such image.
   * @param image normalised name: `docker.io/devopswithkubernetes/okeydokey`
   * @param options `timeoutMs` is for the whole of it, token service included; 10 seconds where absent
   * @throws TagboatError `registry-unreachable`, `registry-denied`, `registry-protocol`, `image-reference-invalid`
   */
  digestOf(
    image: string,
    tag: string,
    options?: { readonly signal?: AbortSignal; readonly timeoutMs?: number },
  ): Promise<string | undefined>;
};

export type RegistryClientOptions = {
  readonly registries: Config['registries'];
  readonly unseal: (reference: string, slot: string) => Promise<string>;
  /** The local stack's: hosts for which `registries` names no endpoint are asked there. */
  readonly defaultEndpoint?: string | undefined;
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

const isManifest = (body: Uint8Array): boolean =>
  mapping(jsonOrUndefined(Buffer.from(body).toString())).schemaVersion === 2;

/** What an answer says about the digest; 'ask-again' where only the manifest itself can tell. */
const readDigest = (
  answer: Answer,
  method: 'GET' | 'HEAD',
  place: string,
): string | undefined | 'ask-again' => {
  const { status, headers, body } = answer;
  if (status === 404) return undefined;
  if (status !== 200)
    throw new TagboatError('registry-protocol', `${place} answers ${status} to ${method} of a manifest`);
  const digest = headers.get('docker-content-digest');
  if (digest !== null && !isDigest(digest))
    throw new TagboatError('registry-protocol', `${place} answers with a digest that is none`);
  if (digest !== null) return digest;
  if (method === 'HEAD') return 'ask-again';
  if (!isManifest(body))
    throw new TagboatError('registry-protocol', `${place} answers with something that is no manifest`);
  return `sha256:${createHash('sha256').update(body).digest('hex')}`;
};

/** A client for every registry that image references name. Tokens are kept until they expire, in memory only. */
export const createRegistryClient = (options: RegistryClientOptions): RegistryClient => {
  const clock = options.clock ?? systemClock;
  const authorizations = new Map<string, Authorization>();

  const configOf = (host: string) =>
    Object.hasOwn(options.registries, host) ? options.registries[host] : undefined;

  const endpointOf = (host: string): URL => {
    const ownEndpoint = host === 'docker.io' ? 'https://registry-1.docker.io' : `https://${host}`;
    const endpoint = configOf(host)?.endpoint ?? options.defaultEndpoint ?? ownEndpoint;
    return new URL(endpoint.replace(/\/*$/, '/'));
  };

  const credentialsOf = async (host: string): Promise<Credentials | undefined> => {
    const { username, password } = configOf(host) ?? {};
    if (username === undefined || password === undefined) return undefined;
    return { username, password: await options.unseal(password, `registries/${host}/password`) };
  };

  const knownAuthorization = (key: string): string | undefined => {
    const known = authorizations.get(key);
    return known !== undefined && known.expires > clock.now() ? known.header : undefined;
  };

  const request = async (
    transport: Transport,
    image: ImageReference,
    tag: string,
    method: 'GET' | 'HEAD',
  ): Promise<Answer> => {
    const endpoint = endpointOf(image.host);
    const url = new URL(`v2/${image.path}/manifests/${tag}`, endpoint);
    const send = (authorization: string | undefined) =>
      ask(transport, { method, url, accept: manifestTypes, authorization, limit: maxManifestBytes });
    let answer = await send(knownAuthorization(image.name));
    if (answer.status === 401) {
      const authorization = await authorize(answer, {
        transport,
        endpoint,
        image: image.name,
        scope: `repository:${image.path}:pull`,
        credentials: () => credentialsOf(image.host),
      });
      answer = await send(authorization.header);
      if (answer.status !== 401) authorizations.set(image.name, authorization);
    }
    if (answer.status === 401 || answer.status === 403) {
      authorizations.delete(image.name);
      throw denied(image.name, answer.status, endpoint.host);
    }
    return answer;
  };

  return {
    digestOf: async (name, tag, { signal, timeoutMs = defaultTimeoutMs } = {}) => {
      const image = parseImage(name);
      if (!isTag(tag))
        throw new TagboatError('image-reference-invalid', `"${tag.slice(0, 200)}" is not a tag`);
      const timeout = AbortSignal.timeout(timeoutMs);
      const transport: Transport = {
        fetch: options.fetch ?? fetch,
        now: () => clock.now(),
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      };
      const place = endpointOf(image.host).host;
      const head = readDigest(await request(transport, image, tag, 'HEAD'), 'HEAD', place);
      if (head !== 'ask-again') return head;
      const get = readDigest(await request(transport, image, tag, 'GET'), 'GET', place);
      return get === 'ask-again' ? undefined : get;
    },
  };
};
