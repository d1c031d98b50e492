import { expect, test, vi } from 'vitest';
import type { Clock } from '../../lib/clock.ts';
import type { Config } from '../../lib/config/types.ts';
import { createRegistryClient } from '../../lib/registry/client.ts';
import { answer, serve } from '../http/serve.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const found = { 'docker-content-digest': digest };
const host = 'registry.example.com';
const image = `${host}/team/app`;
const basic = `Basic ${Buffer.from('bot:hunter2').toString('base64')}`;
const withPassword: Config['registries'] = { [host]: { username: 'bot', password: 'kms:sealed' } };

/** A token service, and a registry that takes its tokens only. */
const registryWithTokens = async (options: { body?: unknown; status?: number; challenge?: string } = {}) => {
  const service = await serve((_request, response) =>
    answer(
      response,
      options.status ?? 200,
      { 'content-type': 'application/json' },
      JSON.stringify(options.body ?? { token: `t-${service.seen.length}`, expires_in: 300 }),
    ),
  );
  const challenge =
    options.challenge ??
    `Bearer realm="${service.url}/token?account=x",service="registry, example",scope="repository:team/app:pull"`;
  const registry = await serve((request, response) =>
    /^Bearer t-\d+$/.test(request.headers.authorization ?? '')
      ? answer(response, 200, found)
      : answer(response, 401, { 'www-authenticate': challenge }),
  );
  return { service, registry };
};

const clientOf = (endpoint: string, registries: Config['registries'] = {}, clock?: Clock) => {
  const unseal = vi.fn(async (_reference: string, _slot: string) => 'hunter2');
  const client = createRegistryClient({ registries, unseal, defaultEndpoint: endpoint, clock });
  return { client, unseal };
};

test('without credentials, the token is asked for anonymously', async () => {
  const { service, registry } = await registryWithTokens();
  const { client, unseal } = clientOf(registry.url);

  expect(await client.digestOf(image, 'v1')).toBe(digest);
  expect(service.seen.map(({ url, authorization }) => ({ url, authorization }))).toEqual([
    {
      url: '/token?account=x&service=registry%2C+example&scope=repository%3Ateam%2Fapp%3Apull',
      authorization: undefined,
    },
  ]);
  expect(registry.seen.map(({ authorization }) => authorization)).toEqual([undefined, 'Bearer t-1']);
  expect(unseal).not.toHaveBeenCalled();
});

test('with credentials, they go to the token service and not to the registry', async () => {
  const { service, registry } = await registryWithTokens();
  const { client, unseal } = clientOf(registry.url, withPassword);

  expect(await client.digestOf(image, 'v1')).toBe(digest);
  expect(service.seen.map(({ authorization }) => authorization)).toEqual([basic]);
  expect(registry.seen.map(({ authorization }) => authorization)).toEqual([undefined, 'Bearer t-1']);
  expect(unseal.mock.calls).toEqual([['kms:sealed', `registries/${host}/password`]]);
});

test('a challenge without scope: the pull of this image is asked for', async () => {
  const { service, registry } = await registryWithTokens();
  const plain = await serve((request, response) =>
    request.headers.authorization === 'Bearer t-1'
      ? answer(response, 200, found)
      : answer(response, 401, { 'www-authenticate': `Bearer realm="${service.url}/token"` }),
  );
  await clientOf(plain.url).client.digestOf(image, 'v1');
  expect(service.seen[0]?.url).toBe('/token?scope=repository%3Ateam%2Fapp%3Apull');
  expect(registry.seen).toEqual([]);
});

test('access_token is as good as token', async () => {
  const { registry } = await registryWithTokens({ body: { access_token: 't-7' } });
  expect(await clientOf(registry.url).client.digestOf(image, 'v1')).toBe(digest);
});

test('a token serves until shortly before it expires, for its own image only', async () => {
  let now = 1_000_000;
  const clock: Clock = { now: () => now, sleep: async () => {} };
  const { service, registry } = await registryWithTokens();
  const { client } = clientOf(registry.url, {}, clock);
  const tokensAsked = async (name: string) => {
    await client.digestOf(name, 'v1');
    return service.seen.length;
  };

  expect(await tokensAsked(image)).toBe(1);
  now += 289_999;
  expect(await tokensAsked(image)).toBe(1);
  expect(await tokensAsked(`${host}/team/other`)).toBe(2);
  now += 1;
  expect(await tokensAsked(image)).toBe(3);
});

