import { createHash } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import type { Config } from '../../lib/config/types.ts';
import { createRegistryClient } from '../../lib/registry/client.ts';
import { answer, serve } from '../http/serve.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const found = { 'docker-content-digest': digest };
const image = 'registry.example.com/team/app';
const noSecrets = async (): Promise<string> => {
  throw new Error('nothing is sealed here');
};
const clientOf = (endpoint: string, registries: Config['registries'] = {}) =>
  createRegistryClient({
    registries,
    unseal: async (reference) => `unsealed ${reference}`,
    defaultEndpoint: endpoint,
  });

test('asks for the manifest in each of its four forms, and answers its digest', async () => {
  const { url, seen } = await serve((_request, response) => answer(response, 200, found));

  expect(await clientOf(url).digestOf(image, 'v1.2.3')).toBe(digest);
  expect(seen).toMatchObject([
    {
      method: 'HEAD',
      url: '/v2/team/app/manifests/v1.2.3',
      authorization: undefined,
      accept:
        'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, ' +
        'application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json',
    },
  ]);
});

test('an image that is not there', async () => {
  const { url } = await serve((_request, response) => answer(response, 404));
  expect(await clientOf(url).digestOf(image, 'v9')).toBeUndefined();
});

test('a registry that keeps the digest to itself: the manifest is hashed', async () => {
  const manifest = '{"schemaVersion":2, "layers":[]}';
  const { url, seen } = await serve((request, response) =>
    answer(response, 200, {}, request.method === 'GET' ? manifest : ''),
  );

  expect(await clientOf(url).digestOf(image, 'v1')).toBe(
    `sha256:${createHash('sha256').update(manifest).digest('hex')}`,
  );
  expect(seen.map(({ method }) => method)).toEqual(['HEAD', 'GET']);
});

// carvel-dev/imgpkg#131, containerd/containerd#6684
test.each([400, 403, 404, 405, 501])(
  'a registry that answers %i to HEAD is asked with GET',
  async (status) => {
    const { url, seen } = await serve((request, response) =>
      request.method === 'HEAD' ? answer(response, status) : answer(response, 200, found, '{}'),
    );

    expect(await clientOf(url).digestOf(image, 'v1')).toBe(digest);
    expect(seen.map(({ method }) => method)).toEqual(['HEAD', 'GET']);
  },
);

test('a registry that is right with HEAD is not asked twice for an image that is not there', async () => {
  const { url, seen } = await serve((_request, response) => answer(response, 404));
  const client = clientOf(url);

  await client.digestOf(image, 'v1');
  expect(seen.map(({ method }) => method)).toEqual(['HEAD', 'GET']);
  await client.digestOf(image, 'v1');
  expect(seen.map(({ method }) => method)).toEqual(['HEAD', 'GET', 'HEAD']);
});

test.each([
  ['a page', '<!doctype html>'],
  ['other JSON', '{"schemaVersion":1}'],
  ['null', 'null'],
  ['more than 4 MiB', Buffer.alloc(4 * 1024 * 1024 + 1, ' ')],
])('what is no manifest is not hashed: %s', async (_name, body) => {
  const { url } = await serve((request, response) =>
    answer(response, 200, {}, request.method === 'GET' ? body : ''),
  );
  await expect(clientOf(url).digestOf(image, 'v1')).rejects.toMatchObject({
    code: 'registry-protocol',
    retry: 'terminal',
  });
});

test.each([
  ['a digest that is none', 200, { 'docker-content-digest': 'latest' }],
  ['a status that makes no sense', 204, {}],
  ['a bad request', 400, {}],
  ['401 without a challenge', 401, {}],
  ['401 with a challenge of another kind', 401, { 'www-authenticate': 'Negotiate' }],
  ['a realm that is none', 401, { 'www-authenticate': 'Bearer realm="auth"' }],
  ['a realm with credentials', 401, { 'www-authenticate': 'Bearer realm="https://a:b@127.0.0.1:1/"' }],
  ['a redirect to nowhere', 307, { location: 'http://' }],
  ['a redirect to a file', 307, { location: 'file:///etc/passwd' }],
])('refused as no registry: %s', async (_name, status, headers) => {
  const { url } = await serve((_request, response) => answer(response, status, headers));
  await expect(clientOf(url).digestOf(image, 'v1')).rejects.toMatchObject({ code: 'registry-protocol' });
});

