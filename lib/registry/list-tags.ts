import * as z from 'zod/mini';
import { TagboatError } from '../errors.ts';
import { isTag } from '../image.ts';
import { jsonOrUndefined } from '../json.ts';
import type { Answer } from './transport.ts';

export type TagList =
  /** Nothing has changed since the answer that had the ETag. */
  | { readonly type: 'unchanged' }
  | {
      readonly type: 'listed';
      readonly tags: readonly string[];
      /** Of a list that came on one page: that of a first page says nothing of the others. */
      readonly etag: string | undefined;
      /** False where there are more than are read here. */
      readonly isComplete: boolean;
    };

/** Asks the registry for a path below that of the image, `tags/list?n=1000`; what it answers with 401 or 403 is thrown. */
type Ask = (path: string, headers: Readonly<Record<string, string>>, limit: number) => Promise<Answer>;

/** Some registries give fewer at a time: Docker Hub and Quay 100. */
const pageSize = 1000;
const maxPages = 200;
const maxTags = 20_000;
/** A page of a thousand of the longest tags has 130 KB. */
const maxPageBytes = 4 * 1024 * 1024;

/** Some registries answer `null` for an image whose last tag is gone. */
const shape = z.object({ tags: z.nullish(z.array(z.string())) });

const readPage = ({ status, body }: Answer, place: string): readonly string[] => {
  const page = status === 200 ? shape.safeParse(jsonOrUndefined(Buffer.from(body).toString())) : undefined;
  if (page?.success !== true)
    throw new TagboatError('registry-protocol', `${place} answers ${status} to a list of tags, and no list`);
  return (page.data.tags ?? []).filter(isTag);
};

/**
 * The query of the next page, from a `Link` header (RFC 8288). No more of it is used than the query, since the next page of a list
 * is in the same place: so it cannot lead to another host, and a proxy that rewrites paths and not headers does no harm.
 */
export const nextQuery = (link: string | null): string | undefined => {
  const [, target = ''] = /<([^>]*)>\s*;[^,]*\brel\s*=\s*"?next\b/i.exec(link ?? '') ?? [];
  const at = target.indexOf('?');
  return at === -1 ? undefined : target.slice(at);
};

/** The first page, and how it was asked for: there are registries that refuse to be told how long a page shall be. */
const firstPage = async (ask: Ask, headers: Readonly<Record<string, string>>): Promise<Answer> => {
  const answer = await ask(`tags/list?n=${pageSize}`, headers, maxPageBytes);
  return answer.status === 400 ? ask('tags/list', headers, maxPageBytes) : answer;
};

/**
 * Lists the tags of an image, page by page.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#content-discovery
 * @param options `place`: the registry, for messages; `etag`: of an earlier answer
 * @returns undefined where the registry does not know the image
 * @throws TagboatError `registry-protocol`, and what `ask` throws
 */
export const listTags = async (
  ask: Ask,
  { place, etag }: { readonly place: string; readonly etag?: string | undefined },
): Promise<TagList | undefined> => {
  const first = await firstPage(ask, etag === undefined ? {} : { 'if-none-match': etag });
  if (first.status === 404) return undefined;
  if (first.status === 304 && etag !== undefined) return { type: 'unchanged' };
  const tags = new Set(readPage(first, place));
  const asked = new Set<string>();
  let next = nextQuery(first.headers.get('link'));
  while (next !== undefined) {
    if (asked.has(next))
      throw new TagboatError('registry-protocol', `${place} lists the same page of tags twice`);
    if (asked.size + 1 >= maxPages || tags.size >= maxTags)
      return { type: 'listed', tags: [...tags], etag: undefined, isComplete: false };
    asked.add(next);
    const page = await ask(`tags/list${next}`, {}, maxPageBytes);
    for (const tag of readPage(page, place)) tags.add(tag);
    next = nextQuery(page.headers.get('link'));
  }
  const own = asked.size === 0 ? (first.headers.get('etag') ?? undefined) : undefined;
  return { type: 'listed', tags: [...tags], etag: own, isComplete: true };
};
