import { createHmac } from 'node:crypto';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { github } from '../../lib/sources/github.ts';
import { arrived, githubSignature, verifyAs } from '../contract/senders.ts';

type Example = { readonly name: string; readonly examples: readonly Record<string, unknown>[] };
const require = createRequire(import.meta.url);
const examplesOf = (server: string): readonly Example[] =>
  require(`@octokit/webhooks-examples/${server}/index.json`);
const examples = examplesOf('api.github.com');
const payloadsOf = (name: string) => examples.find((example) => example.name === name)?.examples ?? [];

const secret = "It's a Secret to Everybody";
const deliver = (event: string, payload: unknown, headers: Readonly<Record<string, string>> = {}) => {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return arrived(body, {
    'content-type': 'application/json',
    'x-github-event': event,
    'x-github-delivery': 'd-1',
    'x-hub-signature-256': githubSignature(body, secret),
    ...headers,
  });
};
const receive = async (...given: Parameters<typeof deliver>) => {
  const request = deliver(...given);
  await verifyAs(github, { request, secrets: { secret }, pathKey: undefined });
  return github.parse(request, {});
};

const repository = {
  full_name: 'Codertocat/Hello-World',
  html_url: 'https://github.com/Codertocat/Hello-World',
};
const revision = '6113728f27ae82c7b1a177c8d03f9e96e0adf246';
const push = {
  ref: 'refs/tags/v1.0.0',
  before: '0'.repeat(40),
  after: 'a'.repeat(40),
  created: true,
  deleted: false,
  head_commit: { id: revision },
  repository,
  sender: { login: 'Codertocat' },
};
/** What a create has besides ref and kind. */
const created = { master_branch: 'main', description: null, pusher_type: 'user' };
const event = {
  type: 'tag-pushed',
  source: 'github',
  delivery: 'd-1',
  repository: 'github.com/codertocat/hello-world',
  tag: 'v1.0.0',
  revision,
  actor: 'Codertocat',
};

test.each([
  ['a new tag', { created: true, before: '0'.repeat(40), after: revision }, undefined],
  ['a tag that moved', { created: false, before: 'b'.repeat(40), after: revision }, 'b'.repeat(40)],
  // `before` may be another tag object, on the same commit.
  ['an annotated tag that may have moved', { created: false, before: 'b'.repeat(40) }, undefined],
])('%s: what it pointed at before', async (_, fields, previous) => {
  const { events } = await receive('push', { ...push, ...fields });

  expect(events).toMatchObject([{ revision, previous }]);
});

test('the signature of GitHub’s own documentation is accepted', async () => {
  // https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries#testing-the-webhook-payload-validation
  const request = arrived('Hello, World!', {
    'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
  });
  await expect(
    verifyAs(github, { request, secrets: { secret }, pathKey: undefined }),
  ).resolves.toBeUndefined();
});

test.each([
  ['api.github.com', 250, ['create', 'push', 'release']],
  ['ghes-31', 40, ['create', 'release']],
  ['ghes-32', 40, ['create', 'release']],
  ['ghes-33', 40, ['create', 'push', 'release']],
  ['ghes-34', 100, ['create', 'push', 'release']],
  ['ghes-35', 100, ['create', 'push', 'release']],
])(
  'every real payload of %s is verified and parsed, without a refusal',
  async (server, atLeast, expected) => {
    const results = await Promise.all(
      examplesOf(server).flatMap(({ name, examples: payloads }) =>
        payloads.map(async (payload) => ({ name, ...(await receive(name, payload)) })),
      ),
    );

    expect(results.length).toBeGreaterThan(atLeast);
    const eventful = results.filter(({ events }) => events.length > 0).map(({ name }) => name);
    expect([...new Set(eventful)].sort()).toEqual(expected);
    expect(results.every(({ events, ignored }) => events.length + ignored.length === 1)).toBe(true);
  },
);

test('real pushes: one tag was created, four were deleted, two are branches', async () => {
  const results = await Promise.all(payloadsOf('push').map((payload) => receive('push', payload)));

  expect(results.flatMap(({ events }) => events)).toEqual([{ ...event, tag: 'simple-tag' }]);
  expect(results.flatMap(({ ignored }) => ignored.map(({ reason }) => reason)).sort()).toEqual([
    'not-a-tag',
    'not-a-tag',
    'tag-deleted',
    'tag-deleted',
    'tag-deleted',
    'tag-deleted',
  ]);
});

