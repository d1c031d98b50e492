import { describe, expect, test } from 'vitest';
import { TagboatError } from '../../../lib/errors.ts';
import { decodeAction } from '../../../lib/slack/action.ts';
import {
  askConfirmation,
  askEnvironment,
  cancelled,
  helpMessage,
  holdLifted,
  holdSet,
  notReceived,
  type PlacedCommand,
  pauseDone,
  received,
  refusal,
  releaseAccepted,
  undoAccepted,
  undoUnderWay,
} from '../../../lib/slack/messages.ts';
import { usages } from '../../../lib/slack/usage.ts';
import type { Hold } from '../../../lib/view/hold.ts';
import { actor, given } from '../../support/records.ts';
import { buttonsOf, shown } from './show.ts';

const place = { app: 'okeydokey', environment: 'production' };
const id = '01JDCQ7RZ1Y6M8Y3T5V6W7X8Y9';
const by = actor('slack:U024BE7LH');
const at = Date.parse('2026-11-23T16:05:00Z');
const time = '<!date^1795449900^{date_short_pretty} {time}|2026-11-23 16:05 UTC>';

describe('undo', () => {
  test('is acknowledged to everybody, and can be taken back', () => {
    const message = undoAccepted({
      ...place,
      from: 'v0.0.4',
      isHeld: true,
      to: 'v0.0.3',
      requestedBy: by,
      id,
      number: 13,
    });
    expect(message).toMatchObject({
      response_type: 'in_channel',
      text: 'Undoing okeydokey in production, from v0.0.4 back to v0.0.3',
    });
    expect(shown(message)).toEqual([
      ':leftwards_arrow_with_hook: Undoing *okeydokey* in *production*, from `v0.0.4` back to `v0.0.3`\n`v0.0.4` is held until somebody releases it by hand.',
      '#13  ·  asked for by <@U024BE7LH>',
      '[Put v0.0.4 back]',
    ]);
    expect(decodeAction(buttonsOf(message)[0]?.value ?? '')).toEqual({
      type: 'run',
      command: { type: 'release', ...place, tag: 'v0.0.4' },
      confirmed: true,
      expect: id,
    });
  });

  test('where nothing ran before, there is nothing to put back', () => {
    const message = undoAccepted({
      ...place,
      isHeld: false,
      to: 'v1',
      requestedBy: actor('slack:a <script>'),
    });
    expect(message.text).toBe('Undoing okeydokey in production, back to v1');
    expect(shown(message)).toEqual([
      ':leftwards_arrow_with_hook: Undoing *okeydokey* in *production*, back to `v1`',
      'asked for by a &lt;script&gt;',
    ]);
  });

  test('of an undo says that the hold is lifted, and can be undone', () => {
    const back = { from: 'v0.0.3', isHeld: false, to: 'v0.0.4', isLifted: true };
    expect(shown(undoAccepted({ ...place, ...back, requestedBy: by, id }))).toEqual([
      ':leftwards_arrow_with_hook: Undoing *okeydokey* in *production*, from `v0.0.3` back to `v0.0.4`\nThe hold on `v0.0.4` is lifted.',
      'asked for by <@U024BE7LH>',
      '[Undo]',
    ]);
  });

  test('that somebody else asked for first is said to whoever asks second', () => {
    const message = undoUnderWay({
      ...place,
      isHeld: true,
      from: 'v0.0.4',
      to: 'v0.0.3',
      requestedBy: by,
      number: 13,
    });
    expect(message).toMatchObject({
      response_type: 'ephemeral',
      text: 'Already under way: undoing okeydokey in production, from v0.0.4 back to v0.0.3',
    });
    expect(shown(message)).toEqual([
      ':leftwards_arrow_with_hook: Already under way: undoing *okeydokey* in *production*, from `v0.0.4` back to `v0.0.3`',
      '#13  ·  asked for by <@U024BE7LH>, and nothing more was started',
    ]);
  });
});

