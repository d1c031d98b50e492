import * as z from 'zod/mini';
import { TagboatError } from '../errors.ts';
import { jsonOrUndefined } from '../json.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import { type Answer, send, type Transport } from './transport.ts';

export type Credentials = { readonly username: string; readonly password: string };

/** What a request is authorized with, and until when (ms since the epoch; never ends for Basic). */
export type Authorization = { readonly header: string; readonly expires: number };

type Authorize = {
  readonly transport: Transport;
  /** Where the registry itself is asked: decides whether plain http is good enough for credentials. */
  readonly endpoint: URL;
  /** As in image references, for messages. */
  readonly image: string;
  /** What is asked for where the challenge does not say: `repository:team/app:pull`. */
  readonly scope: string;
  readonly credentials: () => Promise<Credentials | undefined>;
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
const wrongCredentials = (image: string, place: string): TagboatError =>
  new TagboatError(
    'registry-denied',
    `${place} does not accept the credentials that ${image} is asked for with`,
  );

const noCredentials = (image: string, place: string): TagboatError =>
  new TagboatError('registry-denied', `${place} wants credentials for ${image}, and there are none for it`);

const realmUrl = (challenge: Challenge, endpoint: URL): URL => {
  const realm = challenge.parameters.get('realm') ?? '';
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && endpoint.protocol === 'http:');
  if (url === undefined || !safe || url.username !== '' || url.password !== '')
    throw new TagboatError(
      'registry-protocol',
      `${endpoint.host} names a token service that is not asked (its realm must be an https URL)`,
    );
  return url;
};

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

const bearerAuthorization = async (challenge: Challenge, options: Authorize): Promise<Authorization> => {
  const { transport, endpoint, image } = options;
  const url = realmUrl(challenge, endpoint);
  const service = challenge.parameters.get('service');
  if (service !== undefined) url.searchParams.set('service', service);
  for (const scope of (challenge.parameters.get('scope') ?? options.scope).split(' ').filter(Boolean))
    url.searchParams.append('scope', scope);
  const credentials = await options.credentials();
  const now = transport.now();
  const answer = await send(transport, {
    method: 'GET',
    url,
    accept: 'application/json',
    authorization: credentials === undefined ? undefined : basic(credentials),
    limit: maxTokenBytes,
  });
  if (answer.status === 401 && credentials !== undefined) throw wrongCredentials(image, url.host);
  if (answer.status === 401 || answer.status === 403) throw denied(image, answer.status, url.host);
  return readToken(answer, url.host, now);
};

/**
 * Answers a 401 of a registry: a token from the service that it names, or Basic.
 * @throws TagboatError `registry-denied`, `registry-unreachable`, `registry-protocol`
 */
export const authorize = async (refusal: Answer, options: Authorize): Promise<Authorization> => {
  const challenges = parseChallenges(refusal.headers.get('www-authenticate') ?? '');
  const wanted = (scheme: string) => challenges.find((challenge) => challenge.scheme === scheme);
  const bearerChallenge = wanted('bearer');
  if (bearerChallenge !== undefined) return bearerAuthorization(bearerChallenge, options);
  if (wanted('basic') === undefined)
    throw new TagboatError(
      'registry-protocol',
      `${options.endpoint.host} answers 401 without a challenge that is understood (Bearer, Basic)`,
    );
  const credentials = await options.credentials();
  if (credentials === undefined) throw noCredentials(options.image, options.endpoint.host);
  return { header: basic(credentials), expires: Number.POSITIVE_INFINITY };
};