test('a token that is refused before its time is replaced', async () => {
  const service = await serve((_request, response) =>
    answer(response, 200, {}, JSON.stringify({ token: `t-${service.seen.length}`, expires_in: 3600 })),
  );
  let valid = 'Bearer t-1';
  const registry = await serve((request, response) =>
    request.headers.authorization === valid
      ? answer(response, 200, found)
      : answer(response, 401, { 'www-authenticate': `Bearer realm="${service.url}/"` }),
  );
  const { client } = clientOf(registry.url);

  await client.digestOf(image, 'v1');
  valid = 'Bearer t-2';

  expect(await client.digestOf(image, 'v1')).toBe(digest);
  expect(registry.seen.map(({ authorization }) => authorization)).toEqual([
    undefined,
    'Bearer t-1',
    'Bearer t-1',
    'Bearer t-2',
  ]);
});

test('a token that may no longer pull is not used again', async () => {
  const { service } = await registryWithTokens();
  let forbidden = false;
  const registry = await serve((request, response) => {
    const { authorization } = request.headers;
    if (authorization === undefined)
      answer(response, 401, { 'www-authenticate': `Bearer realm="${service.url}/"` });
    else if (forbidden) answer(response, 403);
    else answer(response, 200, found);
  });
  const { client } = clientOf(registry.url);

  await client.digestOf(image, 'v1');
  forbidden = true;
  await expect(client.digestOf(image, 'v1')).rejects.toMatchObject({ code: 'registry-denied' });
  forbidden = false;

  expect(await client.digestOf(image, 'v1')).toBe(digest);
  expect(service.seen).toHaveLength(2);
});

test('a Basic challenge is answered with the credentials, and the next request brings them along', async () => {
  const registry = await serve((request, response) =>
    request.headers.authorization === basic
      ? answer(response, 200, found)
      : answer(response, 401, { 'www-authenticate': 'Basic realm="Registry, private"' }),
  );
  const { client } = clientOf(registry.url, withPassword);

  expect(await client.digestOf(image, 'v1')).toBe(digest);
  expect(await client.digestOf(image, 'v2')).toBe(digest);
  expect(registry.seen.map(({ authorization }) => authorization)).toEqual([undefined, basic, basic]);
});

test('denied for good: Basic without credentials', async () => {
  const registry = await serve((_request, response) =>
    answer(response, 401, { 'www-authenticate': 'Basic realm="r"' }),
  );
  await expect(clientOf(registry.url).client.digestOf(image, 'v1')).rejects.toMatchObject({
    code: 'registry-denied',
    retry: 'terminal',
    message: `${registry.host} wants credentials for ${image}, and there are none for it`,
  });
});

test('denied for good: credentials that the token service does not accept', async () => {
  const { registry, service } = await registryWithTokens({ status: 401 });
  await expect(clientOf(registry.url, withPassword).client.digestOf(image, 'v1')).rejects.toMatchObject({
    code: 'registry-denied',
    retry: 'terminal',
    message: `${service.host} does not accept the credentials that ${image} is asked for with`,
  });
});

// containerd/containerd#11103, docker/hub-feedback#1771: so are answered whose first image CI is about to push
test.each([
  ['Basic, and still 401', withPassword, 'Basic realm="r"', 401],
  ['forbidden', withPassword, '', 403],
])('denied for now: %s', async (_name, registries, challenge, status) => {
  const registry = await serve((request, response) =>
    request.url === '/v2/'
      ? answer(response, 200)
      : answer(response, status, challenge === '' ? {} : { 'www-authenticate': challenge }),
  );
  await expect(clientOf(registry.url, registries).client.digestOf(image, 'v1')).rejects.toMatchObject({
    code: 'registry-denied',
    retry: 'retryable',
    message: `${registry.host} answers ${status} for ${image}: the credentials may not pull it, some are wanted, or there is no such repository yet`,
  });
});

test('denied for good: Basic credentials that the registry takes for nothing', async () => {
  const registry = await serve((_request, response) =>
    answer(response, 401, { 'www-authenticate': 'Basic realm="r"' }),
  );
  await expect(clientOf(registry.url, withPassword).client.digestOf(image, 'v1')).rejects.toMatchObject({
    code: 'registry-denied',
    retry: 'terminal',
    message: `${registry.host} does not accept the credentials that ${image} is asked for with`,
  });
  expect(registry.seen.map(({ method, url, authorization }) => [method, url, authorization])).toEqual([
    ['HEAD', '/v2/team/app/manifests/v1', undefined],
    ['HEAD', '/v2/team/app/manifests/v1', basic],
    ['GET', '/v2/', basic],
  ]);
});

