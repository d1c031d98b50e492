import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  createSlackServer,
  type SlackMessage,
} from '../../../../infra/local/emulators/slack/server/server.ts';
import { serve } from '../../serve.ts';

const start = async (now?: () => number, file?: string) => {
  const server = createSlackServer({
    ...(now === undefined ? {} : { now }),
    ...(file === undefined ? {} : { file }),
  });
  const origin = await serve(server.handle);
  const api = async (
    method: string,
    body: string | object,
    authorization = 'Bearer xoxb',
  ): Promise<Record<string, unknown>> => {
    const isForm = typeof body === 'string';
    const response = await fetch(`${origin}/local/slack/api/${method}`, {
      method: 'POST',
      headers: {
        'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
        authorization,
      },
      body: isForm ? body : JSON.stringify(body),
    });
    return (await response.json()) as Record<string, unknown>;
  };
  const post = async (path: string, body: object) => {
    const response = await fetch(`${origin}/local/slack/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const list = async () => {
    const response = await fetch(`${origin}/local/slack`);
    return ((await response.json()) as { readonly messages: readonly SlackMessage[] }).messages;
  };
  return { server, origin, api, post, list };
};

describe('createSlackServer', () => {
  it('keeps messages, newest first', async () => {
    const { api, list } = await start();

    const first = await api('chat.postMessage', { channel: '#deploys', text: 'one' });
    await api('chat.postMessage', 'channel=%23deploys&text=two');

    expect(first).toMatchObject({
      ok: true,
      channel: 'C0DEPLOYS',
      ts: expect.stringMatching(/^\d+\.\d{6}$/),
    });
    expect((await list()).map(({ type, to, text }) => [type, to, text])).toEqual([
      ['message', '#deploys', 'two'],
      ['message', '#deploys', 'one'],
    ]);
  });

  it('updates a message in its place, and moves it to the front', async () => {
    const { api, list } = await start();
    const { ts } = await api('chat.postMessage', { channel: 'C1AB', text: 'rolling out' });
    await api('chat.postMessage', { channel: 'C1AB', text: 'other' });

    const answer = await api('chat.update', { channel: 'C1AB', ts, text: 'healthy' });

    expect(answer).toEqual({ ok: true, channel: 'C1AB', ts, text: 'healthy' });
    expect((await list()).map(({ text, updated }) => [text, updated])).toEqual([
      ['healthy', true],
      ['other', false],
    ]);
  });

  it('keeps answers to commands under the beginning of their response_url', async () => {
    const { post, list } = await start(() => 1_700_000_000_000);

    const { body } = await post('responses/abc', { text: 'Undoing', response_type: 'in_channel' });

    expect(body).toEqual({ ok: true });
    expect(await list()).toEqual([
      {
        id: expect.any(String),
        at: '2023-11-14T22:13:20.000Z',
        type: 'response',
        to: 'abc',
        ephemeral: false,
        text: 'Undoing',
        ts: '1700000000.000001',
        updated: false,
        body: { text: 'Undoing', response_type: 'in_channel' },
      },
    ]);
  });

  it('keeps acknowledgements, for one person unless they say otherwise', async () => {
    const { post, list } = await start();

    await post('acknowledgements/abc', { text: 'Sorry, no' });
    await post('acknowledgements/abc', { text: 'Undoing', response_type: 'in_channel' });

    expect((await list()).map(({ type, to, text, ephemeral }) => [type, to, text, ephemeral])).toEqual([
      ['acknowledgement', 'abc', 'Undoing', false],
      ['acknowledgement', 'abc', 'Sorry, no', true],
    ]);
  });

  it('gives ids to blocks and buttons that have none', async () => {
    const { api, list } = await start();
    const text = { type: 'plain_text', text: 'Undo' };
    const blocks = [
      { type: 'actions', elements: [{ type: 'button', text }] },
      { type: 'divider', block_id: 'mine' },
    ];

    await api('chat.postMessage', { channel: 'C1AB', blocks });

    const id = expect.stringMatching(/^[0-9a-f]{5}$/);
    expect((await list())[0]?.body.blocks).toEqual([
      { type: 'actions', block_id: id, elements: [{ type: 'button', action_id: id, text }] },
      { type: 'divider', block_id: 'mine' },
    ]);
  });

  it('shows the texts of the blocks where a message has none of its own', async () => {
    const { api, list } = await start();

    await api('chat.postMessage', {
      channel: 'C1AB',
      blocks: [
        { type: 'section', text: { type: 'mrkdwn', text: '*bold*' } },
        { type: 'divider' },
        { type: 'section', text: { type: 'mrkdwn', text: 'more' } },
      ],
    });

    expect((await list())[0]?.text).toBe('*bold*\nmore');
  });

  it.each([
    ['chat.postMessage', { text: 'x' }, 'channel_not_found'],
    ['chat.postMessage', { channel: '#private', text: 'x' }, 'channel_not_found'],
    ['chat.postMessage', { channel: 'C0PRIVATE', text: 'x' }, 'channel_not_found'],
    ['chat.postMessage', { channel: 'C1AB' }, 'no_text'],
    ['chat.postMessage', { channel: 'C1AB', blocks: [{ type: 'actions' }] }, 'invalid_blocks'],
    ['chat.update', { channel: 'C1AB', ts: '1.000001', text: 'x' }, 'message_not_found'],
    ['chat.update', { channel: '#deploys', ts: '1.000001', text: 'x' }, 'channel_not_found'],
    ['chat.meMessage', { channel: 'C1AB' }, 'unknown_method'],
  ])('%s of %j is refused as Slack refuses it', async (method, body, error) => {
    const { api, list } = await start();

    expect(await api(method, body)).toEqual({ ok: false, error });
    expect(await list()).toEqual([]);
  });

  it('wants a token', async () => {
    const { api } = await start();
    const message = { channel: 'C1AB', text: 'x' };

    expect(await api('chat.postMessage', message, '')).toEqual({ ok: false, error: 'not_authed' });
    expect(await api('chat.postMessage', 'channel=C1AB&text=x&token=xoxb', '')).toMatchObject({ ok: true });
  });

  it.each([
    ['GET', '/local/slack/api/chat.postMessage', 404],
    ['POST', '/local/slack', 404],
    ['POST', '/local/slack/other', 404],
    ['POST', '/local/slack/other/x', 404],
    ['POST', '/local/slack/responses', 404],
    ['POST', '/local/slack/responses/a/b/c', 404],
    ['POST', '/local/slack/acknowledgements/a/b', 404],
  ])('%s %s is %d', async (method, path, status) => {
    const { origin } = await start();

    expect((await fetch(`${origin}${path}`, { method })).status).toBe(status);
  });

  it('calls back for every message until told not to', async () => {
    const { server, api } = await start();
    const seen: string[] = [];
    const end = server.subscribe(({ text }) => seen.push(text));

    await api('chat.postMessage', { channel: 'C1AB', text: 'one' });
    end();
    await api('chat.postMessage', { channel: 'C1AB', text: 'two' });

    expect(seen).toEqual(['one']);
  });

  it('forgets the oldest of more than 500', async () => {
    const { api, list } = await start();

    await Promise.all(
      Array.from({ length: 501 }, () => api('chat.postMessage', { channel: 'C1AB', text: 'x' })),
    );

    expect(await list()).toHaveLength(500);
  });
});

describe('with a file', () => {
  it('finds again what was said, edited and removed, after the stack was killed', async () => {
    const file = path.join(mkdtempSync(path.join(os.tmpdir(), 'tagboat-slack-')), 'slack.jsonl');
    const before = await start(undefined, file);
    const { ts } = await before.api('chat.postMessage', { channel: 'C1AB', text: 'rolling out' });
    await before.post('acknowledgements/abc', { text: 'gone' });
    await before.api('chat.postMessage', { channel: 'C1AB', text: 'other' });
    await before.api('chat.update', { channel: 'C1AB', ts, text: 'still rolling out' });
    const gone = (await before.list()).find(({ text }) => text === 'gone');
    await before.post(`responses/abc/${gone?.id}`, { delete_original: true });
    appendFileSync(file, '{"said":{"id":"cut sh');

    const after = await start(undefined, file);
    const update = await after.api('chat.update', { channel: 'C1AB', ts, text: 'healthy' });

    expect(update).toMatchObject({ ok: true, ts });
    expect((await after.list()).map(({ text, updated }) => [text, updated])).toEqual([
      ['healthy', true],
      ['other', false],
    ]);
  });

  it('takes messages also where it cannot be written', async () => {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'tagboat-slack-'));
    const { api, list } = await start(undefined, path.join(directory, 'slack.jsonl'));
    rmSync(directory, { recursive: true });

    await api('chat.postMessage', { channel: 'C1AB', text: 'x' });

    expect(await list()).toHaveLength(1);
  });
});

describe('a response URL', () => {
  it('takes five messages', async () => {
    const { post, list } = await start();

    const statuses: unknown[] = [];
    for (let index = 0; index < 6; index += 1) {
      const { status, body } = await post('responses/abc', { text: `${index}` });
      statuses.push([status, body]);
    }

    expect(statuses).toEqual([
      ...Array.from({ length: 5 }, () => [200, { ok: true }]),
      [404, { ok: false, error: 'used_url' }],
    ]);
    expect(await list()).toHaveLength(5);
  });

  it('ends half an hour after the command, whose acknowledgement is not counted', async () => {
    let now = 0;
    const { post } = await start(() => now);
    await post('acknowledgements/abc', { text: 'Received' });

    now = 30 * 60 * 1000;
    const last = await post('responses/abc', { text: 'x' });
    now += 1;
    const late = await post('responses/abc', { text: 'x' });

    expect(last.body).toEqual({ ok: true });
    expect([late.status, late.body]).toEqual([404, { ok: false, error: 'expired_url' }]);
  });

  it.each([
    ['message', 'chat.postMessage'],
    ['acknowledgement', 'acknowledgements/ask'],
  ])('of a button replaces the %s that the button is in', async (type, method) => {
    const { api, post, list } = await start();
    await (method.startsWith('chat')
      ? api(method, { channel: '#deploys', text: 'Undo?' })
      : post(method, { text: 'Undo?' }));
    const [source] = await list();

    await post(`responses/abc/${source?.id}`, { replace_original: true, text: 'Cancelled' });

    expect(await list()).toEqual([
      {
        ...source,
        at: expect.any(String),
        type,
        text: 'Cancelled',
        updated: true,
        body: { replace_original: true, text: 'Cancelled' },
      },
    ]);
  });

  it('of a button takes its message away', async () => {
    const { api, post, list } = await start();
    const { channel, ts } = await api('chat.postMessage', { channel: '#deploys', text: 'Undo?' });
    const [source] = await list();

    const { body } = await post(`responses/abc/${source?.id}`, { delete_original: 'true' });

    expect(body).toEqual({ ok: true });
    expect(await list()).toEqual([]);
    expect(await api('chat.update', { channel, ts, text: 'x' })).toEqual({
      ok: false,
      error: 'message_not_found',
    });
  });

  it('of a button adds a message in the same channel where it replaces nothing', async () => {
    const { api, post, list } = await start();
    await api('chat.postMessage', { channel: '#deploys', text: 'Undo?' });
    const [source] = await list();

    await post(`responses/abc/${source?.id}`, { text: 'Sorry, no' });

    expect((await list()).map(({ text, channel, ephemeral }) => [text, channel, ephemeral])).toEqual([
      ['Sorry, no', 'C0DEPLOYS', true],
      ['Undo?', 'C0DEPLOYS', false],
    ]);
  });

  it('of a command has nothing that could be replaced', async () => {
    const { post, list } = await start();
    await post('acknowledgements/abc', { text: 'Received' });

    await post('responses/abc', { replace_original: true, text: 'Undoing' });

    expect((await list()).map(({ text, updated }) => [text, updated])).toEqual([
      ['Undoing', false],
      ['Received', false],
    ]);
  });

  it('refuses what Slack cannot show', async () => {
    const { post, list } = await start();

    const { status, body } = await post('responses/abc', { blocks: [{ type: 'section' }] });

    expect([status, body]).toEqual([400, { ok: false, error: 'invalid_blocks' }]);
    expect(await list()).toEqual([]);
  });
});
