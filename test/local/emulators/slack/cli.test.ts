import { describe, expect, it } from 'vitest';
import { TagboatError } from '../../../../lib/errors.ts';
import type { ApiRelease } from '../../../../lib/release/api/view.ts';
import { received, refusal } from '../../../../lib/slack/messages/answers.ts';
import { askEnvironment, cancelled } from '../../../../lib/slack/messages/questions.ts';
import { undoAccepted } from '../../../../lib/slack/messages/undo.ts';
import { respond, startStandIn } from './stand-in.ts';

const place = { app: 'okeydokey', environment: 'production' };
const undoing = undoAccepted({
  ...place,
  isHeld: true,
  from: 'v0.0.4',
  to: 'v0.0.3',
  requestedBy: { type: 'slack', user: 'U024BE7LH' },
});
const answer = (text: string, response_type = 'ephemeral') => ({ response_type, text, blocks: [] });
const question = askEnvironment({ type: 'undo', app: 'okeydokey' }, ['production', 'staging']);

/** Later than any command that is sent here, in milliseconds since 1970. */
const afterwards = Date.parse('2100-01-01T00:00:00Z');

/** @param updatedAt milliseconds since 1970 */
const healthy = (updatedAt: number): Partial<ApiRelease> => ({
  ...place,
  id: '01J00000000000000000000000',
  kind: 'undo',
  tag: 'v0.0.3',
  state: 'healthy',
  commit: 'abcdef0123',
  reason: null,
  updatedAt: new Date(updatedAt).toISOString(),
});

describe('tagboat slack, a command', () => {
  it('sends it as somebody who may, and shows the answer', async () => {
    const { slack, server } = await startStandIn({
      commands: ({ command, text, userId, channelId }) => ({
        body: answer(`${command} ${text} by <@${userId}> in ${channelId}`),
      }),
    });

    const result = await slack('/tagboat', 'status okeydokey');

    expect(result).toEqual({
      code: 0,
      stdout: '/tagboat status okeydokey by @U024BE7LH in C0DEPLOYS\n',
      stderr: '',
    });
    expect(server.messages().map(({ type }) => type)).toEqual(['acknowledgement']);
  });

  it('sends it as whoever is named', async () => {
    const { slack } = await startStandIn({
      commands: ({ userId, channelId }) => ({ body: answer(`${userId} ${channelId}`) }),
    });

    const { stdout } = await slack('/tagboat help', '--user', 'U2AB', '--channel', 'C2AB');

    expect(stdout).toBe('U2AB C2AB\n');
  });

  it.each([
    [
      'a refusal',
      { body: refusal(new TagboatError('app-unknown', 'no app is called "x"')) },
      '✗ Sorry, no: no app is called "x"\n',
    ],
    ['an error', { status: 401, body: { error: { message: 'not genuine' } } }, '401 not genuine\n'],
    ['no JSON', { status: 502 }, '502 \n'],
  ])('ends with 1 after %s', async (_, response, begin) => {
    const { slack } = await startStandIn({ commands: () => response });

    const { code, stdout } = await slack('/undo okeydokey');

    expect(code).toBe(1);
    expect(stdout.slice(0, begin.length)).toBe(begin);
  });

  it('follows an undo to its verdict', async () => {
    let ended = 0;
    const { slack } = await startStandIn({
      commands: async ({ responseUrl }) => {
        ended = afterwards;
        await respond(responseUrl, answer('okeydokey → production: undo to v0.0.3 is healthy', 'in_channel'));
        return { body: undoing };
      },
      releases: () => [healthy(ended)],
    });

    const { code, stdout } = await slack('/undo okeydokey');

    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      '↩ Undoing okeydokey in production, from v0.0.4 back to v0.0.3',
      'v0.0.4 is held until somebody releases it by hand.',
      'asked for by @U024BE7LH',
      '[Put v0.0.4 back]',
      'okeydokey → production: undo to v0.0.3 is healthy',
      'healthy: okeydokey production, undo to v0.0.3, commit abcdef0, release 01J00000000000000000000000',
      '',
    ]);
  });

  it('waits for what is put off, and no longer than it is told', async () => {
    let putOff: string | undefined;
    const { slack } = await startStandIn({
      commands: async ({ text, responseUrl }) => {
        if (text.startsWith('pause')) putOff = responseUrl;
        return { body: received({ words: `/tagboat ${text}` }) };
      },
      // It was looked for in vain, and comes then.
      looked: async () => {
        if (putOff !== undefined) await respond(putOff, answer('the rollout is paused', 'in_channel'));
        putOff = undefined;
      },
    });

    const paused = await slack('/tagboat pause okeydokey');
    const resumed = await slack('/tagboat resume okeydokey', '--wait', '0');

    expect([paused.code, paused.stdout]).toEqual([
      0,
      '… Received: /tagboat pause okeydokey; the answer follows.\nthe rollout is paused\n',
    ]);
    expect([resumed.code, resumed.stdout]).toEqual([
      1,
      '… Received: /tagboat resume okeydokey; the answer follows.\nNothing more was heard of it.\n',
    ]);
  });

  it('says so where Slack would not show the answer', async () => {
    const { slack } = await startStandIn({ commands: () => ({ body: { blocks: [{ type: 'section' }] } }) });

    const { code, stderr } = await slack('/undo okeydokey');

    expect(code).toBe(1);
    expect(stderr).toMatch(/^Slack would not show the answer: invalid_blocks\n/);
  });

  it.each([
    [['undo okeydokey'], 'A slash command begins with "/".'],
    [['/undo okeydokey', '--press', 'Undo'], 'Either a slash command or --press.'],
    [['/undo okeydokey', '--wait', 'long'], '--wait takes a number of seconds.'],
  ])('%j is not understood', async (args, problem) => {
    const { slack } = await startStandIn({});

    const { code, stderr } = await slack(...args);

    expect(code).toBe(2);
    expect(stderr.split('\n\n')[0]).toBe(problem);
  });
});

