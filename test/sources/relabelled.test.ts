import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import type { Parsed } from '../../lib/event.ts';
import type { RawRequest } from '../../lib/http.ts';
import { sources } from '../../lib/sources/catalog.ts';
import { github } from '../../lib/sources/github.ts';
import { arrived, githubSignature, senders } from '../contract/senders.ts';

// What is signed is the body; the headers beside it are anybody's who has once seen a delivery.

type Example = { readonly name: string; readonly examples: readonly Record<string, unknown>[] };
const require = createRequire(import.meta.url);
const servers = ['api.github.com', 'ghes-31', 'ghes-32', 'ghes-33', 'ghes-34', 'ghes-35'];
const payloads = servers.flatMap((server) =>
  (require(`@octokit/webhooks-examples/${server}/index.json`) as readonly Example[]).flatMap(
    ({ name, examples }) => examples.map((payload) => ({ server, name, payload })),
  ),
);

const secret = "It's a Secret to Everybody";
const contentTypes = ['application/json', 'application/x-www-form-urlencoded'];
const bodies = (payload: unknown): readonly string[] => {
  const text = JSON.stringify(payload);
  return [text, new URLSearchParams({ payload: text }).toString()];
};

/** What a genuine body comes to under an event and a content type that it was not sent with. */
const outcomeOf = async (body: string, event: string, contentType: string): Promise<Parsed | string> => {
  const request = arrived(body, {
    'content-type': contentType,
    'x-github-event': event,
    'x-github-delivery': 'd-1',
    'x-hub-signature-256': githubSignature(body, secret),
  });
  await github.verify(request, { secret }, undefined);
  try {
    return github.parse(request, {});
  } catch (error) {
    return String(Object(error).code);
  }
};

test.each(['push', 'create', 'release', 'ping'])(
  'no real payload of another event is taken for a %s',
  async (event) => {
    const others = payloads.filter(({ name }) => name !== event);
    const outcomes = await Promise.all(
      others.flatMap(({ payload }) =>
        bodies(payload).flatMap((body) => contentTypes.map((type) => outcomeOf(body, event, type))),
      ),
    );

    expect(outcomes.length).toBeGreaterThan(2000);
    expect(new Set(outcomes)).toEqual(new Set(['payload-invalid']));
  },
);

test.each(['create', 'release', 'push'])('every real %s is still taken for one', async (event) => {
  const own = payloads.filter(({ name }) => name === event);
  const outcomes = await Promise.all(
    own.flatMap(({ payload }) =>
      bodies(payload).flatMap((body) => contentTypes.map((type) => outcomeOf(body, event, type))),
    ),
  );

  expect(outcomes.length).toBeGreaterThan(20);
  expect(outcomes.filter((outcome) => typeof outcome === 'string')).toEqual([]);
});

test.each(
  [...new Set(payloads.map(({ name }) => name))].filter((name) => !/^(?:push|create|release)$/.test(name)),
)('a real %s is never a release, whatever its header says', async (name) => {
  const events = [...new Set(payloads.map((example) => example.name)), 'push,create', 'Push', ''];
  for (const { payload } of payloads.filter((example) => example.name === name))
    for (const event of events) {
      const outcome = await outcomeOf(JSON.stringify(payload), event, 'application/json');
      expect(typeof outcome === 'string' ? [] : outcome.events).toEqual([]);
    }
});

test.each([
  ['an action', { action: 'requested' }],
  ['a kind of ref', { ref_type: 'tag', ref: 'v1.0.0' }],
])('a push with %s is none', async (_name, change) => {
  const [push] = payloads.filter(
    ({ name, payload }) => name === 'push' && String(payload.ref).startsWith('refs/tags/'),
  );
  const outcome = await outcomeOf(
    JSON.stringify({ ...push?.payload, ...change }),
    'push',
    'application/json',
  );
  expect(typeof outcome === 'string' ? [] : outcome.events).toEqual([]);
});

const pairs = senders.flatMap((from) =>
  senders.filter((to) => to !== from).map((to) => ({ from, to, name: `${from.name} to ${to.name}` })),
);

test.each(pairs)('what is genuine for one source is nothing to another: $name', async ({ from, to }) => {
  const body = Buffer.from(JSON.stringify(from.payload));
  const request: RawRequest = arrived(body, from.headers(body));
  const source = sources[to.name];
  if (source === undefined) throw new Error(to.name);
  // Also where two sources were given the same secret
  const both = {
    secret: from.secrets.secret ?? from.secrets.key,
    key: from.secrets.key ?? from.secrets.secret,
  };

  for (const secrets of [to.secrets, both])
    await expect(
      (async () => {
        await source.verify(request, secrets, from.pathKey);
        return source.parse(request, {});
      })(),
    ).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:signature-missing|signature-wrong|payload-invalid)$/),
    });
});
