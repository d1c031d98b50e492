import { createHash } from 'node:crypto';
import { answer, serve } from '../http/serve.ts';

/**
 * A registry that lists tags page by page, with an ETag where there is one page, and knows the digest of each, and when the image
 * was made.
 */
export const startTagRegistry = async ({ pageSize = 1000 }: { readonly pageSize?: number } = {}) => {
  const images = new Map<string, Map<string, string>>();
  /** By digest; the configuration of an image has the same digest as its manifest here. */
  const created = new Map<string, string>();
  /** Answers instead, where there is one: a status, and headers. */
  const fault: { status?: number | undefined; headers?: Readonly<Record<string, string>> } = {};
  const { url, host, seen } = await serve((request, response) => {
    if (fault.status !== undefined) return answer(response, fault.status, fault.headers);
    const asked = new URL(request.url ?? '', 'http://registry');
    const [, name = '', reference] =
      /^\/v2\/(.+)\/(?:tags\/list|(?:manifests|blobs)\/(.+))$/.exec(asked.pathname) ?? [];
    const tags = images.get(name);
    if (reference !== undefined) {
      const digest = tags?.get(reference) ?? (created.has(reference) ? reference : undefined);
      if (digest === undefined) return answer(response, 404);
      const body = asked.pathname.includes('/blobs/')
        ? { created: created.get(digest) }
        : { schemaVersion: 2, config: { digest } };
      const text = request.method === 'HEAD' ? undefined : JSON.stringify(body);
      return answer(response, 200, { 'docker-content-digest': digest }, text);
    }
    if (tags === undefined) return answer(response, 404, {}, '{"errors":[{"code":"NAME_UNKNOWN"}]}');
    const all = [...tags.keys()].toSorted();
    const etag = `"${createHash('sha256').update(all.join()).digest('hex')}"`;
    if (all.length <= pageSize && request.headers['if-none-match'] === etag) return answer(response, 304);
    const from = all.indexOf(asked.searchParams.get('last') ?? '') + 1;
    const page = all.slice(from, from + pageSize);
    const isLast = from + pageSize >= all.length;
    const link = `<${asked.pathname}?n=${pageSize}&last=${page.at(-1)}>; rel="next"`;
    return answer(response, 200, { etag, ...(isLast ? {} : { link }) }, JSON.stringify({ name, tags: page }));
  });
  return {
    url,
    host,
    fault,
    /** @param madeAt ISO 8601 */
    push: (name: string, tag: string, digest: string, madeAt?: string): void => {
      if (madeAt !== undefined) created.set(digest, madeAt);
      images.set(name, (images.get(name) ?? new Map<string, string>()).set(tag, digest));
    },
    remove: (name: string, tag: string): void => void images.get(name)?.delete(tag),
    /** What was asked since this was called last. */
    asked: (): readonly string[] => seen.splice(0).map((one) => `${one.method} ${one.url}`),
  };
};