test('denied for now: a token, and still 401, as Docker Hub answers for what does not exist', async () => {
  const { service } = await registryWithTokens();
  const registry = await serve((_request, response) =>
    answer(response, 401, { 'www-authenticate': `Bearer realm="${service.url}/"` }),
  );
  await expect(clientOf(registry.url).client.digestOf(image, 'v1')).rejects.toMatchObject({
    code: 'registry-denied',
    retry: 'retryable',
  });
  expect(registry.seen).toHaveLength(2);
});

// bazel-contrib/rules_oci#801, #856
test.each([
  ['an empty access_token beside the token', { token: 't-1', access_token: '' }],
  ['null beside the token', { token: 't-1', access_token: null, expires_in: null }],
  ['an empty token beside the access_token', { token: '', access_token: 't-1' }],
  ['both', { token: 't-1', access_token: 't-1', expires_in: '300' }],
])('a token service that answers with %s', async (_name, body) => {
  const { registry } = await registryWithTokens({ body });
  expect(await clientOf(registry.url).client.digestOf(image, 'v1')).toBe(digest);
});

test.each([
  ['no token but an empty one', { body: { token: '', access_token: null } }, 'registry-protocol'],
  ['401', { status: 401 }, 'registry-denied'],
  ['403', { status: 403 }, 'registry-denied'],
  ['503', { status: 503 }, 'registry-unreachable'],
  ['404', { status: 404 }, 'registry-protocol'],
  ['no token', { body: {} }, 'registry-protocol'],
  ['a token with a line break', { body: { token: 'a\r\nX-Evil: 1' } }, 'registry-protocol'],
  ['a token that is none', { body: { token: 7 } }, 'registry-protocol'],
  ['too much', { body: { token: 't'.repeat(300_000) } }, 'registry-protocol'],
])('a token service that answers %s', async (_name, options, code) => {
  const { registry } = await registryWithTokens(options);
  await expect(clientOf(registry.url).client.digestOf(image, 'v1')).rejects.toMatchObject({ code });
});

test('what a token service or registry says never brings the password into a message', async () => {
  const { registry } = await registryWithTokens({ status: 401, body: { details: 'hunter2' } });
  const error = await clientOf(registry.url, withPassword).client.digestOf(image, 'v1').catch(String);
  expect(error).toContain('does not accept the credentials');
  expect(error).not.toContain('hunter2');
});

test('credentials do not follow a redirect to another host', async () => {
  const other = await serve((_request, response) => answer(response, 200, found));
  const registry = await serve((request, response) =>
    request.headers.authorization === basic
      ? answer(response, 307, { location: `${other.url}/manifest` })
      : answer(response, 401, { 'www-authenticate': 'Basic realm="r"' }),
  );

  expect(await clientOf(registry.url, withPassword).client.digestOf(image, 'v1')).toBe(digest);
  expect(other.seen.map(({ authorization }) => authorization)).toEqual([undefined]);
});

test('a registry under https cannot have the credentials sent over http', async () => {
  const service = await serve((_request, response) => answer(response, 200, {}, '{"token":"t-1"}'));
  const unseal = vi.fn(async () => 'hunter2');
  const client = createRegistryClient({
    registries: withPassword,
    unseal,
    fetch: async () =>
      new Response(null, { status: 401, headers: { 'www-authenticate': `Bearer realm="${service.url}/"` } }),
  });

  await expect(client.digestOf(image, 'v1')).rejects.toMatchObject({ code: 'registry-protocol' });
  expect(service.seen).toEqual([]);
  expect(unseal).not.toHaveBeenCalled();
});

// GHCR and Docker Hub tell nobody whether a repository is there: docker/hub-feedback#1771
test.each([401, 403])(
  'denied for now: the token service answers %i to nobody in particular',
  async (status) => {
    const { registry, service } = await registryWithTokens({
      status,
      body: { errors: [{ code: 'DENIED' }] },
    });
    await expect(clientOf(registry.url).client.digestOf(image, 'v1')).rejects.toMatchObject({
      code: 'registry-denied',
      retry: 'retryable',
    });
    expect(service.seen).toHaveLength(1);
  },
);