test.each([
  ['slow down, in seconds', 429, { 'retry-after': '17' }, 17],
  ['broken', 500, {}, undefined],
  ['down for maintenance', 503, { 'retry-after': 'soon' }, undefined],
  ['took too long', 408, {}, undefined],
])('worth another attempt: %s', async (_name, status, headers, retryAfterSeconds) => {
  const { url, host } = await serve((_request, response) => answer(response, status, headers));
  await expect(clientOf(url).digestOf(image, 'v1')).rejects.toMatchObject({
    code: 'registry-unreachable',
    retry: 'retryable',
    message: `${host} answers ${status}`,
    retryAfterSeconds,
  });
});

test('a registry that is not there is worth another attempt', async () => {
  await expect(clientOf('http://127.0.0.1:1').digestOf(image, 'v1')).rejects.toMatchObject({
    code: 'registry-unreachable',
    retry: 'retryable',
  });
});

test('a registry that says nothing is given up after the time allowed', async () => {
  const { url } = await serve(() => {});
  await expect(clientOf(url).digestOf(image, 'v1', { timeoutMs: 30 })).rejects.toMatchObject({
    code: 'registry-unreachable',
  });
});

test('a registry that stops in the middle of a manifest is given up, too', async () => {
  const { url } = await serve((request, response) => {
    response.writeHead(200, {});
    if (request.method === 'GET') response.write('{');
    else response.end();
  });
  await expect(clientOf(url).digestOf(image, 'v1', { timeoutMs: 200 })).rejects.toMatchObject({
    code: 'registry-unreachable',
  });
});

test('the caller can call it off', async () => {
  const { url } = await serve(() => {});
  const asking = clientOf(url).digestOf(image, 'v1', { signal: AbortSignal.abort() });
  await expect(asking).rejects.toMatchObject({ code: 'registry-unreachable' });
});

test.each([
  ['a tag that climbs', image, '../../secrets'],
  ['an image that is none', 'Team/App:v1', 'v1'],
])('nothing is asked about %s', async (_name, name, tag) => {
  const { url, seen } = await serve((_request, response) => answer(response, 200, found));
  await expect(clientOf(url).digestOf(name, tag)).rejects.toMatchObject({ code: 'image-reference-invalid' });
  expect(seen).toEqual([]);
});

test.each([
  [
    'docker.io has its own',
    'docker.io/library/busybox',
    {},
    undefined,
    'https://registry-1.docker.io/v2/library/busybox/manifests/v1',
  ],
  ['others are their host', 'ghcr.io/team/app', {}, undefined, 'https://ghcr.io/v2/team/app/manifests/v1'],
  ['a port stays', '127.0.0.1:5055/app', {}, undefined, 'https://127.0.0.1:5055/v2/app/manifests/v1'],
  [
    'the local stack answers for all',
    'ghcr.io/team/app',
    {},
    'http://127.0.0.1:3000',
    'http://127.0.0.1:3000/v2/team/app/manifests/v1',
  ],
  [
    'a configured one comes first, with its path',
    'ghcr.io/team/app',
    { 'ghcr.io': { endpoint: 'https://mirror.example.com/proxy/' } },
    'http://127.0.0.1:3000',
    'https://mirror.example.com/proxy/v2/team/app/manifests/v1',
  ],
  [
    'a host named like what every object has',
    'constructor:5000/app',
    {},
    undefined,
    'https://constructor:5000/v2/app/manifests/v1',
  ],
])('the endpoint: %s', async (_name, name, registries, defaultEndpoint, expected) => {
  const fetched = vi.fn<typeof fetch>(async () => new Response(null, { status: 200, headers: found }));
  const client = createRegistryClient({ registries, unseal: noSecrets, defaultEndpoint, fetch: fetched });

  await client.digestOf(name, 'v1');

  expect(fetched.mock.calls.map(([url]) => String(url))).toEqual([expected]);
});

