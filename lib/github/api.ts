import { TagboatError } from '../errors.ts';
import { readLimited } from '../http/read-limited.ts';
import { retryAfterSeconds } from '../http/retry-after.ts';

/** What a request to GitHub's REST API needs. */
export type Api = {
  readonly fetch: typeof fetch;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** `https://api.github.com`, without a slash at the end. */
  readonly base: string;
  readonly token: () => Promise<string>;
};

type Answer = { readonly text: string; readonly headers: Headers };

const timeoutMs = 10_000;
/** A page of a hundred deliveries has 40 KiB. */
const maxBytes = 4 * 1024 * 1024;

/** The API as it stands at a Git host: GitHub itself, GitHub Enterprise Cloud with an address of its own, and Enterprise Server. */
export const apiOf = (host: string): string => {
  if (host === 'github.com') return 'https://api.github.com';
  return host.endsWith('.ghe.com') ? `https://api.${host}` : `https://${host}/api/v3`;
};

/**
 * Seconds to wait where GitHub asks to slow down; undefined where it does not.
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
const slowDownSeconds = (status: number, headers: Headers, now: number): number | undefined => {
  if (status !== 403 && status !== 429) return undefined;
  const asked = retryAfterSeconds(headers.get('retry-after'), now);
  if (asked !== undefined) return asked;
  if (headers.get('x-ratelimit-remaining') !== '0') return status === 429 ? 60 : undefined;
  const reset = Number(headers.get('x-ratelimit-reset'));
  return Number.isFinite(reset) ? Math.max(1, Math.ceil(reset - now / 1000)) : 60;
};

type Received = { readonly response: Response; readonly body: Uint8Array | undefined };

const send = async (api: Api, method: 'GET' | 'POST', path: string): Promise<Received> => {
  const response = await api.fetch(`${api.base}${path}`, {
    method,
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
    headers: {
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
      'user-agent': 'tagboat',
      authorization: `Bearer ${await api.token()}`,
    },
  });
  return { response, body: await readLimited(response, maxBytes) };
};

/** What only reads is tried again at once: minutes after the last request, the connection that is kept may be closed by now. */
const sendTwice: typeof send = (api, method, path) =>
  send(api, method, path).catch((error: unknown) => {
    if (method !== 'GET' || error instanceof TagboatError) throw error;
    return send(api, method, path);
  });

/**
 * One request. Redirects are not followed: what was renamed has another name in its webhooks as well.
 * @param path below the base, `/repos/octocat/hello-world/hooks`
 * @throws TagboatError `github-unreachable` (network, 5xx, rate limits; then with the seconds to wait), `github-refused`
 */
export const request = async (api: Api, method: 'GET' | 'POST', path: string): Promise<Answer> => {
  const what = `${method} ${path.split('?')[0]}`;
  const { response, body } = await sendTwice(api, method, path).catch((cause: unknown) => {
    if (cause instanceof TagboatError) throw cause;
    throw new TagboatError('github-unreachable', `GitHub did not answer ${what}`, { cause });
  });
  const { status, headers } = response;
  const wait = slowDownSeconds(status, headers, api.now());
  if (wait !== undefined)
    throw new TagboatError('github-unreachable', `GitHub asks to slow down: ${status} to ${what}`, {
      retryAfterSeconds: wait,
    });
  if (status >= 500) throw new TagboatError('github-unreachable', `GitHub answers ${status} to ${what}`);
  if (status < 200 || status > 299)
    throw new TagboatError('github-refused', `GitHub answers ${status} to ${what}`);
  if (body === undefined)
    throw new TagboatError('github-unreachable', `GitHub answers ${what} with more than ${maxBytes} bytes`);
  return { text: Buffer.from(body).toString(), headers };
};
