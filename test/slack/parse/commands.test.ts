import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TagboatError } from '../../../lib/errors.ts';
import { decodeAction, encodeAction } from '../../../lib/slack/action.ts';
import type { Action, Command } from '../../../lib/slack/commands.ts';
import { parseCommand } from '../../../lib/slack/parse.ts';
import { usages } from '../../../lib/slack/usage.ts';
import { endsInTime } from '../../support/ends-in-time.ts';
import { where } from './apps.ts';

const okeydokey = { app: 'okeydokey', environment: 'production' };
const staging = { app: 'shop', environment: 'staging' };

test.each([
  ['nothing', '', { type: 'help' }],
  ['help', 'help', { type: 'help' }],
  ['help on something', 'HELP undo', { type: 'help' }],
  ['everything’s status', 'status', { type: 'status' }],
  ['the status of an app with one environment', 'status okeydokey', { type: 'status', ...okeydokey }],
  ['the status of an app with several', 'status shop', { type: 'status', app: 'shop' }],
  ['the status of one of them', 'Status shop staging', { type: 'status', ...staging }],
  ['every hold', 'holds', { type: 'holds' }],
  ['the holds of an app', 'holds shop', { type: 'holds', app: 'shop' }],
  ['the holds of an environment', 'holds shop staging', { type: 'holds', ...staging }],
  ['a history', 'history okeydokey', { type: 'history', ...okeydokey, limit: 10 }],
  ['a longer one', 'history okeydokey 30', { type: 'history', ...okeydokey, limit: 30 }],
  ['a short one of one environment', 'history shop staging 1', { type: 'history', ...staging, limit: 1 }],
  ['one of several environments', 'history shop 5', { type: 'history', app: 'shop', limit: 5 }],
  [
    'an environment that is a number',
    'history help 20',
    { type: 'history', app: 'help', environment: '20', limit: 10 },
  ],
  ['that, and how many', 'history help 20 5', { type: 'history', app: 'help', environment: '20', limit: 5 }],
  ['how many, elsewhere', 'history help 21', { type: 'history', app: 'help', limit: 21 }],
  ['a release by hand', 'release okeydokey v1', { type: 'release', ...okeydokey, tag: 'v1' }],
  ['one to an environment', 'release shop staging v1', { type: 'release', ...staging, tag: 'v1' }],
  ['one to an environment not named yet', 'release shop v1', { type: 'release', app: 'shop', tag: 'v1' }],
  [
    'a tag called like the environment that is named too',
    'release help v1 v1',
    { type: 'release', app: 'help', environment: 'v1', tag: 'v1' },
  ],
  ['no more hold on anything', 'unhold okeydokey', { type: 'unhold', ...okeydokey, tag: '*' }],
  ['no more hold on everything', 'unhold shop staging all', { type: 'unhold', ...staging, tag: '*' }],
  ['no more hold on a tag', 'unhold shop v1', { type: 'unhold', app: 'shop', tag: 'v1' }],
  [
    'no more hold on a tag of an environment',
    'unhold shop staging v1',
    { type: 'unhold', ...staging, tag: 'v1' },
  ],
  ['a pause', 'pause okeydokey', { type: 'pause', ...okeydokey }],
  ['a pause somewhere', 'pause shop', { type: 'pause', app: 'shop' }],
  ['a resumption', 'resume shop staging', { type: 'resume', ...staging }],
])('/tagboat understood: %s', (_name, text, expected) => {
  expect(parseCommand('/tagboat', text, where)).toEqual(expected);
});

const historyUsage = 'the command is /tagboat history <app> [environment] [<how many>]';
const meant = 'shop has no environment';
test.each([
  ['release shop v1.1 staging', `${meant} "v1.1"; did you mean /tagboat release shop staging v1.1? It has: `],
  [
    'release shop v1.1 to staging',
    `${meant} "v1.1"; did you mean /tagboat release shop staging v1.1? It has: `,
  ],
  ['release shop to v1.1', `${meant} "to"; did you mean /tagboat release shop v1.1? It has: `],
  [
    'hold shop v1.1 staging for 2h',
    `${meant} "v1.1"; did you mean /tagboat hold shop staging v1.1? It has: `,
  ],
  ['unhold shop v1.1 staging', `${meant} "v1.1"; did you mean /tagboat unhold shop staging v1.1? It has: `],
  ['release shop staging to v1.1', '"to" is too much; did you mean /tagboat release shop staging v1.1?'],
  ['release shop v1.1 v1.2', `${meant} "v1.1"; it has: production, staging`],
  ['release shop v1.1 to test', `${meant} "v1.1"; it has: production, staging`],
])('a tag and an environment in the wrong order: %s', (text, message) => {
  expect(() => parseCommand('/tagboat', text, where)).toThrow(message);
});

