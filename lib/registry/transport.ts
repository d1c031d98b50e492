import { TagboatError } from '../errors.ts';
import { readLimited } from '../http/read-limited.ts';
import { retryAfterSeconds } from '../http/retry-after.ts';
import { isInsideAddress } from './address.ts';

/** What a request of this client needs from outside. */
export type Transport = {
  readonly fetch: typeof fetch;
  readonly now: () => number;
  /** The caller's own signal, and the time it gives. */
  readonly signal: AbortSignal;
};

export type RegistryRequest = {
  /** A POST is not sent on where its answer is a redirect. */
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: URL;
  readonly accept: string;
  readonly authorization?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string;
  /** How many bytes of body may come; more is `registry-protocol`. */
  readonly limit: number;
};

export type Answer = { readonly status: number; readonly headers: Headers; readonly body: Uint8Array };

const maxRedirects = 5;
/** Of a method, usually HEAD: no fault that passes. */
const notImplemented = 501;
const redirects = new Set([301, 302, 303, 307, 308]);

/** Host of a URL for messages: a whole URL may carry a signed query. */
const placeOf = (url: URL): string => url.host;

/**
 * Where a redirect leads; credentials go along only within one origin, and nothing goes from https to http, or from outside to
 * an address that only the inside of a network has.
 */
const follow = (request: RegistryRequest, location: string): RegistryRequest => {
  const url = URL.canParse(location, request.url.href) ? new URL(location, request.url) : undefined;
  const allowed =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && request.url.protocol === 'http:');
  const leadsInside =
    url !== undefined && isInsideAddress(url.hostname) && !isInsideAddress(request.url.hostname);
  if (url === undefined || !allowed || leadsInside || url.username !== '' || url.password !== '')
    throw new TagboatError(
      'registry-protocol',
      `${placeOf(request.url)} redirects to a place that is not followed`,
    );
  return {
    ...request,
    url,
    authorization: url.origin === request.url.origin ? request.authorization : undefined,
  };
};

const fetchOnce = async (transport: Transport, request: RegistryRequest): Promise<Answer> => {
  const { method, url, accept, authorization, limit, headers, body: sent } = request;
  try {
    const response = await transport.fetch(url, {
      method,
      redirect: 'manual',
      signal: transport.signal,
      headers: {
        accept,
        'user-agent': 'tagboat',
        ...headers,
        ...(authorization === undefined ? {} : { authorization }),
      },
      ...(sent === undefined ? {} : { body: sent }),
    });
    const body = await readLimited(response, limit);
    if (body === undefined)
      throw new TagboatError('registry-protocol', `${placeOf(url)} answers with more than ${limit} bytes`);
    return { status: response.status, headers: response.headers, body };
  } catch (cause) {
    if (cause instanceof TagboatError) throw cause;
    throw new TagboatError('registry-unreachable', `${placeOf(url)} did not answer ${method}`, { cause });
  }
};

/**
 * One request, its redirects followed.
 * @throws TagboatError `registry-unreachable` (network, timeout, 408, 429, 5xx but 501), `registry-protocol` (redirects, size)
 */
export const send = async (transport: Transport, first: RegistryRequest): Promise<Answer> => {
  let current = first;
  for (let count = 0; count <= maxRedirects; count += 1) {
    const answer = await fetchOnce(transport, current);
    const { status, headers } = answer;
    if (status === 408 || status === 429 || (status >= 500 && status !== notImplemented)) {
      throw new TagboatError('registry-unreachable', `${placeOf(current.url)} answers ${status}`, {
        retryAfterSeconds: retryAfterSeconds(headers.get('retry-after'), transport.now()),
      });
    }
    const location = redirects.has(status) && current.method !== 'POST' ? headers.get('location') : null;
    if (location === null) return answer;
    current = follow(current, location);
  }
  throw new TagboatError(
    'registry-protocol',
    `${placeOf(first.url)} redirects more than ${maxRedirects} times`,
  );
};
