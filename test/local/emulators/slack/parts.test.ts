import { describe, expect, it } from 'vitest';
import {
  actionOf,
  kindOf,
  makingOf,
  tellsOfEnd,
} from '../../../../infra/local/emulators/slack/client/answers.ts';
import { findButton } from '../../../../infra/local/emulators/slack/client/buttons.ts';
import { buttonsOf, type SlackMessage } from '../../../../infra/local/emulators/slack/message.ts';
import { formatDate } from '../../../../infra/local/emulators/slack/render/dates.ts';
import { refusalOf } from '../../../../infra/local/emulators/slack/server/validate-message.ts';
import { channelId } from '../../../../infra/local/emulators/slack/server/web-api.ts';
import { TagboatError } from '../../../../lib/errors.ts';
import { encodeAction } from '../../../../lib/slack/action.ts';
import type { Command } from '../../../../lib/slack/commands.ts';
import { notReceived, received, refusal } from '../../../../lib/slack/messages/answers.ts';
import { statusMessage } from '../../../../lib/slack/messages/queries.ts';
import { askConfirmation, askEnvironment, cancelled } from '../../../../lib/slack/messages/questions.ts';
import { releaseMessage } from '../../../../lib/slack/messages/release.ts';
import { undoAccepted, undoUnderWay } from '../../../../lib/slack/messages/undo.ts';

const button = (text: string, fields: object = {}) => ({
  type: 'button',
  action_id: `tagboat-${text}`,
  text: { type: 'plain_text', text },
  value: text,
  ...fields,
});

const message = (id: string, ...buttons: readonly object[]): SlackMessage => ({
  id,
  at: '2026-01-01T00:00:00.000Z',
  type: 'message',
  to: '#deploys',
  channel: 'C0DEPLOYS',
  ephemeral: false,
  text: 'x',
  ts: '1.000001',
  updated: false,
  body: buttons.length === 0 ? {} : { blocks: [{ type: 'actions', block_id: id, elements: buttons }] },
});

describe('channelId', () => {
  it.each([
    ['#deploys', 'C0DEPLOYS'],
    ['deploys', 'C0DEPLOYS'],
    ['#team-a_b', 'C0TEAMAB'],
    ['C024BE91L', 'C024BE91L'],
    ['U024BE7LH', 'D024BE7LH'],
    ['#private-ops', undefined],
    ['#', undefined],
    ['', undefined],
  ])('of %j is %j', (given, id) => {
    expect(channelId(given)).toBe(id);
  });
});

describe('refusalOf', () => {
  const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });
  const actions = (...elements: readonly object[]) => ({ type: 'actions', elements });

  it.each<[string, object]>([
    ['a text', { text: 'x' }],
    ['blocks', { blocks: [section('x'.repeat(3000)), { type: 'divider' }, actions(button('Undo'))] }],
    ['50 blocks', { blocks: Array.from({ length: 50 }, () => section('x')) }],
    ['the longest value', { blocks: [actions(button('Undo', { value: 'x'.repeat(2000) }))] }],
    [
      'a header, fields and a button beside',
      {
        blocks: [
          { type: 'header', text: { type: 'plain_text', text: 'x' } },
          {
            type: 'section',
            fields: [{ type: 'mrkdwn', text: 'x' }],
            accessory: button('Undo', { style: 'danger' }),
          },
          { type: 'context', elements: [{ type: 'mrkdwn', text: 'x' }] },
        ],
      },
    ],
  ])('lets %s through', (_, body) => {
    expect(refusalOf({ ...body })).toBeUndefined();
  });

  it.each<[string, object, string]>([
    ['nothing', {}, 'no_text'],
    ['no blocks', { blocks: [] }, 'no_text'],
    ['blocks that are no list', { blocks: 'x' }, 'invalid_blocks'],
    ['a block that is none', { blocks: ['x'] }, 'invalid_blocks'],
    ['an unknown block', { blocks: [{ type: 'section ' }] }, 'invalid_blocks'],
    ['51 blocks', { blocks: Array.from({ length: 51 }, () => section('x')) }, 'invalid_blocks'],
    ['an empty section', { blocks: [section('')] }, 'invalid_blocks'],
    ['a section too long', { blocks: [section('x'.repeat(3001))] }, 'invalid_blocks'],
    ['no elements', { blocks: [actions()] }, 'invalid_blocks'],
    [
      '26 buttons',
      { blocks: [actions(...Array.from({ length: 26 }, (_, index) => button(`${index}`)))] },
      'invalid_blocks',
    ],
    ['the same id twice', { blocks: [actions(button('Undo'), button('Undo'))] }, 'invalid_blocks'],
    ['a button too long', { blocks: [actions(button('x'.repeat(76)))] }, 'invalid_blocks'],
    [
      'a value too long',
      { blocks: [actions(button('Undo', { value: 'x'.repeat(2001) }))] },
      'invalid_blocks',
    ],
    ['another style', { blocks: [actions(button('Undo', { style: 'default' }))] }, 'invalid_blocks'],
    [
      'mrkdwn on a button',
      { blocks: [actions(button('Undo', { text: { type: 'mrkdwn', text: 'x' } }))] },
      'invalid_blocks',
    ],
    [
      'too much altogether',
      { blocks: Array.from({ length: 5 }, () => section('x'.repeat(3000))) },
      'msg_blocks_too_long',
    ],
  ])('refuses %s', (_, body, refused) => {
    expect(refusalOf({ ...body })).toBe(refused);
  });
});

