import { TagboatError } from '../errors.ts';
import { readLimited } from '../http/read-limited.ts';
import { retryAfterSeconds } from '../http/retry-after.ts';

/** What a request of this client needs from outside. */
export type Transport = {
  readonly fetch: typeof fetch;
  readonly now: () => number;
  /** The caller's own signal, and the time it gives. */
  readonly signal: AbortSignal;
};

type Ask = {
  readonly method: 'GET' | 'HEAD';
  readonly url: URL;
  readonly accept: string;
  readonly authorization?: string | undefined;
  /** How many bytes of body may come; more is `registry-protocol`. */
  readonly limit: number;
};

export type Answer = { readonly status: number; readonly headers: Headers; readonly body: Uint8Array };

const maxRedirects = 5;
const redirects = new Set([301, 302, 303, 307, 308]);

/** Host of a URL for messages: a whole URL may carry a signed query. */
const placeOf = (url: URL): string => url.host;

/** Where a redirect leads; credentials go along only within one origin, and nothing goes from https to http. */
const follow = (ask: Ask, location: string): Ask => {
  const url = URL.canParse(location, ask.url.href) ? new URL(location, ask.url) : undefined;
  const allowed = url?.protocol === 'https:' || (url?.protocol === 'http:' && ask.url.protocol === 'http:');
  if (url === undefined || !allowed || url.username !== '' || url.password !== '')
    throw new TagboatError(
      'registry-protocol',
      `${placeOf(ask.url)} redirects to a place that is not followed`,
    );
  return { ...ask, url, authorization: url.origin === ask.url.origin ? ask.authorization : undefined };
};

const fetchOnce = async (transport: Transport, ask: Ask): Promise<Answer> => {
  const { method, url, accept, authorization, limit } = ask;
  try {
    const response = await transport.fetch(url, {
      method,
      redirect: 'manual',
      signal: transport.signal,
      headers: {
        accept,
        'user-agent': 'tagboat',
        ...(authorization === undefined ? {} : { authorization }),
      },
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
 * @throws TagboatError `registry-unreachable` (network, timeout, 408, 429, 5xx), `registry-protocol` (redirects, size)
 */
export const ask = async (transport: Transport, first: Ask): Promise<Answer> => {
  let current = first;
  for (let count = 0; count <= maxRedirects; count += 1) {
    const answer = await fetchOnce(transport, current);
    const { status, headers } = answer;
    if (status === 408 || status === 429 || status >= 500) {
      throw new TagboatError('registry-unreachable', `${placeOf(current.url)} answers ${status}`, {
        retryAfterSeconds: retryAfterSeconds(headers.get('retry-after'), transport.now()),
      });
    }
    const location = redirects.has(status) ? headers.get('location') : null;
    if (location === null) return answer;
    current = follow(current, location);
  }
  throw new TagboatError(
    'registry-protocol',
    `${placeOf(first.url)} redirects more than ${maxRedirects} times`,
  );
};
