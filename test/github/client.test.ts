import { describe, expect, it } from 'vitest';
import { apiOf } from '../../lib/github/api.ts';
import { createGithubClient } from '../../lib/github/client.ts';
import { serve } from '../local/serve.ts';
import { answering, startGithubApi } from '../support/github-api.ts';
import { manualClock } from '../support/manual-clock.ts';

const owner = { owner: 'octocat', repository: 'hello-world' };
const path = '/repos/octocat/hello-world/hooks/7';

const arrange = async (perPage?: number) => {
  const clock = manualClock();
  const api = await startGithubApi({
    clock,
    token: 'ghp_token',
    ...(perPage === undefined ? {} : { perPage }),
  });
  api.addHook(path);
  const client = createGithubClient({ base: `${api.url}/`, token: async () => 'ghp_token', clock });
  return { api, clock, client };
};

it.each([
  ['github.com', 'https://api.github.com'],
  ['acme.ghe.com', 'https://api.acme.ghe.com'],
  ['github.example.com', 'https://github.example.com/api/v3'],
])('the API of %s is at %s', (host, base) => {
  expect(apiOf(host)).toBe(base);
});

describe('the client of GitHub', () => {
  it('lists the active hooks of a repository and of an organization', async () => {
    const { api, client } = await arrange();
    api.addHook('/repos/octocat/hello-world/hooks/8', { active: false });
    api.addHook('/orgs/acme/hooks/9', { url: 'https://ci.example.com' });

    expect(await client.hooks(owner)).toEqual([
      { owner, id: '7', url: 'https://tagboat.example.com/webhooks/github' },
    ]);
    expect(await client.hooks({ owner: 'acme' })).toMatchObject([{ id: '9', url: 'https://ci.example.com' }]);
  });

  it('reads page after page of deliveries until they are too old', async () => {
    const { api, clock, client } = await arrange(2);
    for (let minute = 10; minute >= 0; minute--)
      api.addAttempt(path, `event-${minute}`, 200, clock.now() - minute * 60_000);
    const [hook] = await client.hooks(owner);
    if (hook === undefined) throw new Error('no hook');

    const found = await client.deliveries(hook, clock.now() - 4 * 60_000);

    expect(found.map(({ guid }) => guid)).toEqual(['event-0', 'event-1', 'event-2', 'event-3', 'event-4']);
    expect(api.asked.filter((line) => line.endsWith('/deliveries'))).toHaveLength(3);
  });

  it('names a delivery by its whole id, which has more digits than a number of JavaScript', async () => {
    const { api, client } = await arrange();
    api.addAttempt(path, 'event', null);
    const [hook] = await client.hooks(owner);
    if (hook === undefined) throw new Error('no hook');
    const [delivery] = await client.deliveries(hook, 0);

    await client.redeliver(hook, delivery?.id ?? '');

    expect(BigInt(delivery?.id ?? 0)).toBeGreaterThan(BigInt(Number.MAX_SAFE_INTEGER));
    expect(delivery?.status).toBe(0);
    expect(api.wanted()).toEqual(['event']);
  });

  it.each([
    ['401', answering(401), { code: 'github-refused' }],
    ['403', answering(403), { code: 'github-refused' }],
    ['404', answering(404), { code: 'github-refused' }],
    ['a redirect', answering(301, { location: 'https://example.com/' }), { code: 'github-refused' }],
    ['500', answering(500), { code: 'github-unreachable', retryAfterSeconds: undefined }],
    ['429', answering(429), { code: 'github-unreachable', retryAfterSeconds: 60 }],
    ['403 with Retry-After', answering(403, { 'retry-after': '30' }), { retryAfterSeconds: 30 }],
    ['no JSON', answering(200), { code: 'github-unreachable' }],
  ])('says what %s means, and never the token', async (_name, answer, expected) => {
    const { api, client } = await arrange();
    api.trouble('/repos', answer);

    const error = await client.hooks(owner).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject(expected);
    expect(JSON.stringify(error) + String(error)).not.toContain('ghp_token');
  });

  it('waits until the limit is reset where it is used up', async () => {
    const { api, clock, client } = await arrange();
    const reset = String(clock.now() / 1000 + 1200);
    api.trouble('/', answering(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }));

    await expect(client.hooks(owner)).rejects.toMatchObject({
      code: 'github-unreachable',
      retryAfterSeconds: 1200,
    });
  });

  it('gives the token to no other host that a page may point to', async () => {
    const strangers: string[] = [];
    const stranger = await serve((request, response) => {
      strangers.push(request.url ?? '');
      response.end('[]');
    });
    const { api, client } = await arrange();
    api.trouble('/repos', (response) => {
      response.setHeader('link', `<${stranger}/x?page=2>; rel="next"`);
      response.end('[]');
      api.trouble('/repos');
    });

    await client.hooks(owner);

    expect(strangers).toEqual([]);
    expect(api.asked).toHaveLength(2);
  });

  it('asks again where the connection that it kept is closed by now', async () => {
    const { api, client } = await arrange();
    api.trouble('/repos', (response) => {
      api.trouble('/repos');
      response.destroy();
    });

    expect(await client.hooks(owner)).toHaveLength(1);
  });

  it('asks once for a redelivery', async () => {
    const { api, client } = await arrange();
    api.trouble('/repos', (response) => response.destroy());

    await expect(client.redeliver({ owner, id: '7', url: '' }, '1')).rejects.toMatchObject({
      code: 'github-unreachable',
    });
    expect(api.asked).toHaveLength(1);
  });

  it('says where nobody answers', async () => {
    const client = createGithubClient({ base: 'http://127.0.0.1:1', token: async () => 't' });

    await expect(client.hooks(owner)).rejects.toMatchObject({ code: 'github-unreachable' });
  });
});