describe('buttonsOf', () => {
  it('finds those in rows and beside sections, and no links', () => {
    const confirm = {
      title: { type: 'plain_text', text: 'Undo?' },
      text: { type: 'plain_text', text: 'It goes.' },
    };
    const body = {
      blocks: [
        {
          type: 'actions',
          block_id: 'a',
          elements: [button('Undo', { style: 'danger', confirm }), button('Docs', { url: 'https://x' })],
        },
        { type: 'section', block_id: 'b', accessory: button('Pause') },
      ],
    };

    expect(buttonsOf(body)).toEqual([
      {
        text: 'Undo',
        value: 'Undo',
        actionId: 'tagboat-Undo',
        blockId: 'a',
        style: 'danger',
        confirm: 'Undo? It goes.',
      },
      { text: 'Pause', value: 'Pause', actionId: 'tagboat-Pause', blockId: 'b' },
    ]);
  });
});

describe('findButton', () => {
  const messages = [
    message('none'),
    message('newer', button('Undo'), button('Pause'), button('Put v0.0.4 back')),
    message('older', button('Undo'), button('Resume'), button('Resume later')),
  ];

  it.each([
    ['Undo', 'newer', 'Undo'],
    ['uNDO ', 'newer', 'Undo'],
    ['put', 'newer', 'Put v0.0.4 back'],
    ['Resume', 'older', 'Resume'],
    ['resume l', 'older', 'Resume later'],
  ])('%j is in the message %s: %s', (text, id, found) => {
    expect(findButton(text, messages)).toMatchObject({ message: { id }, button: { text: found } });
  });

  it.each([
    ['P', 'More than one button begins with "P": [Pause] [Put v0.0.4 back].'],
    [
      'Cancel',
      'There is no button "Cancel"; there are [Undo] [Pause] [Put v0.0.4 back] [Resume] [Resume later].',
    ],
    ['', 'There is no button ""; there are [Undo] [Pause] [Put v0.0.4 back] [Resume] [Resume later].'],
  ])('%j is not clear', (text, problem) => {
    expect(findButton(text, messages)).toEqual({ problem });
  });

  it('says where there is none', () => {
    expect(findButton('Undo', [message('none')])).toEqual({
      problem: 'There is no button "Undo"; no message has one.',
    });
  });
});

describe('formatDate', () => {
  const now = Date.UTC(2026, 10, 23, 23, 30);
  const at = Date.UTC(2026, 10, 23, 16, 5, 9) / 1000;

  it.each([
    ['{date_num} {time}', '2026-11-23 16:05'],
    ['{date_short_pretty} {time_secs}', 'today 16:05:09'],
    ['{date_short}', '23 Nov 2026'],
    ['{date}', '23 November 2026'],
    ['{else}', '{else}'],
  ])('%s is %s', (tokens, text) => {
    expect(formatDate(at, tokens, { now, timeZone: 'UTC' })).toBe(text);
  });

  it.each([
    [0, 'UTC', 'today'],
    [1, 'UTC', 'tomorrow'],
    [-1, 'UTC', 'yesterday'],
    [2, 'UTC', '25 Nov 2026'],
    [0, 'Europe/Helsinki', 'yesterday'],
  ])('%i days from now in %s is %s', (days, timeZone, text) => {
    expect(formatDate(at + days * 86_400, '{date_short_pretty}', { now, timeZone })).toBe(text);
  });
});

describe('kindOf', () => {
  const undo = {
    app: 'web',
    environment: 'production',
    to: 'v1',
    requestedBy: { type: 'slack', user: 'U024BE7LH' } as const,
  };
  const command: Command = { type: 'undo', app: 'web' };

  it.each([
    ['a refusal', refusal(new TagboatError('not-allowed', 'you may not do that')), 'refused'],
    ['what could not be recorded', notReceived(), 'refused'],
    ['what is put off', received({ words: '/undo web' }), 'later'],
    ['a question where', askEnvironment(command, ['a', 'b']), 'question'],
    [
      'a question whether',
      askConfirmation({ command, title: 'Undo?', details: [], yes: 'Undo', danger: true }),
      'question',
    ],
    ['an undo', undoAccepted({ ...undo, isHeld: true, from: 'v2' }), 'begun'],
    ['an undo that somebody else gave', undoUnderWay({ ...undo, isHeld: true }), 'begun'],
    ['what runs', statusMessage([]), 'done'],
    ['a question no more', cancelled(), 'done'],
  ])('of %s', (_, body, kind) => {
    expect(kindOf({ ...body })).toBe(kind);
  });
});

describe('makingOf', () => {
  it.each<[Command | undefined, object | undefined]>([
    [
      { type: 'undo', app: 'web', environment: 'production', to: 'v1' },
      { kind: 'undo', app: 'web', environment: 'production', tag: 'v1' },
    ],
    [
      { type: 'release', app: 'web', environment: 'production', tag: 'v1' },
      { kind: 'release', app: 'web', environment: 'production', tag: 'v1' },
    ],
    [{ type: 'undo', app: 'web' }, undefined],
    [{ type: 'status' }, undefined],
    [undefined, undefined],
  ])('%j', (command, making) => {
    expect(makingOf(command)).toEqual(making);
  });
});

describe('actionOf', () => {
  it('reads what is behind a button of ours, and nothing else', () => {
    const action = { type: 'run', command: { type: 'pause', app: 'web' } } as const;

    expect(actionOf(encodeAction(action))).toEqual(action);
    expect(actionOf('click me')).toBeUndefined();
  });
});

describe('tellsOfEnd', () => {
  it.each(['healthy', 'failed', 'undone', 'superseded', 'skipped'] as const)('of what is %s', (state) => {
    const release = { app: 'web', environment: 'production', image: 'docker.io/library/web', tag: 'v1' };

    expect(tellsOfEnd({ ...releaseMessage({ ...release, state }) }, state)).toBe(true);
    expect(tellsOfEnd({ ...releaseMessage({ ...release, state: 'rolling-out' }) }, state)).toBe(false);
  });
});