test('real create events: all are of tags, and name no commit', async () => {
  const results = await Promise.all(payloadsOf('create').map((payload) => receive('create', payload)));
  expect(results).toHaveLength(5);
  for (const { events } of results)
    expect(events).toEqual([{ ...event, tag: 'simple-tag', revision: undefined }]);
});

test('real release events: only the published ones count', async () => {
  const results = await Promise.all(
    payloadsOf('release').map(async (payload) => ({
      action: payload.action,
      ...(await receive('release', payload)),
    })),
  );
  const counted = results.filter(({ events }) => events.length > 0);

  expect(counted.map(({ action }) => action)).toEqual(['published', 'published', 'published']);
  expect(counted[0]?.events).toEqual([{ ...event, tag: '0.0.1', revision: undefined }]);
});

test('real pings, with and without a repository', async () => {
  for (const payload of payloadsOf('ping'))
    expect(await receive('ping', payload)).toEqual({
      events: [],
      ignored: [{ reason: 'ping', message: 'pong' }],
    });
});

test.each([
  ['a tag that moved', { created: false, forced: true }, event],
  ['an annotated tag: the commit, not the tag object', { after: 'b'.repeat(40) }, event],
  ['a tag of something that is no commit', { head_commit: null }, { ...event, revision: undefined }],
  ['a tag with slashes', { ref: 'refs/tags/app/v2' }, { ...event, tag: 'app/v2' }],
  ['a SHA-256 repository', { head_commit: { id: 'c'.repeat(64) } }, { ...event, revision: 'c'.repeat(64) }],
  [
    'GitHub Enterprise, on its own host and port',
    { repository: { full_name: 'Team/App', html_url: 'https://Git.Example.com:8443/Team/App' } },
    { ...event, repository: 'git.example.com:8443/team/app' },
  ],
  ['a push without a sender', { sender: undefined }, { ...event, actor: undefined }],
])('push: %s', async (_name, change, expected) => {
  expect(await receive('push', { ...push, ...change })).toEqual({ events: [expected], ignored: [] });
});

test.each([
  ['a branch', 'push', { ...push, ref: 'refs/heads/main' }, 'not-a-tag', 'refs/heads/main is not a tag'],
  [
    'a branch named like a tag',
    'push',
    { ...push, ref: 'refs/heads/refs/tags/v1' },
    'not-a-tag',
    'refs/heads/refs/tags/v1 is not a tag',
  ],
  [
    'a deleted tag',
    'push',
    { ...push, deleted: true, head_commit: null },
    'tag-deleted',
    'the tag v1.0.0 was deleted',
  ],
  [
    'a tag that points at nothing any more',
    'push',
    { ...push, after: '0'.repeat(40), head_commit: null },
    'tag-deleted',
    'the tag v1.0.0 was deleted',
  ],
  [
    'a new branch',
    'create',
    { repository, ref: 'main', ref_type: 'branch', ...created },
    'not-a-tag',
    'a branch was created, not a tag',
  ],
  [
    'a release that is only drafted',
    'release',
    { repository, action: 'created', release: { tag_name: 'v1.0.0', node_id: 'RE_kwDO' } },
    'event-not-used',
    'release created is not used',
  ],
  [
    'an event that is not used',
    'star',
    { action: 'created' },
    'event-not-used',
    'the event star is not used',
  ],
  [
    'an event named like what every object has',
    'constructor',
    {},
    'event-not-used',
    'the event constructor is not used',
  ],
])('is no event: %s', async (_name, name, payload, reason, message) => {
  expect(await receive(name, payload)).toEqual({ events: [], ignored: [{ reason, message }] });
});

test('a form-encoded payload, signed over the form', async () => {
  const body = new URLSearchParams({ payload: JSON.stringify({ ...push, note: 'a+b & ü' }) }).toString();
  expect(await receive('push', body, { 'content-type': 'application/x-www-form-urlencoded' })).toEqual({
    events: [event],
    ignored: [],
  });
});

test.each([
  ['a form without payload', 'a=b'],
  ['a form with two payloads', 'payload={}&payload={}'],
  ['a form with a second field', `payload=${encodeURIComponent(JSON.stringify(push))}&a=b`],
])('%s is not JSON', (_name, body) => {
  const request = deliver('push', body, {
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
  });
  expect(() => github.parse(request, {})).toThrow(expect.objectContaining({ code: 'payload-not-json' }));
});