describe('which environment', () => {
  test.each<[PlacedCommand, string, string]>([
    [{ type: 'undo', app: 'shop' }, 'Undo', 'Undo'],
    [{ type: 'undo', app: 'shop', to: 'v1' }, 'Undo, back to v1', 'Undo, back to `v1`'],
    [{ type: 'undo', app: 'shop', number: 3 }, 'Undo, back to #3', 'Undo, back to `#3`'],
    [{ type: 'hold', app: 'shop', tag: '*' }, 'Hold every tag', 'Hold every tag'],
    [{ type: 'hold', app: 'shop', tag: 'v1' }, 'Hold v1', 'Hold `v1`'],
    [{ type: 'unhold', app: 'shop', tag: 'v1' }, 'Lift the hold on v1', 'Lift the hold on `v1`'],
    [{ type: 'release', app: 'shop', tag: 'v1' }, 'Release v1', 'Release `v1`'],
    [{ type: 'pause', app: 'shop' }, 'Pause the rollout', 'Pause the rollout'],
    [{ type: 'resume', app: 'shop' }, 'Resume the rollout', 'Resume the rollout'],
  ])('is asked for %j', (command, plain, marked) => {
    const message = askEnvironment(command, ['production', 'staging']);
    expect(message).toMatchObject({
      response_type: 'ephemeral',
      text: `${plain}: shop has several environments; which one?`,
    });
    expect(shown(message)).toEqual([
      `${marked}: *shop* has several environments. Which one?`,
      '[production]',
      '[staging]',
      '[Cancel]',
    ]);
    expect(buttonsOf(message).map(({ value }) => decodeAction(value))).toEqual([
      ...['production', 'staging'].map((environment) => ({
        type: 'run',
        command: { ...command, environment },
        ...(command.type === 'undo' ? { confirmed: true } : {}),
      })),
      { type: 'cancel' },
    ]);
    expect(buttonsOf(message).map(({ action_id }) => action_id)).toEqual([
      'tagboat-0',
      'tagboat-1',
      'tagboat-2',
    ]);
  });

  test('is asked for although the asker may name only one: another may be meant', () => {
    const message = askEnvironment({ type: 'undo', app: 'shop' }, ['staging']);
    expect(message.text).toBe('Undo: shop has several environments; is this the one you mean?');
    expect(shown(message)).toEqual([
      'Undo: *shop* has several environments. Is this the one you mean?',
      '[staging]',
      '[Cancel]',
    ]);
  });

  test('of very many is asked for the first twenty', () => {
    const names = Array.from({ length: 23 }, (_, index) => `customer-${index}`);
    const message = askEnvironment({ type: 'pause', app: 'shop' }, names);
    expect(buttonsOf(message)).toHaveLength(21);
    expect(shown(message).at(-1)).toBe(
      'There are 3 more; name one in the command: `/tagboat pause &lt;app&gt; [environment]`',
    );
  });
});

test('a question, and its two answers', () => {
  const command = { type: 'release', ...place, tag: 'v0.0.4' } as const;
  const message = askConfirmation({
    command,
    expect: id,
    title: 'Release v0.0.4 although it is held?',
    details: ['Held by <bob>', 'This lifts the hold.'],
    yes: 'Release v0.0.4',
    danger: true,
  });
  expect(message).toMatchObject({
    response_type: 'ephemeral',
    text: 'Release v0.0.4 although it is held?',
  });
  expect(shown(message)).toEqual([
    '*Release v0.0.4 although it is held?*\nHeld by &lt;bob&gt;\nThis lifts the hold.',
    '[Release v0.0.4]',
    '[Cancel]',
  ]);
  const [yes, no] = buttonsOf(message);
  expect(yes?.style).toBe('danger');
  expect(decodeAction(yes?.value ?? '')).toEqual({ type: 'run', command, confirmed: true, expect: id });
  expect(decodeAction(no?.value ?? '')).toEqual({ type: 'cancel' });
});

test('Cancel takes the place of the question', () => {
  expect(cancelled()).toMatchObject({ response_type: 'ephemeral', replace_original: true });
});

describe('holds', () => {
  const hold: Hold = {
    ...place,
    tag: 'v0.0.4',
    by,
    reason: given('Redis is <down>'),
    createdAt: new Date(at).toISOString(),
  };

  test('are told to everybody when they are set', () => {
    const message = holdSet({ ...hold, until: new Date(at + 7_200_000).toISOString() });
    expect(message).toMatchObject({
      response_type: 'in_channel',
      text: 'okeydokey → production: v0.0.4 is held until 2026-11-23 18:05 UTC: Redis is &lt;down&gt;',
    });
    expect(shown(message)).toEqual([
      ':lock: *okeydokey* → *production*: `v0.0.4` is held until <!date^1795457100^{date_short_pretty} {time}|2026-11-23 18:05 UTC>: Redis is &lt;down&gt;',
      'by <@U024BE7LH>',
    ]);
  });

  test('of every tag, without end and reason', () => {
    const message = holdSet({ ...hold, tag: '*', reason: given('') });
    expect(message.text).toBe('okeydokey → production: every tag is held');
    expect(shown(message)[0]).toBe(':lock: *okeydokey* → *production*: every tag is held');
  });

  test('are told to everybody when they are lifted', () => {
    const message = holdLifted(hold, actor('slack:U1234567'));
    expect(message).toMatchObject({
      response_type: 'in_channel',
      text: 'okeydokey → production: the hold on v0.0.4 is lifted',
    });
    expect(shown(message)).toEqual([
      ':unlock: *okeydokey* → *production*: the hold on `v0.0.4` is lifted',
      `by <@U1234567>  ·  it was set by <@U024BE7LH>, ${time}: Redis is &lt;down&gt;`,
    ]);
  });
});

