import { expect, test } from 'vitest';
import { parseCommand, type Where } from '../../../lib/slack/parse.ts';
import { where } from './apps.ts';

const hold = (text: string, change: Partial<Where> = {}) =>
  parseCommand('/tagboat', `hold ${text}`, { ...where, ...change });

const okeydokey = { type: 'hold', app: 'okeydokey', environment: 'production', tag: '*' };
const staging = { type: 'hold', app: 'shop', environment: 'staging', tag: '*' };

test.each([
  ['everything', 'okeydokey', okeydokey],
  ['everything, by name', 'shop staging all', staging],
  ['everything, by another name', 'shop staging Everything', staging],
  ['everything, by a star', 'shop staging *', staging],
  ['everything, of several environments', 'shop', { type: 'hold', app: 'shop', tag: '*' }],
  ['a tag', 'okeydokey v1', { ...okeydokey, tag: 'v1' }],
  ['a quoted tag', 'okeydokey "v1"', { ...okeydokey, tag: 'v1' }],
  ['a tag of an environment', 'shop staging v1', { ...staging, tag: 'v1' }],
  ['a tag called like an environment', 'help v1', { ...okeydokey, app: 'help', environment: 'v1' }],
  ['a reason', 'okeydokey because Redis is  <down>', { ...okeydokey, reason: 'Redis is <down>' }],
  [
    'a reason as Slack escapes it',
    'okeydokey because a &lt; b &amp;&amp; c',
    { ...okeydokey, reason: 'a < b && c' },
  ],
  [
    'a reason with a mention',
    'okeydokey because <@U1|bob> and <!here> say so',
    { ...okeydokey, reason: '@bob and @here say so' },
  ],
  [
    'a reason with a link',
    'okeydokey because <https://example.com/1|INC-1>',
    { ...okeydokey, reason: 'INC-1' },
  ],
  ['a quoted reason', 'okeydokey because "all is lost"', { ...okeydokey, reason: 'all is lost' }],
  ['a reason without because', 'shop staging v1 "it hurts"', { ...staging, tag: 'v1', reason: 'it hurts' }],
  ['one in curly quotes', 'shop staging “it hurts: a lot”', { ...staging, reason: 'it hurts: a lot' }],
  ['a reason behind a dash', 'shop staging — it hurts', { ...staging, reason: 'it hurts' }],
  ['a reason behind a minus', 'shop staging v1 - it hurts', { ...staging, tag: 'v1', reason: 'it hurts' }],
  ['a reason behind a colon', 'shop staging: it hurts', { ...staging, reason: 'it hurts' }],
  ['a reason behind the app', 'okeydokey: it hurts', { ...okeydokey, reason: 'it hurts' }],
  [
    'a reason that says until',
    'okeydokey because until 18:00 I sleep',
    { ...okeydokey, reason: 'until 18:00 I sleep' },
  ],
  ['a quoted tag, and a reason', 'shop staging "v1" because x', { ...staging, tag: 'v1', reason: 'x' }],
  ['both in quotes', 'shop staging "v1" "it hurts"', { ...staging, tag: 'v1', reason: 'it hurts' }],
  [
    'a reason with a quotation',
    'shop staging because he said "no way"',
    { ...staging, reason: 'he said "no way"' },
  ],
  ['because, and nothing', 'okeydokey because', okeydokey],
  ['because in capitals, with a colon', 'okeydokey BECAUSE: it hurts', { ...okeydokey, reason: 'it hurts' }],
])('held: %s', (_name, text, expected) => {
  expect(hold(text)).toEqual(expected);
});

test('what the app is called begins no reason', () => {
  const apps = { because: where.apps.okeydokey };
  expect(hold('because because it hurts', { apps })).toEqual({
    ...okeydokey,
    app: 'because',
    reason: 'it hurts',
  });
});

test('a reason beyond measure is cut', () => {
  expect(hold(`okeydokey because ${'😀'.repeat(400)}`)).toEqual({
    ...okeydokey,
    reason: `${'😀'.repeat(249)}…`,
  });
});

// It is 18:05 on Monday 23 November 2026 in Helsinki, 16:05 in UTC
test.each([
  ['a time to come', 'okeydokey until 19:00', '2026-11-23T17:00:00Z'],
  ['a time of today that has passed', 'okeydokey until 18:00', '2026-11-24T16:00:00Z'],
  ['this very minute', 'okeydokey until 18:05', '2026-11-24T16:05:00Z'],
  ['a time with one digit', 'okeydokey until 9:30', '2026-11-24T07:30:00Z'],
  ['an American time', 'okeydokey until 7pm', '2026-11-23T17:00:00Z'],
  ['an American time in two words', 'okeydokey until 7:30 PM', '2026-11-23T17:30:00Z'],
  ['noon', 'okeydokey until 12pm', '2026-11-24T10:00:00Z'],
  ['midnight', 'okeydokey until 12am', '2026-11-23T22:00:00Z'],
  ['tomorrow', 'okeydokey until tomorrow', '2026-11-23T22:00:00Z'],
  ['a time tomorrow', 'okeydokey until tomorrow 18:00', '2026-11-24T16:00:00Z'],
  ['a day', 'okeydokey until 2026-12-01', '2026-11-30T22:00:00Z'],
  ['a time of a day', 'okeydokey until 2026-12-01 08:00', '2026-12-01T06:00:00Z'],
  ['the same in one word', 'okeydokey until 2026-12-01T08:00', '2026-12-01T06:00:00Z'],
  ['today', 'okeydokey until 2026-11-23 23:59', '2026-11-23T21:59:00Z'],
  ['a day of summer', 'okeydokey until 2027-07-01 12:00', '2027-07-01T09:00:00Z'],
  ['hours', 'okeydokey for 2h', '2026-11-23T18:05:00Z'],
  ['minutes', 'okeydokey For 90m', '2026-11-23T17:35:00Z'],
  ['a day and a night', 'okeydokey for 1d', '2026-11-24T16:05:00Z'],
  ['a week', 'okeydokey for 1w', '2026-11-30T16:05:00Z'],
  ['both', 'okeydokey for 1h30m', '2026-11-23T17:35:00Z'],
  ['in words', 'okeydokey for 2 hours', '2026-11-23T18:05:00Z'],
  ['one minute', 'okeydokey for 1 minute', '2026-11-23T16:06:00Z'],
])('until %s', (_name, text, expected) => {
  const command = hold(text);
  expect(command).toEqual({ ...okeydokey, until: Date.parse(expected) });
});