test('a payload in the words of a person is not one, whatever content type the signed body is given', async () => {
  const words = `Mend it &payload=${encodeURIComponent(JSON.stringify(push))}&`;
  const branch = { ...push, ref: 'refs/heads/main', commits: [{ message: words }] };

  expect(await receive('push', branch, { 'content-type': 'application/x-www-form-urlencoded' })).toEqual({
    events: [],
    ignored: [{ reason: 'not-a-tag', message: 'refs/heads/main is not a tag' }],
  });
});

test.each([
  ['none', {}],
  ['one that is no id', { 'x-github-delivery': 'x\u009b31m' }],
  ['one without end', { 'x-github-delivery': 'd'.repeat(8000) }],
])('the id of the delivery is not signed, and kept only where it is one: %s', async (_name, headers) => {
  const request = deliver('push', push, { 'x-github-delivery': '', ...headers });
  expect(github.parse(request, {}).events[0]).toMatchObject({ delivery: 'unknown' });
});

test('a request without X-GitHub-Event is refused', () => {
  const body = JSON.stringify(push);
  expect(() => github.parse(arrived(body, {}), {})).toThrow(
    expect.objectContaining({ code: 'payload-invalid', message: 'the header X-GitHub-Event is missing' }),
  );
});

test.each([
  ['no repository', { repository: undefined }, '`repository` is missing or not of the expected type'],
  [
    'a URL that is none',
    { repository: { ...repository, html_url: 'x' } },
    '`repository.html_url` is missing or not of the expected type',
  ],
  [
    'a tag with a line break',
    { ref: 'refs/tags/v1\nSigned-off-by: x' },
    '`ref` is missing or not of the expected type',
  ],
  [
    'a tag with half a character, which no table takes',
    { ref: 'refs/tags/v1\ud800' },
    '`ref` is missing or not of the expected type',
  ],
  [
    'a commit that is none',
    { head_commit: { id: '$(reboot)' } },
    '`head_commit.id` is missing or not of the expected type',
  ],
])('names the place that is wrong: %s', (_name, change, message) => {
  expect(() => github.parse(deliver('push', { ...push, ...change }), {})).toThrow(
    expect.objectContaining({ code: 'payload-invalid', message }),
  );
});

test.each([
  ['SHA-1', (body: string) => `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`],
  ['no prefix', (body: string) => githubSignature(body, secret).slice('sha256='.length)],
  ['capital letters', (body: string) => githubSignature(body, secret).toUpperCase()],
  ['two signatures', (body: string) => `${githubSignature(body, secret)},${githubSignature(body, secret)}`],
])('a signature in another form is refused: %s', async (_name, sign) => {
  const request = deliver('push', push, { 'x-hub-signature-256': sign(JSON.stringify(push)) });
  await expect(verifyAs(github, { request, secrets: { secret }, pathKey: undefined })).rejects.toMatchObject({
    code: 'signature-wrong',
  });
});

test('bytes that are not UTF-8 do not pass as the replacement character they would decode to', async () => {
  const signed = Buffer.from('{"ref":"\ufffd"}');
  const sent = Buffer.from(signed.toString('latin1').replace('\u00ef\u00bf\u00bd', '\u00ff'), 'latin1');
  const request = arrived(sent, { 'x-hub-signature-256': githubSignature(signed, secret) });

  expect(sent.toString()).toBe(signed.toString());
  await expect(verifyAs(github, { request, secrets: { secret }, pathKey: undefined })).rejects.toMatchObject({
    code: 'signature-wrong',
  });
});

test('a byte order mark counts', async () => {
  const body = Buffer.from('\ufeff{}');
  const genuine = arrived(body, { 'x-hub-signature-256': githubSignature(body, secret) });
  const stripped = arrived(body, { 'x-hub-signature-256': githubSignature('{}', secret) });

  await expect(
    verifyAs(github, { request: genuine, secrets: { secret }, pathKey: undefined }),
  ).resolves.toBeUndefined();
  await expect(
    verifyAs(github, { request: stripped, secrets: { secret }, pathKey: undefined }),
  ).rejects.toMatchObject({
    code: 'signature-wrong',
  });
});

test('an empty body is refused, whatever its signature', async () => {
  const request = arrived('', { 'x-hub-signature-256': githubSignature('', secret) });
  await expect(verifyAs(github, { request, secrets: { secret }, pathKey: undefined })).rejects.toMatchObject({
    code: 'signature-wrong',
  });
});