test.each([
  [true, 'okeydokey → production: releasing v1 by hand; the hold on it is lifted'],
  [false, 'okeydokey → production: releasing v1 by hand'],
])('a release by hand, with a hold to lift: %s', (liftedHold, text) => {
  const message = releaseAccepted({ ...place, tag: 'v1', requestedBy: by, number: 3, liftedHold });
  expect(message).toMatchObject({ response_type: 'in_channel', text });
  expect(shown(message).at(-1)).toBe('#3  ·  asked for by <@U024BE7LH>');
});

test.each([
  [true, true, 'in_channel', 'the rollout is paused'],
  [true, false, 'ephemeral', 'the rollout was paused already'],
  [false, true, 'in_channel', 'the rollout goes on'],
  [false, false, 'ephemeral', 'the rollout was not paused'],
])('paused %s, changed %s', (paused, changed, response_type, words) => {
  const message = pauseDone({ ...place, paused, by, workloads: ['deployment/okeydokey'], changed });
  expect(message).toMatchObject({ response_type, text: `okeydokey → production: ${words}` });
  expect(shown(message)[1]).toMatch(/^`deployment\/okeydokey`/);
  expect(shown(message)[1]?.includes('`/tagboat resume okeydokey production`')).toBe(paused && changed);
});

test('the help shows every usage line, escaped', () => {
  const message = helpMessage();
  expect(message.response_type).toBe('ephemeral');
  const all = shown(message).join('\n');
  for (const { usage, does } of Object.values(usages)) {
    const escaped = usage.replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    expect(all).toContain(`• \`${escaped}\` ${does}`);
  }
});

test('what was acknowledged before it was done', () => {
  const message = received({ words: '/undo <okeydokey>' });
  expect(message).toMatchObject({
    response_type: 'ephemeral',
    text: 'Received: /undo &lt;okeydokey&gt;; the answer follows.',
  });
});

test('what could not be put on record says that nobody knows', () => {
  const message = notReceived();
  expect(message.response_type).toBe('ephemeral');
  expect(message.text).toMatch(/may or may not be carried out.*\/tagboat status/);
});

test('a refusal says why, whom to ask and what next, to one person', () => {
  const message = refusal(new TagboatError('app-unknown', 'no app is called "<!channel>"'), [
    'U024BE7LH',
    'U1234567',
  ]);
  expect(message).toMatchObject({
    response_type: 'ephemeral',
    text: 'Sorry, no: no app is called "&lt;!channel&gt;"',
  });
  expect(shown(message)).toEqual([
    ':no_entry_sign: Sorry, no: no app is called "&lt;!channel&gt;"',
    'Ask <@U024BE7LH>, <@U1234567>  ·  Use one of the names that the message lists.  ·  `app-unknown`',
  ]);
});

test('a refusal of somebody who may not says whom to ask, once', () => {
  const error = new TagboatError('not-allowed', 'you may not do that');
  expect(shown(refusal(error, ['U024BE7LH']))[1]).toBe('Ask <@U024BE7LH>  ·  `not-allowed`');
  expect(shown(refusal(error))[1]).toBe('Ask somebody on the allow-list in tagboat.yml.  ·  `not-allowed`');
});

test('a command that is not understood is not answered with the usage of another one', () => {
  const error = new TagboatError('command-invalid', 'shop was put back to v1 2 min ago; and so on', {
    by: actor('slack:U024BE7LH'),
  });
  expect(shown(refusal(error))).toEqual([
    ':no_entry_sign: Sorry, no: shop was put back to v1 2 min ago; and so on',
    'by <@U024BE7LH>  ·  `/tagboat help` shows every command  ·  `command-invalid`',
  ]);
});