test.each([
  'http://169.254.169.254/latest/meta-data/',
  'http://10.1.2.3/',
  'http://[::1]/',
  'http://localhost/',
  'http://[::ffff:127.0.0.1]/',
])('no redirect leads from outside to the inside: %s', async (location) => {
  const fetched = vi.fn<typeof fetch>(async () => new Response(null, { status: 307, headers: { location } }));
  const registries = { 'registry.example.com': { endpoint: 'http://registry.example.com' } };
  const client = createRegistryClient({ registries, unseal: noSecrets, fetch: fetched });
  await expect(client.digestOf(image, 'v1')).rejects.toMatchObject({ code: 'registry-protocol' });
  expect(fetched).toHaveBeenCalledTimes(1);
});

test('an image that is there as schema 1 only, whose digest is not that of its text', async () => {
  const { url } = await serve((request, response) =>
    answer(
      response,
      200,
      { 'content-type': 'application/vnd.docker.distribution.manifest.v1+prettyjws' },
      request.method === 'GET' ? '{"schemaVersion":1,"signatures":[]}' : '',
    ),
  );
  await expect(clientOf(url).digestOf(image, 'v1')).rejects.toMatchObject({
    code: 'registry-protocol',
    message: expect.stringContaining('schema 1'),
  });
});

test('an index is its own digest, and not that of a platform', async () => {
  const index = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [{ digest, size: 1, platform: { os: 'linux', architecture: 'arm64' } }],
  });
  const { url } = await serve((request, response) =>
    answer(response, 200, {}, request.method === 'GET' ? index : ''),
  );
  expect(await clientOf(url).digestOf(image, 'v1')).toBe(
    `sha256:${createHash('sha256').update(index).digest('hex')}`,
  );
});

test('a redirect is followed', async () => {
  const { url, seen } = await serve((request, response) =>
    request.url?.startsWith('/v2/')
      ? answer(response, 307, { location: '/elsewhere' })
      : answer(response, 200, found),
  );
  expect(await clientOf(url).digestOf(image, 'v1')).toBe(digest);
  expect(seen.map((request) => request.url)).toEqual(['/v2/team/app/manifests/v1', '/elsewhere']);
});

test('redirects that never end are ended', async () => {
  const { url, seen } = await serve((_request, response) => answer(response, 302, { location: '/again' }));
  await expect(clientOf(url).digestOf(image, 'v1')).rejects.toMatchObject({ code: 'registry-protocol' });
  expect(seen).toHaveLength(6);
});

test('no redirect leads from https to http', async () => {
  const fetched = vi.fn<typeof fetch>(
    async () => new Response(null, { status: 307, headers: { location: 'http://169.254.169.254/' } }),
  );
  const client = createRegistryClient({ registries: {}, unseal: noSecrets, fetch: fetched });
  await expect(client.digestOf(image, 'v1')).rejects.toMatchObject({ code: 'registry-protocol' });
  expect(fetched).toHaveBeenCalledTimes(1);
});

test('the parts of an image are asked for by its digest', async () => {
  const parts = { manifests: [{ digest: `sha256:${'b'.repeat(64)}` }] };
  const { url, seen } = await serve((_request, response) => answer(response, 200, {}, JSON.stringify(parts)));

  expect(await clientOf(url).partsOf(image, digest)).toEqual([digest, `sha256:${'b'.repeat(64)}`]);
  expect(seen).toMatchObject([{ method: 'GET', url: `/v2/team/app/manifests/${digest}` }]);
});

test('an image that the registry does not have any more has no parts', async () => {
  const { url } = await serve((_request, response) => answer(response, 404));

  expect(await clientOf(url).partsOf(image, digest)).toBeUndefined();
});

test('the parts of an image are not asked for by its tag, nor told to everybody', async () => {
  const { url } = await serve((_request, response) => answer(response, 403));

  await expect(clientOf(url).partsOf(image, 'v1')).rejects.toThrow(/is no digest/);
  await expect(clientOf(url).partsOf(image, digest)).rejects.toMatchObject({ code: 'registry-denied' });
});
