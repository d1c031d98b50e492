import { expect, test } from 'vitest';
import { parseCommand } from '../../../lib/slack/parse.ts';
import { app, where } from './apps.ts';

test.each([
  ['an app with one environment', 'okeydokey', { app: 'okeydokey', environment: 'production' }],
  ['its environment all the same', 'okeydokey production', { app: 'okeydokey', environment: 'production' }],
  ['a tag', 'okeydokey to 0.0.2', { app: 'okeydokey', environment: 'production', to: '0.0.2' }],
  ['a number', 'okeydokey to #3', { app: 'okeydokey', environment: 'production', number: 3 }],
  ['a tag that is a number', 'okeydokey to 3', { app: 'okeydokey', environment: 'production', to: '3' }],
  ['an environment', 'shop staging', { app: 'shop', environment: 'staging' }],
  ['an environment and a tag', 'shop staging to v1', { app: 'shop', environment: 'staging', to: 'v1' }],
  ['an environment and a number', 'shop staging to #12', { app: 'shop', environment: 'staging', number: 12 }],
  ['no environment, of several', 'shop', { app: 'shop' }],
  ['no environment, of several, and a tag', 'shop to v1', { app: 'shop', to: 'v1' }],
  ['spaces and lines', ' shop\n  staging\tto   v1 ', { app: 'shop', environment: 'staging', to: 'v1' }],
  ['names from a phone', 'Shop STAGING To v1', { app: 'shop', environment: 'staging', to: 'v1' }],
  ['quoted names', '`shop` "staging" to ‘v1’', { app: 'shop', environment: 'staging', to: 'v1' }],
  [
    'what Slack took for a link',
    'shop staging to <http://v1.2|v1.2>',
    { app: 'shop', environment: 'staging', to: 'v1.2' },
  ],
  ['what nobody sees', 'sh\u200Bop \u202Astaging\u0000', { app: 'shop', environment: 'staging' }],
  ['casing decides where it must', 'Twin', { app: 'Twin', environment: 'a' }],
  ['things named to', 'to to to to', { app: 'to', environment: 'to', to: 'to' }],
  ['an environment named to', 'to to', { app: 'to', environment: 'to' }],
  [
    'a tag called like an environment, where that is named',
    'shop staging to production',
    { app: 'shop', environment: 'staging', to: 'production' },
  ],
  ['an app named help', 'help a', { app: 'help', environment: 'a' }],
])('/undo understood: %s', (_name, text, expected) => {
  expect(parseCommand('/undo', text, where)).toEqual({ type: 'undo', ...expected });
  expect(parseCommand('/tagboat', `undo ${text}`, where)).toEqual({ type: 'undo', ...expected });
});

test.each(['', ' ', 'help', '"', '\u200B'])('help is shown for /undo %j', (text) => {
  expect(parseCommand('/undo', text, where)).toEqual({ type: 'help' });
});

const usage = 'the command is /undo <app> [environment] [to <tag>|to #<n>]';
test.each([
  ['to without tag', 'okeydokey to', 'command-invalid', `"to" needs a tag or a number behind it; ${usage}`],
  [
    'to without tag, behind an environment',
    'shop staging to',
    'command-invalid',
    `"to" needs a tag or a number behind it; ${usage}`,
  ],
  ['too much', 'shop staging production', 'command-invalid', `"production" is too much; ${usage}`],
  [
    'too much before the tag',
    'shop staging now please to v1',
    'command-invalid',
    `"now please" is too much; ${usage}`,
  ],
  ['a tag that is none', 'okeydokey to v1:v2', 'command-invalid', `"v1:v2" is not a tag; ${usage}`],
  [
    'the number nought',
    'okeydokey to #0',
    'command-invalid',
    `"#0" is not a number of the history; ${usage}`,
  ],
  ['no number', 'okeydokey to #v1', 'command-invalid', `"#v1" is not a number of the history; ${usage}`],
  [
    'a number beyond counting',
    'okeydokey to #99999999',
    'command-invalid',
    `"#99999999" is not a number of the history; ${usage}`,
  ],
  ['a typing error', 'okeydokye', 'app-unknown', 'no app is called "okeydokye"; did you mean okeydokey?'],
  ['a beginning', 'sho', 'app-unknown', 'no app is called "sho"; did you mean shop, shop-api?'],
  ['only the casing, of two', 'TWIN', 'app-unknown', 'no app is called "TWIN"; did you mean twin, Twin?'],
  [
    'something else',
    'qqqqqqqqq',
    'app-unknown',
    'no app is called "qqqqqqqqq"; there are: Twin, help, okeydokey, shop, shop-api, to, twin',
  ],
  [
    'what every object has',
    'constructor',
    'app-unknown',
    'no app is called "constructor"; there are: Twin, help, okeydokey, shop, shop-api, to, twin',
  ],
  [
    'a mention',
    '<@U024BE7LH|bob>',
    'app-unknown',
    'no app is called "@bob"; there are: Twin, help, okeydokey, shop, shop-api, to, twin',
  ],
  [
    'another environment',
    'shop test',
    'environment-unknown',
    'shop has no environment "test"; it has: production, staging',
  ],
  [
    'the beginning of an environment',
    'shop prod',
    'environment-unknown',
    'shop has no environment "prod"; did you mean production? It has: production, staging',
  ],
  [
    'a tag without to',
    'okeydokey v1.11.0',
    'environment-unknown',
    'okeydokey has no environment "v1.11.0"; did you mean /undo okeydokey to v1.11.0? It has: production',
  ],
  [
    'a number without to',
    'shop #7',
    'environment-unknown',
    'shop has no environment "#7"; did you mean /undo shop to #7? It has: production, staging',
  ],
  [
    'a tag without to, behind an environment',
    'shop staging 2026-11-27',
    'command-invalid',
    '"2026-11-27" is too much; did you mean /undo shop staging to 2026-11-27?',
  ],
  [
    'a mistyped environment with a digit',
    'help 21',
    'environment-unknown',
    'help has no environment "21"; did you mean 20, v1? It has: 20, a, v1',
  ],
  [
    'an environment in the place of the tag',
    'shop to Staging',
    'command-invalid',
    '"staging" is an environment of shop; did you mean /undo shop staging?',
  ],
  [
    'another environment, of one',
    'okeydokey test to v1',
    'environment-unknown',
    'okeydokey has no environment "test"; it has: production',
  ],
])('/undo not understood: %s', (_name, text, code, message) => {
  expect(() => parseCommand('/undo', text, where)).toThrow(expect.objectContaining({ code, message }));
});

test('no app at all', () => {
  expect(() => parseCommand('/undo', 'x', { ...where, apps: {} })).toThrow(
    expect.objectContaining({ code: 'app-unknown', message: 'no app is configured' }),
  );
});

test('a long list is cut', () => {
  const apps = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`service-${index}`, app('a')]));
  expect(() => parseCommand('/undo', 'zzzzzzzzzzzz', { ...where, apps })).toThrow(
    /service-6, service-7 and 2 more$/,
  );
});
