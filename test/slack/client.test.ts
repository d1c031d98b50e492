import { expect, test, vi } from 'vitest';
import { createSlackClient } from '../../lib/slack/client.ts';
import type { SlackMessage } from '../../lib/slack/messages.ts';
import { answer, serve } from '../http/serve.ts';

const message: SlackMessage = {
  text: 'hello',
  blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'hello', verbatim: true } }],
};

/** Something that answers in place of Slack. */
const slack = async (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) => {
  const { url: base, seen } = await serve((_request, response) =>
    answer(response, status, headers, typeof body === 'string' ? body : JSON.stringify(body)),
  );
  const client = createSlackClient({
    apiBase: `${base}/api`,
    allowedResponseBase: `${base}/responses`,
    botToken: async () => 'xoxb-1',
  });
  const asked = () =>
    seen.map(({ url, authorization, type, body: sent }) => ({
      url,
      authorization,
      type,
      body: JSON.parse(sent) as unknown,
    }));
  return { base, asked, client };
};

const posted = { ok: true, channel: 'C0DEPLOYS', ts: '1503435956.000247', message: {} };

test('posts into a channel, and says where the message stands', async () => {
  const { asked, client } = await slack(200, posted);

  expect(await client.post('#deploys', message)).toEqual({ channel: 'C0DEPLOYS', ts: '1503435956.000247' });
  expect(asked()).toEqual([
    {
      url: '/api/chat.postMessage',
      authorization: 'Bearer xoxb-1',
      type: 'application/json; charset=utf-8',
      body: { channel: '#deploys', ...message, unfurl_links: false, unfurl_media: false },
    },
  ]);
});

test('changes a message', async () => {
  const { asked, client } = await slack(200, posted);
  await client.update('C0DEPLOYS', '1503435956.000247', message);
  expect(asked().map(({ url, body }) => ({ url, body }))).toEqual([
    { url: '/api/chat.update', body: { channel: 'C0DEPLOYS', ts: '1503435956.000247', ...message } },
  ]);
});

test('answers a command, without the token', async () => {
  const { base, asked, client } = await slack(200, 'ok');
  await client.respond(`${base}/responses/1`, { ...message, replace_original: true });
  expect(asked()).toEqual([
    {
      url: '/responses/1',
      authorization: undefined,
      type: 'application/json; charset=utf-8',
      body: { ...message, replace_original: true },
    },
  ]);
});

test.each([
  ['no such channel', 200, { ok: false, error: 'channel_not_found' }, {}, 'terminal', 'channel_not_found'],
  ['no such token', 200, { ok: false, error: 'invalid_auth' }, {}, 'terminal', 'invalid_auth'],
  ['not invited', 200, { ok: false, error: 'not_in_channel' }, {}, 'terminal', 'not_in_channel'],
  ['trouble of its own', 200, { ok: false, error: 'internal_error' }, {}, 'retryable', 'internal_error'],
  [
    'too many',
    429,
    { ok: false, error: 'ratelimited' },
    { 'retry-after': '30' },
    'retryable',
    'HTTP status 429',
  ],
  ['down', 503, '<html>', {}, 'retryable', 'HTTP status 503'],
  ['a page', 200, '<html>', {}, 'terminal', 'an answer without a name'],
  [
    'an error that is no name',
    200,
    { ok: false, error: 'x <b>' },
    {},
    'terminal',
    'an answer without a name',
  ],
  ['ok without a place', 200, { ok: true }, {}, 'terminal', 'an answer without a name'],
  ['a redirect', 302, '', { location: 'https://example.com/' }, 'terminal', 'an answer without a name'],
])('a post that fails: %s', async (_name, status, body, headers, retry, reason) => {
  const { asked, client } = await slack(status, body, headers);
  await expect(client.post('#deploys', message)).rejects.toMatchObject({
    code: 'notifier-failed',
    retry,
    message: `Slack refuses chat.postMessage: ${reason}`,
    retryAfterSeconds: status === 429 ? 30 : undefined,
  });
  expect(asked()).toHaveLength(1);
});

test.each([
  ['expired', 404, { ok: false, error: 'expired_url' }, 'terminal', 'HTTP status 404, expired_url'],
  ['used up, in plain text', 404, 'used_url', 'terminal', 'HTTP status 404, used_url'],
  ['a payload it does not take', 400, 'invalid_payload', 'terminal', 'HTTP status 400, invalid_payload'],
  ['too many', 429, '', 'retryable', 'HTTP status 429, an answer without a name'],
  ['down', 500, '<html>', 'retryable', 'HTTP status 500, an answer without a name'],
])('an answer that fails: %s', async (_name, status, body, retry, reason) => {
  const { base, client } = await slack(status, body);
  await expect(client.respond(`${base}/responses/1`, message)).rejects.toMatchObject({
    code: 'notifier-failed',
    retry,
    message: `Slack refuses the answer to a command: ${reason}`,
  });
});

test('Slack that is not there is worth another attempt', async () => {
  const client = createSlackClient({ apiBase: 'http://127.0.0.1:1', botToken: async () => 'xoxb-1' });
  await expect(client.post('#deploys', message)).rejects.toMatchObject({
    code: 'notifier-failed',
    retry: 'retryable',
  });
});

test('Slack that says nothing is given up', async () => {
  const client = createSlackClient({
    timeoutMs: 20,
    botToken: async () => 'xoxb-1',
    fetch: (_url, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
      }),
  });
  await expect(client.post('#deploys', message)).rejects.toMatchObject({ retry: 'retryable' });
});

test('without a token nothing is posted', async () => {
  const fetched = vi.fn<typeof fetch>();
  const client = createSlackClient({ fetch: fetched });
  await expect(client.post('#deploys', message)).rejects.toMatchObject({
    code: 'notifier-failed',
    retry: 'terminal',
    message: 'Slack refuses chat.postMessage: there is no `slack.botToken` in tagboat.yml to post with',
  });
  expect(fetched).not.toHaveBeenCalled();
});

test.each([
  'http://hooks.slack.com/commands/1',
  'https://example.com/commands/1',
  'https://hooks.slack.com.example.com/1',
  'http://127.0.0.1:9/responses/1',
])('nobody but Slack is answered: %s', async (url) => {
  const fetched = vi.fn<typeof fetch>();
  const client = createSlackClient({ fetch: fetched });
  await expect(client.respond(url, message)).rejects.toMatchObject({
    code: 'notifier-failed',
    retry: 'terminal',
  });
  expect(fetched).not.toHaveBeenCalled();
});

test('Slack’s own hosts are the default', async () => {
  const fetched = vi.fn<typeof fetch>(async () => Response.json(posted));
  const client = createSlackClient({ fetch: fetched, botToken: async () => 'xoxb-1' });
  await client.post('C1', message);
  await client.respond('https://hooks.slack.com/commands/1/2', message);
  expect(fetched.mock.calls.map(([url]) => url)).toEqual([
    'https://slack.com/api/chat.postMessage',
    'https://hooks.slack.com/commands/1/2',
  ]);
});