test('with all there is', () => {
  expect(hold('shop staging v1 until 19:00 because it hurts')).toEqual({
    ...staging,
    tag: 'v1',
    until: Date.parse('2026-11-23T17:00:00Z'),
    reason: 'it hurts',
  });
  expect(hold('shop staging v1 until 19:00: it hurts')).toEqual({
    ...staging,
    tag: 'v1',
    until: Date.parse('2026-11-23T17:00:00Z'),
    reason: 'it hurts',
  });
});

const examples =
  'an end looks like `until 18:00`, `until tomorrow 9:00`, `until 2026-11-24 18:00` or `for 2h`';
const usage =
  'the command is /tagboat hold <app> [environment] [<tag>|all] [until 18:00|until 2026-11-24|for 2h] [because <reason>]';
test.each([
  ['until, and nothing', 'shop until', `"until" needs a time behind it; ${examples}`],
  ['for, and nothing', 'shop for', `"for" needs a duration behind it; ${examples}`],
  ['an hour that is none', 'shop until 25:00', `"until 25:00" is no time; ${examples}`],
  ['a minute that is none', 'shop until 18:60', `"until 18:60" is no time; ${examples}`],
  ['thirteen in the afternoon', 'shop until 13pm', `"until 13pm" is no time; ${examples}`],
  ['a bare number', 'shop until 18', `"until 18" is no time; ${examples}`],
  ['a day that is none', 'shop until 2027-02-29', `"until 2027-02-29" is no time; ${examples}`],
  ['a month that is none', 'shop until 2026-13-01', `"until 2026-13-01" is no time; ${examples}`],
  ['another way of writing days', 'shop until 24.11.2026', `"until 24.11.2026" is no time; ${examples}`],
  ['a time and then a word', 'shop until 19:00 sharp', `"until 19:00 sharp" is no time; ${examples}`],
  ['a day that has begun', 'shop until 2026-11-23', '"until 2026-11-23" has passed'],
  ['a time of today that has passed', 'shop until 2026-11-23 18:05', '"until 2026-11-23 18:05" has passed'],
  [
    'a day far away',
    'shop until 2027-11-25',
    '"until 2027-11-25" is more than a year away; leave the end out, and lift the hold when it is time',
  ],
  [
    'a long time',
    'shop for 367d',
    '"for 367d" is more than a year away; leave the end out, and lift the hold when it is time',
  ],
  ['no time at all', 'shop for 0m', `"for 0m" is no time at all; ${examples}`],
  ['a unit that is none', 'shop for 2y', `"for 2y" is no duration; ${examples}`],
  ['no unit', 'shop for 90', `"for 90" is no duration; ${examples}`],
  ['too much', 'shop staging v1 v2', `"v2" is too much; ${usage}`],
  ['a tag that is none', 'shop staging a/b', `"a/b" is not a tag; ${usage}`],
])('not held: %s', (_name, text, message) => {
  expect(() => hold(text)).toThrow(expect.objectContaining({ code: 'command-invalid', message }));
});

test('an environment cut short is not taken for a tag, which would hold nothing', () => {
  expect(() => hold('shop prod')).toThrow(
    expect.objectContaining({
      code: 'environment-unknown',
      message: 'shop has no environment "prod"; did you mean production? It has: production, staging',
    }),
  );
});

test.each([
  ['the day that lacks an hour', '2027-03-28T00:30:00Z', '03:30', '2027-03-28T01:30:00Z'],
  ['the day that has one twice, the first time', '2026-10-24T23:00:00Z', '03:30', '2026-10-25T00:30:00Z'],
  ['the day that has one twice, in between', '2026-10-25T00:45:00Z', '03:30', '2026-10-25T01:30:00Z'],
  ['the day that has one twice, afterwards', '2026-10-25T01:45:00Z', '03:30', '2026-10-26T01:30:00Z'],
  ['over the night to winter', '2026-10-24T20:00:00Z', '18:00', '2026-10-25T16:00:00Z'],
])('when clocks change: %s', (_name, at, time, expected) => {
  expect(hold(`okeydokey until ${time}`, { now: Date.parse(at) })).toEqual({
    ...okeydokey,
    until: Date.parse(expected),
  });
});

test.each([
  ['UTC', '2026-11-23T18:00:00Z'],
  ['America/New_York', '2026-11-23T23:00:00Z'],
  ['Asia/Kolkata', '2026-11-24T12:30:00Z'],
  ['Pacific/Kiritimati', '2026-11-24T04:00:00Z'],
  ['Pacific/Pago_Pago', '2026-11-24T05:00:00Z'],
])('18:00 in %s', (timeZone, expected) => {
  expect(hold('okeydokey until 18:00', { timeZone })).toEqual({
    ...okeydokey,
    until: Date.parse(expected),
  });
});