test.each([
  ['in seconds', '17', 17],
  ['as a date', 'Thu, 01 Jan 1970 00:20:30 GMT', 230],
])('a token service that is asked too often says when to ask again, %s', async (_name, header, seconds) => {
  const service = await serve((_request, response) => answer(response, 429, { 'retry-after': header }));
  const registry = await serve((_request, response) =>
    answer(response, 401, { 'www-authenticate': `Bearer realm="${service.url}/"` }),
  );
  const clock: Clock = { now: () => 1_000_000, sleep: async () => {} };
  await expect(clientOf(registry.url, {}, clock).client.digestOf(image, 'v1')).rejects.toMatchObject({
    code: 'registry-unreachable',
    retry: 'retryable',
    message: `${service.host} answers 429`,
    retryAfterSeconds: seconds,
  });
});

test('of several challenges the first is taken that can be', async () => {
  const { registry: tokens, service } = await registryWithTokens();
  const registry = await serve((request, response) =>
    /^Bearer /.test(request.headers.authorization ?? '')
      ? answer(response, 200, found)
      : answer(response, 401, {
          'www-authenticate': `Negotiate, Bearer realm="http://169.254.169.254/", Bearer realm="${service.url}/", Basic realm="r"`,
        }),
  );

  expect(await clientOf(registry.url, withPassword).client.digestOf(image, 'v1')).toBe(digest);
  expect(service.seen.map(({ authorization }) => authorization)).toEqual([basic]);
  expect(tokens.seen).toEqual([]);
});

test('Basic is taken where the token service beside it is a stranger', async () => {
  const registry = await serve((request, response) =>
    request.headers.authorization === basic
      ? answer(response, 200, found)
      : answer(response, 401, {
          'www-authenticate': 'Bearer realm="http://auth.example.net/token", Basic realm="r"',
        }),
  );
  expect(await clientOf(registry.url, withPassword).client.digestOf(image, 'v1')).toBe(digest);
});

test.each([
  ['of the metadata of the machine', 'http://169.254.169.254/latest/meta-data/'],
  ['on a private address', 'http://10.0.0.1/token'],
  ['on the machine itself, by name', 'http://localhost:9/token'],
  ['of a stranger', 'http://evil.example.net/token'],
])('nothing is sent to a token service %s', async (_name, realm) => {
  const asked: string[] = [];
  const unseal = vi.fn(async () => 'hunter2');
  const client = createRegistryClient({
    registries: {
      ...withPassword,
      [host]: { ...withPassword[host], endpoint: 'http://registry.example.com' },
    },
    unseal,
    fetch: async (url) => {
      asked.push(String(url));
      return new Response(null, { status: 401, headers: { 'www-authenticate': `Bearer realm="${realm}"` } });
    },
  });

  await expect(client.digestOf(image, 'v1')).rejects.toMatchObject({
    code: 'registry-protocol',
    message: expect.stringContaining(`\`registries.<${host}>.tokenService\``),
  });
  expect(asked).toEqual(['http://registry.example.com/v2/team/app/manifests/v1']);
  expect(unseal).not.toHaveBeenCalled();
});

test('a token service elsewhere is asked where tagboat.yml names it', async () => {
  const { service } = await registryWithTokens();
  const registry = await serve((request, response) =>
    request.headers.authorization === 'Bearer t-1'
      ? answer(response, 200, found)
      : answer(response, 401, { 'www-authenticate': `Bearer realm="http://auth.example.net/token"` }),
  );
  const unseal = async () => 'hunter2';
  const clientWith = (tokenService: string | undefined) =>
    createRegistryClient({
      registries: { [host]: { ...withPassword[host], tokenService } },
      unseal,
      defaultEndpoint: registry.url,
      fetch: (url, init) => fetch(String(url).replace('http://auth.example.net', service.url), init),
    });

  await expect(clientWith(undefined).digestOf(image, 'v1')).rejects.toMatchObject({
    code: 'registry-protocol',
  });
  expect(service.seen).toEqual([]);
  expect(await clientWith('auth.example.net').digestOf(image, 'v1')).toBe(digest);
  expect(service.seen.map(({ authorization }) => authorization)).toEqual([basic]);
});