describe('tagboat slack --press', () => {
  it('answers a question, whose place the answer takes', async () => {
    const { slack, server } = await startStandIn({
      commands: () => ({ body: question }),
      interactions: async ({ action, asker, isEphemeral }) => {
        await respond(asker.responseUrl, action.type === 'cancel' ? cancelled() : answer('?'));
        return isEphemeral ? {} : { status: 500 };
      },
    });

    const asked = await slack('/undo okeydokey');
    const pressed = await slack('--press', 'canc');

    expect([asked.code, asked.stdout]).toEqual([
      0,
      'Undo: okeydokey has several environments. Which one?\n[production] [staging] [Cancel]\nPress one of the buttons: tagboat slack --press TEXT\n',
    ]);
    expect([pressed.code, pressed.stdout]).toEqual([0, 'Cancelled; nothing was changed.\n']);
    expect(server.messages().map(({ text }) => text)).toEqual(['Cancelled; nothing was changed.']);
  });

  it('follows the release that the button asks for', async () => {
    const pressed: unknown[] = [];
    let ended: number | undefined;
    const { slack } = await startStandIn({
      commands: () => ({ body: question }),
      interactions: async ({ action, asker }) => {
        pressed.push(action, asker.userId, asker.channelId);
        ended = afterwards;
        await respond(asker.responseUrl, { ...undoing, replace_original: false });
        await respond(asker.responseUrl, { delete_original: true });
        await respond(asker.responseUrl, answer('undo to v0.0.3 is healthy', 'in_channel'));
        return {};
      },
      releases: () => (ended === undefined ? [] : [healthy(ended)]),
    });
    await slack('/undo okeydokey');

    const { code, stdout } = await slack('--press', 'Production', '--channel', 'C2AB');

    expect(pressed).toEqual([
      { type: 'run', command: { type: 'undo', ...place }, confirmed: true },
      'U024BE7LH',
      'C2AB',
    ]);
    expect(code).toBe(0);
    expect(stdout.split('\n').map((line) => line.split(',')[0])).toEqual([
      '↩ Undoing okeydokey in production',
      'v0.0.4 is held until somebody releases it by hand.',
      'asked for by @U024BE7LH',
      '[Put v0.0.4 back]',
      'undo to v0.0.3 is healthy',
      'healthy: okeydokey production',
      '',
    ]);
  });

  it('shows what Slack asks first, and a refusal', async () => {
    const { slack } = await startStandIn({
      commands: () => ({ body: undoing }),
      interactions: async ({ asker }) => {
        await respond(asker.responseUrl, {
          ...refusal(new TagboatError('release-moved-on', 'v0.0.3 does not run any more')),
        });
        return {};
      },
      releases: () => [],
    });
    await slack('/undo okeydokey', '--wait', '0');

    const { code, stdout } = await slack('--press', 'Put');

    expect(code).toBe(1);
    expect(stdout.split('\n').slice(0, 2)).toEqual([
      'Slack asks first: Put v0.0.4 back? This releases v0.0.4 of okeydokey to production again, and lifts the hold on it.',
      '✗ Sorry, no: v0.0.3 does not run any more',
    ]);
  });

  it('says which buttons there are', async () => {
    const { slack } = await startStandIn({ commands: () => ({ body: question }) });
    await slack('/undo okeydokey');

    const result = await slack('--press', 'Undo');

    expect(result).toEqual({
      code: 1,
      stdout: '',
      stderr: 'There is no button "Undo"; there are [production] [staging] [Cancel].\n',
    });
  });
});
