import { expect, test } from 'vitest';
import type { SourceConfig } from '../../lib/config/types.ts';
import { distribution } from '../../lib/sources/distribution.ts';
import { arrived, senderNamed, verifyAs } from '../contract/senders.ts';

const { payload, sample } = senderNamed('distribution');
const real = {
  headers: { ...sample.headers, authorization: 'Bearer s3cret' },
  // biome-ignore lint/suspicious/noExplicitAny: parts of it are replaced
  body: payload as any,
};
const parse = (payload: unknown, config: SourceConfig = {}) =>
  distribution.parse(arrived(JSON.stringify(payload), real.headers), config);

const digest = 'sha256:b9ac2ff53246bb0d04311e4f88ec88a7c1d55d72cd1426197653e2d03bab587f';
const event = {
  type: 'image-pushed',
  source: 'distribution',
  delivery: '2304c8ed-0c9d-43f3-869b-5940e9a5fd66',
  image: '127.0.0.1:5055/team/app',
  tag: 'v1.2.3',
  digest,
  actor: undefined,
  pushedAt: Date.parse('2024-11-23T03:20:01.427Z'),
};
const notification = (change: Record<string, unknown> = {}, target: Record<string, unknown> = {}) => {
  const original = real.body.events[0];
  return { ...original, ...change, target: { ...original.target, ...target } };
};

test('a real notification, verified and parsed', async () => {
  const request = arrived(JSON.stringify(real.body), real.headers);
  await verifyAs(distribution, { request, secrets: { secret: 's3cret' }, pathKey: undefined });
  expect(distribution.parse(request, {})).toEqual({ events: [event], ignored: [] });
});

test.each([
  ['verbatim', 'Token abc', 'Token abc', true],
  ['verbatim, Basic', 'Basic dXNlcjpwYXNz', 'Basic dXNlcjpwYXNz', true],
  ['as a bearer token', 'abc', 'Bearer abc', true],
  ['secret with its scheme', 'Bearer abc', 'Bearer abc', true],
  ['twice the scheme', 'abc', 'Bearer Bearer abc', false],
  ['another scheme', 'abc', 'Basic abc', false],
  ['a prefix', 'abc', 'Bearer ab', false],
  ['the scheme alone', 'abc', 'Bearer ', false],
  ['the scheme alone, while the secret is empty', '', 'Bearer ', false],
])('the header against the secret: %s', async (_name, secret, authorization, accepted) => {
  const verify = () =>
    verifyAs(distribution, {
      request: arrived('{}', { authorization }),
      secrets: { secret },
      pathKey: undefined,
    });
  if (accepted) await expect(verify()).resolves.toBeUndefined();
  else await expect(verify()).rejects.toMatchObject({ code: 'signature-wrong' });
});

test('all events count, duplicates once, and what is set aside is summed up', () => {
  const parsed = parse({
    events: [
      notification({ id: 'blob-1' }, { tag: undefined, mediaType: 'application/octet-stream' }),
      notification({ id: 'blob-2' }, { tag: undefined }),
      notification({ id: 'first' }),
      notification({ id: 'again' }),
      notification({ id: 'second' }, { tag: 'v1.2.4' }),
      notification({ id: 'moved' }, { digest: `sha256:${'0'.repeat(64)}` }),
      notification({ id: 'pull', action: 'pull' }),
      notification({ id: 'odd' }, { repository: 'Team/App' }),
      'nonsense',
    ],
  });

  expect(parsed).toEqual({
    events: [
      { ...event, delivery: 'first' },
      { ...event, delivery: 'second', tag: 'v1.2.4' },
      { ...event, delivery: 'moved', digest: `sha256:${'0'.repeat(64)}` },
    ],
    ignored: [
      { reason: 'no-tag', message: '2 of the events are of blobs or manifests without a tag' },
      { reason: 'not-a-push', message: '1 of the events are pulls, mounts or deletions' },
      {
        reason: 'not-an-image',
        message: '2 of the events name no image (set `host` if the registry knows none)',
      },
    ],
  });
});

test.each([
  ['the configured host', { host: 'registry.example.com' }, {}, 'registry.example.com/team/app'],
  [
    'the host that was asked',
    {},
    { request: { host: 'registry.example.com' } },
    'registry.example.com/team/app',
  ],
  ['Docker Hub’s host, of a mirror', { host: 'docker.io' }, {}, 'docker.io/team/app'],
])('the image is under %s', (_name, config, change, image) => {
  expect(parse({ events: [notification(change)] }, config).events).toEqual([{ ...event, image }]);
});

test.each([
  ['no host at all', { request: {} }],
  ['a host that would read as a path on Docker Hub', { request: { host: 'registry' } }],
  ['a host that smuggles a path', { request: { host: 'registry.example.com/other' } }],
])('no image: %s', (_name, change) => {
  const { events, ignored } = parse({ events: [notification(change)] });
  expect(events.map((found) => found.type === 'image-pushed' && found.image)).toEqual([]);
  expect(ignored.map(({ reason }) => reason)).toEqual(['not-an-image']);
});

test('who pushed, and a digest that is none', () => {
  const { events } = parse({ events: [notification({ actor: { name: 'ci' } }, { digest: 'x' })] });
  expect(events).toEqual([{ ...event, digest: undefined, actor: 'ci' }]);
});

test('an empty notification is fine', () => {
  expect(parse({ events: [] })).toEqual({ events: [], ignored: [] });
});

test('more events than 1 MiB of real ones could be are refused', () => {
  expect(() => parse({ events: Array.from({ length: 5001 }, () => 0) })).toThrow(
    expect.objectContaining({
      code: 'payload-invalid',
      message: '`events` is missing or not of the expected type',
    }),
  );
});