test.each([
  [
    'no app',
    'pause',
    'command-invalid',
    'no app was named; the command is /tagboat pause <app> [environment]',
  ],
  [
    'no tag',
    'release shop staging',
    'command-invalid',
    'no tag was named; the command is /tagboat release <app> [environment] <tag>',
  ],
  [
    'an environment called like the tag',
    'release help v1',
    'command-invalid',
    'no tag was named; the command is /tagboat release <app> [environment] <tag>',
  ],
  [
    'a tag that is none',
    'release shop staging a/b',
    'command-invalid',
    '"a/b" is not a tag; the command is /tagboat release <app> [environment] <tag>',
  ],
  [
    'every tag at once',
    'release shop staging *',
    'command-invalid',
    '"*" is not a tag; the command is /tagboat release <app> [environment] <tag>',
  ],
  [
    'too much',
    'status shop staging please',
    'command-invalid',
    '"please" is too much; the command is /tagboat status [app] [environment]',
  ],
  [
    'none of the history',
    'history shop 0',
    'command-invalid',
    `0 releases cannot be shown, but 1 to 30; ${historyUsage}`,
  ],
  [
    'too much of it',
    'history shop 31',
    'command-invalid',
    `31 releases cannot be shown, but 1 to 30; ${historyUsage}`,
  ],
  ['no number', 'history shop staging all', 'command-invalid', `"all" is too much; ${historyUsage}`],
  ['two numbers', 'history shop 3 4', 'command-invalid', `"4" is too much; ${historyUsage}`],
  [
    'an environment that is none, before a tag',
    'release shop test v1',
    'environment-unknown',
    'shop has no environment "test"; it has: production, staging',
  ],
  [
    'an environment cut short, in the place of a tag',
    'unhold shop stag',
    'environment-unknown',
    'shop has no environment "stag"; did you mean staging? It has: production, staging',
  ],
  [
    'a typing error',
    'stauts',
    'command-invalid',
    'no command is called "stauts"; did you mean status? It is /tagboat status [app] [environment]',
  ],
  [
    'what others call it',
    'Rollback shop',
    'command-invalid',
    'no command is called "Rollback"; did you mean undo? It is /undo <app> [environment] [to <tag>|to #<n>]',
  ],
  [
    'an app in the place of the verb',
    'shop',
    'command-invalid',
    'no command is called "shop"; did you mean /tagboat status shop?',
  ],
  [
    'something else',
    'xyzzy',
    'command-invalid',
    'no command is called "xyzzy"; there are: undo, status, history, release, hold, unhold, holds, pause, resume, help',
  ],
  [
    'what every object has',
    'toString',
    'command-invalid',
    'no command is called "toString"; there are: undo, status, history, release, hold, unhold, holds, pause, resume, help',
  ],
])('/tagboat not understood: %s', (_name, text, code, message) => {
  expect(() => parseCommand('/tagboat', text, where)).toThrow(expect.objectContaining({ code, message }));
});

test('another app’s command', () => {
  expect(() => parseCommand('/deploy', 'shop', where)).toThrow(
    expect.objectContaining({
      code: 'command-invalid',
      message: '/deploy is not a command of Tagboat; there are /undo and /tagboat',
    }),
  );
});

/** A command, or the code of the refusal; anything else that is thrown is a defect. */
const outcomeOf = (name: string, text: string): Command | string => {
  try {
    return parseCommand(name, text, where);
  } catch (error) {
    if (error instanceof TagboatError) return error.code;
    throw error;
  }
};

test('whatever is typed: a command for something configured that fits into a button, or an explanation', () => {
  const configured = Object.entries(where.apps).flatMap(([name, { environments }]) => [
    name,
    ...Object.keys(environments).map((place) => `${name} ${place}`),
  ]);
  // Longer ones take fast-check seconds to prepare
  const anything = fc.string({ unit: 'binary', maxLength: 12 });
  const word = fc.oneof(
    fc.constantFrom(...Object.keys(usages), ...Object.keys(where.apps), 'staging', 'production', 'to', '#3'),
    fc.constantFrom('v1', 'all', '*', 'until', 'for', '18:00', '2h', 'tomorrow', 'because', '-', ':', '5'),
    fc.constantFrom('<!channel>', '<@U1|x>', '<http://v1|v1>', '<', '&lt;', '“', '"', '\u0000', '\uD800'),
    anything,
  );
  const text = fc.oneof(
    fc.array(word, { maxLength: 9 }).map((words) => words.join(' ')),
    fc.array(anything, { maxLength: 10 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(fc.constantFrom('/undo', '/tagboat'), text, (name, given) => {
      const outcome = outcomeOf(name, given);
      if (typeof outcome === 'string') {
        expect(['command-invalid', 'app-unknown', 'environment-unknown']).toContain(outcome);
        return;
      }
      const action: Action = { type: 'run', command: outcome, confirmed: true };
      expect(decodeAction(encodeAction(action))).toEqual(action);
      if (!('app' in outcome) || outcome.app === undefined) return;
      const { app, environment } = outcome;
      expect(configured).toContain(environment === undefined ? app : `${app} ${environment}`);
    }),
    { numRuns: 300 },
  );
});

/** As long as the parser reads, which is what Slack hands on at most; the rest is cut off before anything is looked for. */
const longest = 4000;
/**
 * Of 4000 characters a time that grows with their square is 20 ms, which does no harm. One that grows with their cube is 20 s,
 * and over so many rounds more than a hang; what is linear takes a tenth of a second for all of them.
 */
const rounds = 100;
const filled = (begin: string, unit: string, end = ''): string => {
  const room = longest - begin.length - end.length;
  return begin + unit.repeat(room).slice(0, room) + end;
};

test.each([
  ['open brackets', filled('', '<')],
  ['links that never end', filled('', '<http://')],
  ['quotes', filled('', '"')],
  ['spaces', filled('hold shop', ' ', 'x')],
  ['digits', filled('hold shop for ', '1')],
  ['durations', filled('hold shop for ', '1h')],
  ['dots', filled('release shop ', '.')],
  ['words', filled('', 'a ')],
  ['more than Slack sends', 'hold shop because '.repeat(100_000)],
])('4000 characters of %s come to an end', (_name, text) => {
  expect(() =>
    endsInTime(() => {
      for (let round = 0; round < rounds; round += 1) {
        outcomeOf('/tagboat', text);
        outcomeOf('/undo', text);
      }
    }),
  ).not.toThrow();
});
