import { createLocalJWKSet, type JSONWebKeySet } from 'jose';
import * as z from 'zod/mini';
import type { Clock } from '../clock.ts';
import { TagboatError } from '../errors.ts';
import { readLimited } from '../http/read-limited.ts';
import { jsonOrUndefined } from '../json.ts';

/** Finds the key that a token names in its header. */
type KeySet = ReturnType<typeof createLocalJWKSet>;

/** The keys of an issuer, by where it publishes them. `renewed`: not those that were fetched before, if they may be asked for again. */
export type KeySets = (url: string, options?: { readonly renewed?: boolean }) => Promise<KeySet>;

/** Keys that are at hand, whatever the URL. */
export const fixedKeys = (keys: JSONWebKeySet): KeySets => {
  const set = createLocalJWKSet(keys);
  return async () => set;
};

const timeoutMs = 5_000;
const maxBytes = 256 * 1024;
/** Where the answer does not say how long it holds, and the bounds of what it may say. */
const usualMs = 3_600_000;
const shortestMs = 300_000;
const longestMs = 24 * 3_600_000;
/** A token of a key that nobody knows makes us ask no more often. */
const renewalMs = 60_000;

const keySetShape = z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })) });

const unreachable = (url: string, what: string, cause?: unknown): TagboatError =>
  new TagboatError('identity-keys-unreachable', `${new URL(url).host} ${what}`, { cause });

/** How long an answer holds, in milliseconds. https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2.1 */
const freshMs = (headers: Headers): number => {
  const maxAge = /(?:^|[\s,])max-age=(\d{1,9})/i.exec(headers.get('cache-control') ?? '')?.[1];
  if (maxAge === undefined) return usualMs;
  const age = Number(headers.get('age') ?? 0);
  const left = (Number(maxAge) - (Number.isFinite(age) ? age : 0)) * 1000;
  return Math.min(Math.max(left, shortestMs), longestMs);
};

const fetchKeys = async (fetcher: typeof fetch, url: string) => {
  const answer = await fetcher(url, {
    headers: { accept: 'application/json', 'user-agent': 'tagboat' },
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  })
    .then(async (response) => ({ response, body: await readLimited(response, maxBytes) }))
    .catch((cause: unknown) => {
      throw unreachable(url, 'did not answer with its keys', cause);
    });
  const { response, body } = answer;
  if (response.status !== 200) throw unreachable(url, `answers ${response.status} instead of its keys`);
  const parsed = keySetShape.safeParse(jsonOrUndefined(Buffer.from(body ?? []).toString()));
  if (!parsed.success) throw unreachable(url, 'answers with something that is no set of keys');
  return { set: createLocalJWKSet(parsed.data), freshMs: freshMs(response.headers) };
};

type Kept = { readonly set: KeySet; readonly fetchedAt: number; readonly freshUntil: number };

/** Keys that are fetched when they are first needed, and kept for as long as the issuer says, in memory. */
export const fetchedKeys = (options: { readonly fetch: typeof fetch; readonly clock: Clock }): KeySets => {
  const { fetch: fetcher, clock } = options;
  const kept = new Map<string, Kept>();
  const underWay = new Map<string, Promise<Kept>>();

  const renew = async (url: string): Promise<Kept> => {
    const { set, freshMs: fresh } = await fetchKeys(fetcher, url);
    const now = clock.now();
    const found = { set, fetchedAt: now, freshUntil: now + fresh };
    kept.set(url, found);
    return found;
  };
  const renewOnce = (url: string): Promise<Kept> => {
    const already = underWay.get(url);
    if (already !== undefined) return already;
    const started = renew(url).finally(() => underWay.delete(url));
    underWay.set(url, started);
    return started;
  };

  return async (url, { renewed = false } = {}) => {
    const known = kept.get(url);
    const now = clock.now();
    const serves =
      known !== undefined && (renewed ? now < known.fetchedAt + renewalMs : now < known.freshUntil);
    return (serves ? known : await renewOnce(url)).set;
  };
};
