import * as z from 'zod/mini';
import { type Clock, systemClock } from '../clock.ts';
import { TagboatError } from '../errors.ts';
import { type Logger, silentLogger } from '../logger.ts';
import { type Api, request } from './api.ts';

/** Whose hooks: `{ owner: 'octocat', repository: 'hello-world' }`, or of the organization `octocat`. */
export type HookOwner = { readonly owner: string; readonly repository?: string | undefined };

export type Hook = { readonly owner: HookOwner; readonly id: string; readonly url: string };

/** One attempt to deliver an event. */
export type Delivery = {
  readonly id: string;
  /** Of the event, `X-GitHub-Delivery`: the same for each attempt. */
  readonly guid: string;
  /** Milliseconds since 1970. */
  readonly deliveredAt: number;
  /** What the receiver answered; 0 where it did not. GitHub writes 502 or 504 itself where it could not connect, or not in time. */
  readonly status: number;
};

/** What GitHub knows about the delivery of webhooks. https://docs.github.com/en/rest/repos/webhooks */
export type GithubClient = {
  /** The active ones. */
  hooks(owner: HookOwner): Promise<readonly Hook[]>;
  /**
   * Every attempt since then, newest first.
   * @param since milliseconds since 1970
   */
  deliveries(hook: Hook, since: number): Promise<readonly Delivery[]>;
  /** Has one made again. GitHub answers before it does so. */
  redeliver(hook: Hook, deliveryId: string): Promise<void>;
};

export type GithubClientOptions = {
  readonly base: string;
  readonly token: () => Promise<string>;
  readonly fetch?: typeof fetch | undefined;
  readonly clock?: Clock | undefined;
  readonly logger?: Logger | undefined;
};

const id = z.string().check(z.regex(/^\d{1,20}$/));

const hooksShape = z.array(
  z.object({
    id,
    active: z.optional(z.boolean()),
    config: z.object({ url: z.optional(z.string()) }),
  }),
);
const deliveriesShape = z.array(
  z.object({
    id,
    guid: z.string(),
    delivered_at: z.string(),
    status_code: z.nullish(z.number()),
  }),
);

const perPage = 100;
/** For each question: five thousand attempts of one hook. */
const maxPages = 50;

/** Ids have 64 bits, which a number of JavaScript does not hold: they are read as they are written. */
const parseWithIds = (text: string): unknown => {
  try {
    return JSON.parse(text, (key: string, value: unknown, context?: { readonly source?: string }) =>
      key === 'id' && typeof value === 'number' ? (context?.source ?? String(value)) : value,
    );
  } catch {
    return undefined;
  }
};

const read = <T extends z.ZodMiniType>(schema: T, text: string, what: string): z.output<T> => {
  const result = schema.safeParse(parseWithIds(text));
  if (result.success) return result.data;
  throw new TagboatError('github-unreachable', `GitHub's answer about ${what} has another shape`);
};

/** The cursor of the next page, from a `Link` header. Where else the header leads is not followed. */
const nextCursor = (link: string | null): string | undefined => {
  const target = /<([^>]+)>\s*;\s*rel="next"/.exec(link ?? '')?.[1];
  if (target === undefined || !URL.canParse(target)) return undefined;
  const { searchParams } = new URL(target);
  return searchParams.get('cursor') ?? searchParams.get('page') ?? undefined;
};

const pathOf = ({ owner, repository }: HookOwner): string =>
  repository === undefined
    ? `/orgs/${encodeURIComponent(owner)}/hooks`
    : `/repos/${encodeURIComponent(owner)}/${encodeURIComponent(repository)}/hooks`;

/** @throws TagboatError `github-unreachable`, `github-refused` from every method */
export const createGithubClient = (options: GithubClientOptions): GithubClient => {
  const { clock = systemClock, logger = silentLogger } = options;
  const api: Api = {
    fetch: options.fetch ?? fetch,
    now: () => clock.now(),
    base: options.base.replace(/\/*$/, ''),
    token: options.token,
  };

  /** @param isEnough whether a page is the last that is wanted */
  const pages = async <T>(
    path: string,
    pointer: 'cursor' | 'page',
    readPage: (text: string) => readonly T[],
    isEnough: (page: readonly T[]) => boolean,
  ): Promise<readonly T[]> => {
    const all: T[] = [];
    let next: string | undefined;
    for (let count = 0; count < maxPages; count++) {
      const query = new URLSearchParams({ per_page: String(perPage), ...(next && { [pointer]: next }) });
      const { text, headers } = await request(api, 'GET', `${path}?${query}`);
      const page = readPage(text);
      all.push(...page);
      next = nextCursor(headers.get('link'));
      if (next === undefined || isEnough(page)) return all;
    }
    logger.warn('GitHub has more than is read', { path, read: all.length });
    return all;
  };

  return {
    hooks: async (owner) => {
      const found = await pages(
        pathOf(owner),
        'page',
        (text) => read(hooksShape, text, 'hooks'),
        () => false,
      );
      return found
        .filter(({ active }) => active !== false)
        .map(({ id, config }) => ({ owner, id, url: config.url ?? '' }));
    },

    deliveries: async ({ owner, id }, since) => {
      const found = await pages(
        `${pathOf(owner)}/${id}/deliveries`,
        'cursor',
        (text) =>
          read(deliveriesShape, text, 'deliveries').map((one) => ({
            id: one.id,
            guid: one.guid,
            deliveredAt: Date.parse(one.delivered_at),
            status: one.status_code ?? 0,
          })),
        (page) => page.some(({ deliveredAt }) => deliveredAt < since),
      );
      return found.filter(({ deliveredAt }) => deliveredAt >= since);
    },

    redeliver: async ({ owner, id }, deliveryId) => {
      await request(api, 'POST', `${pathOf(owner)}/${id}/deliveries/${deliveryId}/attempts`);
    },
  };
};
