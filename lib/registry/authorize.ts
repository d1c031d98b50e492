import * as z from 'zod/mini';
import { TagboatError } from '../errors.ts';
import { jsonOrUndefined } from '../json.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import type { Credentials, CredentialsProvider } from './credentials/credentials.ts';
import { type RegistryPlace, realmOf, tokenServiceTrust } from './token-service.ts';
import { type Answer, send, type Transport } from './transport.ts';

/** What a request is authorized with, and until when (ms since the epoch). */
export type Authorization = { readonly header: string; readonly expires: number };

type Authorize = {
  readonly transport: Transport;
  readonly place: RegistryPlace;
  /** As in image references, for messages. */
  readonly image: string;
  /** What is asked for where the challenge does not say: `repository:team/app:pull`. */
  readonly scope: string;
  readonly credentials: CredentialsProvider | undefined;
};

const maxTokenBytes = 256 * 1024;
/** The specification's default and least: https://distribution.github.io/distribution/spec/auth/token/ */
const leastSeconds = 60;
const mostSeconds = 3600;
/** A token is not used in its last moments, when it could expire on its way. */
const marginSeconds = 10;

const bearer = z.string().check(z.regex(/^[\x21-\x7e]+$/));
/** Either may be missing, empty or null beside the other: https://github.com/bazel-contrib/rules_oci/issues/801 */
const maybeBearer = z.nullish(z.union([bearer, z.literal('')]));
const tokenShape = z.object({
  token: maybeBearer,
  access_token: maybeBearer,
  expires_in: z.nullish(z.union([z.number(), z.string().check(z.regex(/^\d{1,9}$/))])),
});

const basic = ({ username, password }: Credentials): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

/**
 * Docker Hub, GHCR and others answer the same for credentials that may not pull and for a repository that does not exist; it
 * exists once the first image is pushed, so that it is worth asking again: https://github.com/docker/hub-feedback/issues/1771
 */
export const denied = (image: string, status: number, place: string): TagboatError =>
  new TagboatError(
    'registry-denied',
    `${place} answers ${status} for ${image}: the credentials may not pull it, some are wanted, or there is no such repository yet`,
    { retry: 'retryable' },
  );

/** Credentials that are wrong stay so, whatever is pushed. */
export const wrongCredentials = (image: string, place: string): TagboatError =>
  new TagboatError(
    'registry-denied',
    `${place} does not accept the credentials that ${image} is asked for with`,
  );

const noCredentials = (image: string, place: string): TagboatError =>
  new TagboatError('registry-denied', `${place} wants credentials for ${image}, and there are none for it`);

const readToken = (answer: Answer, place: string, now: number): Authorization => {
  const shape = tokenShape.safeParse(jsonOrUndefined(Buffer.from(answer.body).toString()));
  const token = shape.success ? shape.data.token || shape.data.access_token : undefined;
  if (answer.status !== 200 || !shape.success || !token)
    throw new TagboatError(
      'registry-protocol',
      `the token service ${place} answers ${answer.status}, and no token`,
    );
  const seconds = Math.min(Math.max(Number(shape.data.expires_in ?? 0), leastSeconds), mostSeconds);
  return { header: `Bearer ${token}`, expires: now + (seconds - marginSeconds) * 1000 };
};

/** A Bearer challenge whose token service may be asked. */
type TokenService = { readonly challenge: Challenge; readonly realm: URL };

const bearerAuthorization = async (
  { challenge, realm }: TokenService,
  { transport, image, scope: ownScope, credentials: provider }: Authorize,
): Promise<Authorization> => {
  const url = new URL(realm);
  const service = challenge.parameters.get('service');
  if (service !== undefined) url.searchParams.set('service', service);
  for (const scope of (challenge.parameters.get('scope') ?? ownScope).split(' ').filter(Boolean))
    url.searchParams.append('scope', scope);
  const credentials = await provider?.get(transport);
  const now = transport.now();
  const answer = await send(transport, {
    method: 'GET',
    url,
    accept: 'application/json',
    authorization: credentials === undefined ? undefined : basic(credentials),
    limit: maxTokenBytes,
  });
  if (answer.status === 401 || answer.status === 403) provider?.forget();
  const isPassword = credentials !== undefined && credentials.expires === undefined;
  if (answer.status === 401 && isPassword) throw wrongCredentials(image, url.host);
  if (answer.status === 401 || answer.status === 403) throw denied(image, answer.status, url.host);
  return readToken(answer, url.host, now);
};

const notAsked = ({ host, endpoint }: RegistryPlace, realm: URL | undefined): TagboatError =>
  new TagboatError(
    'registry-protocol',
    realm === undefined
      ? `${endpoint.host} names a token service that is not asked (its realm must be an https URL)`
      : `${endpoint.host} names the token service ${realm.host}, which is not known to be its own; if it is, set \`registries.<${host}>.tokenService\``,
  );

/**
 * Answers a 401 of a registry: a token from the service that it names, or Basic. Of several challenges the first is taken that
 * can be.
 * @throws TagboatError `registry-denied`, `registry-unreachable`, `registry-protocol`; what comes of opening a secret
 */
export const authorize = async (refusal: Answer, options: Authorize): Promise<Authorization> => {
  const { place, credentials: provider, image, transport } = options;
  const challenges = parseChallenges(refusal.headers.get('www-authenticate') ?? '');
  const bearers = challenges.filter(({ scheme }) => scheme === 'bearer');
  const needed = provider === undefined ? 'anonymous' : 'credentials';
  for (const challenge of bearers) {
    const realm = realmOf(challenge, place.endpoint);
    const trust = realm === undefined ? 'none' : tokenServiceTrust(realm, place);
    if (realm !== undefined && (trust === 'credentials' || trust === needed))
      return bearerAuthorization({ challenge, realm }, options);
  }
  if (challenges.some(({ scheme }) => scheme === 'basic')) {
    const credentials = await provider?.get(transport);
    if (credentials === undefined) throw noCredentials(image, place.endpoint.host);
    return { header: basic(credentials), expires: credentials.expires ?? Number.POSITIVE_INFINITY };
  }
  const [first] = bearers;
  if (first !== undefined) throw notAsked(place, realmOf(first, place.endpoint));
  throw new TagboatError(
    'registry-protocol',
    `${place.endpoint.host} answers 401 without a challenge that is understood (Bearer, Basic)`,
  );
};
