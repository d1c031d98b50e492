import { describe, expect, it } from 'vitest';
import { createSlackInbox, type SlackMessage } from '../../../infra/local/slack/inbox.ts';
import { serve } from '../serve.ts';

const start = async () => {
  const inbox = createSlackInbox();
  const origin = await serve(inbox.handle);
  const api = async (method: string, body: string | object): Promise<Record<string, unknown>> => {
    const isForm = typeof body === 'string';
    const response = await fetch(`${origin}/local/slack/api/${method}`, {
      method: 'POST',
      headers: { 'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json' },
      body: isForm ? body : JSON.stringify(body),
    });
    return (await response.json()) as Record<string, unknown>;
  };
  const list = async () => {
    const response = await fetch(`${origin}/local/slack`);
    return ((await response.json()) as { readonly messages: readonly SlackMessage[] }).messages;
  };
  return { inbox, origin, api, list };
};

describe('createSlackInbox', () => {
  it('keeps messages, newest first', async () => {
    const { api, list } = await start();

    const first = await api('chat.postMessage', { channel: '#deploys', text: 'one' });
    await api('chat.postMessage', 'channel=%23deploys&text=two');

    expect(first).toMatchObject({ ok: true, channel: '#deploys', ts: expect.stringMatching(/^\d+\.\d{6}$/) });
    expect((await list()).map(({ type, to, text }) => [type, to, text])).toEqual([
      ['message', '#deploys', 'two'],
      ['message', '#deploys', 'one'],
    ]);
  });

  it('updates a message in its place, and moves it to the front', async () => {
    const { api, list } = await start();
    const { ts } = await api('chat.postMessage', { channel: 'C1', text: 'rolling out' });
    await api('chat.postMessage', { channel: 'C1', text: 'other' });

    const answer = await api('chat.update', { channel: 'C1', ts, text: 'healthy' });

    expect(answer).toEqual({ ok: true, channel: 'C1', ts, text: 'healthy' });
    expect((await list()).map(({ text, updated }) => [text, updated])).toEqual([
      ['healthy', true],
      ['other', false],
    ]);
  });

  it('keeps answers to commands under the end of their response_url', async () => {
    const { origin, list } = await start();

    const response = await fetch(`${origin}/local/slack/responses/abc`, {
      method: 'POST',
      body: JSON.stringify({ text: 'Undoing', response_type: 'in_channel' }),
    });

    expect(await response.json()).toEqual({ ok: true });
    expect(await list()).toEqual([
      {
        id: expect.any(String),
        at: expect.stringMatching(/^\d{4}-/),
        type: 'response',
        to: 'abc',
        text: 'Undoing',
        updated: false,
        body: { text: 'Undoing', response_type: 'in_channel' },
      },
    ]);
  });

  it('shows the texts of the blocks where a message has none of its own', async () => {
    const { api, list } = await start();

    await api('chat.postMessage', {
      channel: 'C1',
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
    ['chat.update', { channel: 'C1', ts: '1.000001', text: 'x' }, 'message_not_found'],
    ['chat.meMessage', { channel: 'C1' }, 'unknown_method'],
  ])('%s of %j is refused as Slack refuses it', async (method, body, error) => {
    const { api, list } = await start();

    expect(await api(method, body)).toEqual({ ok: false, error });
    expect(await list()).toEqual([]);
  });

  it.each([
    ['GET', '/local/slack/api/chat.postMessage', 404],
    ['POST', '/local/slack', 404],
    ['POST', '/local/slack/other', 404],
  ])('%s %s is %d', async (method, path, status) => {
    const { origin } = await start();

    expect((await fetch(`${origin}${path}`, { method })).status).toBe(status);
  });

  it('calls back for every message until told not to', async () => {
    const { inbox, api } = await start();
    const seen: string[] = [];
    const end = inbox.subscribe(({ text }) => seen.push(text));

    await api('chat.postMessage', { channel: 'C1', text: 'one' });
    end();
    await api('chat.postMessage', { channel: 'C1', text: 'two' });

    expect(seen).toEqual(['one']);
  });

  it('forgets the oldest of more than 500', async () => {
    const { api, list } = await start();

    await Promise.all(
      Array.from({ length: 501 }, () => api('chat.postMessage', { channel: 'C1', text: 'x' })),
    );

    expect(await list()).toHaveLength(500);
  });
});
