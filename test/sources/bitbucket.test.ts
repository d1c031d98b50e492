import { expect, test } from 'vitest';
import { arrived, senderNamed, verifyAs } from '../contract/senders.ts';

const { source, secrets } = senderNamed('bitbucket');
const connectionTest = { 'x-event-key': 'diagnostics:ping', 'x-request-id': 'd-1' };
const verify = (body: string, headers: Readonly<Record<string, string>>) =>
  verifyAs(source, { request: arrived(body, headers), secrets, pathKey: undefined });

test('the button "Test connection" of Data Center, which signs nothing, gets an answer', async () => {
  await verify('{"test": true}', connectionTest);

  expect(source.parse(arrived('{"test": true}', connectionTest), {})).toEqual({
    events: [],
    ignored: [{ reason: 'ping', message: 'the address is right; whether the secret is, only a push shows' }],
  });
});

test.each([
  ['more than the test', '{"test":true,"push":{"changes":[]}}', connectionTest, 'signature-missing'],
  ['something else', '{"test":false}', connectionTest, 'signature-missing'],
  [
    'a test of the greatest size',
    `{"test":true${' '.repeat(1_000_000)}}`,
    connectionTest,
    'signature-missing',
  ],
  ['another event', '{"test":true}', { 'x-event-key': 'repo:refs_changed' }, 'signature-missing'],
  ['an empty signature', '{"test":true}', { ...connectionTest, 'x-hub-signature': '' }, 'signature-missing'],
  [
    'a wrong signature',
    '{"test":true}',
    { ...connectionTest, 'x-hub-signature': 'sha256=0' },
    'signature-wrong',
  ],
])('nothing else passes without a signature: %s', async (_name, body, headers, code) => {
  await expect(verify(body, headers)).rejects.toMatchObject({ code });
});

test('a host of tagboat.yml goes before the one that the server says it has', () => {
  const sample = senderNamed('bitbucket').samples.find(({ name }) => name === 'server-tag');
  const request = arrived(JSON.stringify(sample?.body), sample?.headers ?? {});

  expect(source.parse(request, { host: 'git.example.com' }).events).toMatchObject([
    { repository: 'git.example.com/scm/dev/deployment-automation' },
  ]);
});

test('a server that names no host needs the one of tagboat.yml', () => {
  const sample = senderNamed('bitbucket').samples.find(({ name }) => name === 'server-without-links');
  const request = arrived(JSON.stringify(sample?.body), sample?.headers ?? {});

  expect(() => source.parse(request, {})).toThrow('the payload names no host; set `host` of the source');
});
