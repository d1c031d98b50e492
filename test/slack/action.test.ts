import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeAction, encodeAction } from '../../lib/slack/action.ts';
import type { Action, Command } from '../../lib/slack/commands.ts';

const id = '01JDCQ7RZ1Y6M8Y3T5V6W7X8Y9';
const place = { app: 'okeydokey', environment: 'production' };

test.each<[string, Action, string]>([
  ['cancel', { type: 'cancel' }, '{"type":"cancel"}'],
  [
    'undo',
    { type: 'run', command: { type: 'undo', ...place }, confirmed: true, expect: id },
    `{"type":"run","command":{"type":"undo","app":"okeydokey","environment":"production"},"confirmed":true,"expect":"${id}"}`,
  ],
  [
    'a hold with a reason that Slack would escape',
    {
      type: 'run',
      command: { type: 'hold', ...place, tag: '*', until: 1_795_449_600_000, reason: 'a<b>&c' },
    },
    '{"type":"run","command":{"type":"hold","app":"okeydokey","environment":"production","tag":"*","until":1795449600000,"reason":"a\\u003cb\\u003e\\u0026c"}}',
  ],
])('there and back: %s', (_name, action, text) => {
  expect(encodeAction(action)).toBe(text);
  expect(decodeAction(text)).toEqual(action);
});

test('every command that can be parsed comes back as it went', () => {
  const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/);
  const tag = fc.stringMatching(/^\w[\w.-]{0,127}$/);
  const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
  const app = { app: name, environment: name };
  const commands = fc.oneof(
    fc.record({ type: fc.constant('undo'), ...app, to: tag }),
    fc.record({ type: fc.constant('undo'), ...app, number: fc.integer({ min: 1, max: 9_999_999 }) }),
    fc.record({ type: fc.constantFrom('status', 'holds'), ...app }),
    fc.record({ type: fc.constant('history'), ...app, limit: fc.integer({ min: 1, max: 30 }) }),
    fc.record({
      type: fc.constant('hold'),
      ...app,
      tag: fc.oneof(tag, fc.constant('*')),
      until: fc.integer({ min: 1, max: 4e12 }),
      reason: fc.string({ unit: 'grapheme', maxLength: 100 }),
    }),
    fc.record({ type: fc.constantFrom('release', 'unhold'), ...app, tag }),
    fc.record({ type: fc.constantFrom('pause', 'resume'), ...app }),
  );
  const actions = fc.record({
    type: fc.constant('run'),
    command: commands,
    confirmed: optional(fc.boolean()),
  });
  fc.assert(
    fc.property(actions, (made) => {
      const action = JSON.parse(JSON.stringify(made)) as Action;
      const text = encodeAction(action);
      expect(text.length).toBeLessThanOrEqual(2000);
      expect(text).not.toMatch(/[&<>]/);
      expect(decodeAction(text)).toEqual(action);
    }),
  );
});

test('a reason that would not fit is cut', () => {
  const command: Command = { type: 'hold', ...place, tag: '*', reason: '<'.repeat(500) };
  const text = encodeAction({ type: 'run', command });
  expect(text.length).toBeLessThanOrEqual(2000);
  expect(decodeAction(text)).toEqual({ type: 'run', command: { ...command, reason: '<'.repeat(250) } });
});

test('what cannot be cut is refused', () => {
  expect(() => encodeAction({ type: 'run', command: { type: 'pause', app: 'x'.repeat(2000) } })).toThrow(
    expect.objectContaining({ code: 'command-invalid' }),
  );
});

const run = (command: unknown, more: object = {}) => JSON.stringify({ type: 'run', command, ...more });
test.each([
  ['nothing', ''],
  ['no JSON', 'undo'],
  ['null', 'null'],
  ['a number', '7'],
  ['a list', '[]'],
  ['another action', '{"type":"delete"}'],
  ['an action without command', '{"type":"run"}'],
  ['a cancel with more', '{"type":"cancel","command":{}}'],
  ['another command', run({ type: 'exec', app: 'a' })],
  ['a command with more', run({ type: 'pause', app: 'a', namespace: 'kube-system' })],
  ['no app', run({ type: 'pause' })],
  ['an app that no configuration has', run({ type: 'pause', app: '../a' })],
  ['an environment that none has', run({ type: 'pause', app: 'a', environment: 'b c' })],
  ['an app that is an object', run({ type: 'pause', app: { $ne: null } })],
  ['a tag that is none', run({ type: 'release', app: 'a', tag: 'b:c' })],
  ['every tag at once', run({ type: 'release', app: 'a', tag: '*' })],
  ['an undo to every tag', run({ type: 'undo', app: 'a', to: '*' })],
  ['a number that is none', run({ type: 'undo', app: 'a', number: 0 })],
  ['half a number', run({ type: 'undo', app: 'a', number: 1.5 })],
  ['too much history', run({ type: 'history', app: 'a', limit: 31 })],
  ['an end before time', run({ type: 'hold', app: 'a', tag: '*', until: 0 })],
  ['an end after time', run({ type: 'hold', app: 'a', tag: '*', until: 1e17 })],
  ['a reason without end', run({ type: 'hold', app: 'a', tag: '*', reason: 'x'.repeat(501) })],
  ['an odd confirmation', run({ type: 'pause', app: 'a' }, { confirmed: 'yes' })],
  ['an odd expectation', run({ type: 'pause', app: 'a' }, { expect: 'a b' })],
  ['a prototype', '{"type":"cancel","__proto__":{"type":"run"}}'],
  ['more than a button holds', run({ type: 'pause', app: 'a' }) + ' '.repeat(2000)],
])('refused: %s', (_name, value) => {
  expect(() => decodeAction(value)).toThrow(
    expect.objectContaining({
      code: 'payload-invalid',
      message: 'the value of the button is not one that Tagboat gave it',
    }),
  );
});
