import { expect, test } from 'vitest';
import { createRegistryClient } from '../../lib/registry/client.ts';
import { nextQuery } from '../../lib/registry/list-tags.ts';
import { answer, serve } from '../http/serve.ts';

const image = 'registry.example.com/team/app';
const clientOf = (endpoint: string) =>
  createRegistryClient({ registries: {}, unseal: async () => '', defaultEndpoint: endpoint });
const json = (tags: readonly string[] | null) => JSON.stringify({ name: 'team/app', tags });

/** As CNCF Distribution does it, in the order of the tags. */
const servePages = async (all: readonly string[], { atMost = 1000, link = 'path' } = {}) =>
  serve((request, response) => {
    const url = new URL(request.url ?? '', 'http://registry');
    const from = all.indexOf(url.searchParams.get('last') ?? '') + 1;
    const count = Math.min(Number(url.searchParams.get('n') ?? atMost), atMost);
    const page = all.slice(from, from + count);
    const query = `?n=${count}&last=${page.at(-1)}`;
    const prefix = link === 'path' ? url.pathname : link;
    const headers = from + count < all.length ? { link: `<${prefix}${query}>; rel="next"` } : {};
    return answer(response, 200, headers, json(page));
  });

test('a thousand tags take one request', async () => {
  const tags = Array.from({ length: 1000 }, (_, index) => `v1.0.${index}`);
  const { url, seen } = await servePages(tags);

  expect(await clientOf(url).tagsOf(image)).toEqual({
    type: 'listed',
    tags,
    etag: undefined,
    isComplete: true,
  });
  expect(seen.map(({ url: asked }) => asked)).toEqual(['/v2/team/app/tags/list?n=1000']);
});

test.each([
  ['its own path', 'path'],
  ['another path, as behind a proxy', '/v2/inner/app/tags/list'],
  ['another host', 'http://elsewhere.example.com/v2/team/app/tags/list'],
])('the pages of a registry whose links name %s are asked for in the same place', async (_name, link) => {
  const tags = Array.from({ length: 250 }, (_, index) => `v1.0.${index}`);
  const { url, seen } = await servePages(tags, { atMost: 100, link });

  expect(await clientOf(url).tagsOf(image)).toMatchObject({ tags, isComplete: true });
  expect(seen.map(({ url: asked }) => asked)).toEqual([
    '/v2/team/app/tags/list?n=1000',
    '/v2/team/app/tags/list?n=100&last=v1.0.99',
    '/v2/team/app/tags/list?n=100&last=v1.0.199',
  ]);
});

test('more tags than are read are said to be more', async () => {
  const tags = Array.from({ length: 21_500 }, (_, index) => `build-${String(index).padStart(6, '0')}`);
  const { url, seen } = await servePages(tags);

  const list = await clientOf(url).tagsOf(image);

  expect(list).toMatchObject({ type: 'listed', isComplete: false });
  expect(list?.type === 'listed' && list.tags).toHaveLength(20_000);
  expect(seen).toHaveLength(20);
});

test('a registry that leads in circles is not followed', async () => {
  const { url, seen } = await serve((_request, response) =>
    answer(response, 200, { link: '</v2/team/app/tags/list?last=a>; rel="next"' }, json(['a'])),
  );

  await expect(clientOf(url).tagsOf(image)).rejects.toMatchObject({ code: 'registry-protocol' });
  expect(seen).toHaveLength(2);
});

test('what has not changed takes one request with the ETag, where the registry gives one', async () => {
  const { url, seen } = await serve((request, response) =>
    request.headers['if-none-match'] === '"one"'
      ? answer(response, 304)
      : answer(response, 200, { etag: '"one"' }, json(['v1'])),
  );
  const client = clientOf(url);

  expect(await client.tagsOf(image)).toMatchObject({ tags: ['v1'], etag: '"one"' });
  expect(await client.tagsOf(image, { etag: '"one"' })).toEqual({ type: 'unchanged' });
  expect(await client.tagsOf(image, { etag: '"old"' })).toMatchObject({ tags: ['v1'] });
  expect(seen).toHaveLength(3);
});

test('the ETag of a first page is not taken for that of them all', async () => {
  const { url } = await serve((request, response) =>
    request.url?.includes('last=') === true
      ? answer(response, 200, {}, json(['b']))
      : answer(response, 200, { etag: '"page"', link: '</x?last=a>; rel="next"' }, json(['a'])),
  );

  expect(await clientOf(url).tagsOf(image)).toMatchObject({ tags: ['a', 'b'], etag: undefined });
});

test.each([404])('an image that the registry does not know (%i) is none yet', async (status) => {
  const { url } = await serve((_request, response) => answer(response, status, {}, '{"errors":[]}'));
  expect(await clientOf(url).tagsOf(image)).toBeUndefined();
});

test('an image whose last tag is gone has none', async () => {
  const { url } = await serve((_request, response) => answer(response, 200, {}, json(null)));
  expect(await clientOf(url).tagsOf(image)).toMatchObject({ tags: [], isComplete: true });
});

test('a registry that will not be told how long a page shall be says so itself', async () => {
  const { url, seen } = await serve((request, response) =>
    request.url?.includes('n=') === true ? answer(response, 400) : answer(response, 200, {}, json(['v1'])),
  );

  expect(await clientOf(url).tagsOf(image)).toMatchObject({ tags: ['v1'] });
  expect(seen).toHaveLength(2);
});

test.each([
  ['a page', 200, '<!doctype html>', 'registry-protocol'],
  ['a list of something else', 200, '{"tags":[1]}', 'registry-protocol'],
  ['more than 4 MiB', 200, Buffer.alloc(4 * 1024 * 1024 + 1, ' '), 'registry-protocol'],
  ['403', 403, '', 'registry-denied'],
  ['500', 500, '', 'registry-unreachable'],
])('%s is no list', async (_name, status, body, code) => {
  const { url } = await serve((_request, response) => answer(response, status, {}, body));
  await expect(clientOf(url).tagsOf(image)).rejects.toMatchObject({ code });
});

test('a registry that asks to slow down says for how long', async () => {
  const { url } = await serve((_request, response) => answer(response, 429, { 'retry-after': '90' }));
  await expect(clientOf(url).tagsOf(image)).rejects.toMatchObject({
    code: 'registry-unreachable',
    retryAfterSeconds: 90,
  });
});

test('what is no tag is left out of the list', async () => {
  const { url } = await serve((_request, response) => answer(response, 200, {}, json(['v1', '../x', ''])));
  expect(await clientOf(url).tagsOf(image)).toMatchObject({ tags: ['v1'] });
});

test.each([
  [null, undefined],
  ['</v2/a/tags/list?n=1&last=x>; rel="next"', '?n=1&last=x'],
  ['</v2/a/tags/list?last=x>; rel=next', '?last=x'],
  ['</v2/a/tags/list?last=x>; rel="prev"', undefined],
  ['</a?last=w>; rel="prev", </a?next_page=gAAA%3D>; rel="next"', '?next_page=gAAA%3D'],
  ['</v2/a/tags/list>; rel="next"', undefined],
])('of the link %s the query is %s', (link, query) => {
  expect(nextQuery(link)).toBe(query);
});
