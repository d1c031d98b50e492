import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AppConfig, EnvironmentConfig } from '../../lib/config/types.ts';
import { TagboatError } from '../../lib/errors.ts';
import { parseUndo } from '../../lib/slack/undo-command.ts';

const environment: EnvironmentConfig = {
  on: 'image-push',
  tags: { semver: '*' },
  configRepo: 'config',
  files: ['*.yml'],
  cluster: 'c',
  namespace: 'default',
  deliver: 'apply',
  timeout: 300,
  imageTimeout: 900,
  onFailure: 'notify',
  notify: {},
};
const app = (...environments: string[]): AppConfig => ({
  image: 'docker.io/library/x',
  environments: Object.fromEntries(environments.map((name) => [name, environment])),
});
const apps = {
  okeydokey: app('production'),
  shop: app('staging', 'production'),
  'shop-api': app('production'),
  Twin: app('a'),
  twin: app('a'),
  to: app('to', 'fro'),
};

test.each([
  ['the app alone', 'okeydokey', { app: 'okeydokey', environment: 'production' }],
  ['app and environment', 'shop staging', { app: 'shop', environment: 'staging' }],
  ['app and tag', 'okeydokey to 0.0.2', { app: 'okeydokey', environment: 'production', to: '0.0.2' }],
  ['all three', 'shop production to v1', { app: 'shop', environment: 'production', to: 'v1' }],
  ['odd spaces', '  shop \t production\n to  v1 ', { app: 'shop', environment: 'production', to: 'v1' }],
  [
    'as a phone writes it',
    'Okeydokey Production To v1',
    { app: 'okeydokey', environment: 'production', to: 'v1' },
  ],
  ['in backticks and quotes', '`shop` “staging” to "v1"', { app: 'shop', environment: 'staging', to: 'v1' }],
  ['casing decides where it must', 'Twin', { app: 'Twin', environment: 'a' }],
  ['things named to', 'to to to to', { app: 'to', environment: 'to', to: 'to' }],
  ['an environment named to', 'to to', { app: 'to', environment: 'to' }],
])('understood: %s', (_name, text, expected) => {
  expect(parseUndo(text, { apps })).toEqual(expected);
});

const usage = 'the command is /undo <app> [environment] [to <tag>]';
test.each([
  ['nothing', '', 'command-invalid', `no app was named; ${usage}`],
  ['help', 'help', 'command-invalid', `no app was named; ${usage}`],
  ['to without tag', 'okeydokey to', 'command-invalid', `"to" needs a tag behind it; ${usage}`],
  [
    'to without tag, behind an environment',
    'shop staging to',
    'command-invalid',
    `"to" needs a tag behind it; ${usage}`,
  ],
  ['too much', 'shop staging production', 'command-invalid', `"production" is too much; ${usage}`],
  [
    'too much before the tag',
    'shop staging now please to v1',
    'command-invalid',
    `"now please" is too much; ${usage}`,
  ],
  ['a tag that is none', 'okeydokey to v1:v2', 'command-invalid', `"v1:v2" is not a tag; ${usage}`],
  ['a typing error', 'okeydokye', 'app-unknown', 'no app is called "okeydokye"; did you mean okeydokey?'],
  ['a beginning', 'sho', 'app-unknown', 'no app is called "sho"; did you mean shop, shop-api?'],
  ['only the casing, of two', 'TWIN', 'app-unknown', 'no app is called "TWIN"; did you mean twin, Twin?'],
  [
    'something else',
    'qqqqqqqqq',
    'app-unknown',
    'no app is called "qqqqqqqqq"; there are: Twin, okeydokey, shop, shop-api, to, twin',
  ],
  [
    'what every object has',
    'constructor',
    'app-unknown',
    'no app is called "constructor"; there are: Twin, okeydokey, shop, shop-api, to, twin',
  ],
  [
    'no environment, of several',
    'shop',
    'environment-unknown',
    'shop has several environments, name one: production, staging',
  ],
  [
    'another environment',
    'shop test',
    'environment-unknown',
    'shop has no environment "test"; it has: production, staging',
  ],
  [
    'another environment, of one',
    'okeydokey test to v1',
    'environment-unknown',
    'okeydokey has no environment "test"; it has: production',
  ],
])('not understood: %s', (_name, text, code, message) => {
  expect(() => parseUndo(text, { apps })).toThrow(expect.objectContaining({ code, message }));
});

test('no app at all', () => {
  expect(() => parseUndo('x', { apps: {} })).toThrow(
    expect.objectContaining({ code: 'app-unknown', message: 'no app is configured' }),
  );
});

test('a long list is cut', () => {
  const many = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`service-${index}`, app('a')]));
  expect(() => parseUndo('zzzzzzzzzzzz', { apps: many })).toThrow(/service-6, service-7 and 2 more$/);
});

const outcomeOf = (text: string): string => {
  try {
    const { app: name, environment: place } = parseUndo(text, { apps });
    return `${name} ${place}`;
  } catch (error) {
    return error instanceof TagboatError ? error.code : String(error);
  }
};

test('whatever is typed: a request for something configured, or an explanation', () => {
  const configured = Object.entries(apps).flatMap(([name, { environments }]) =>
    Object.keys(environments).map((place) => `${name} ${place}`),
  );
  const possible = [...configured, 'command-invalid', 'app-unknown', 'environment-unknown'];
  const word = fc.oneof(
    fc.constantFrom('shop', 'staging', 'to', 'v1', 'okeydokey', '<!channel>'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (words) => {
      expect(possible).toContain(outcomeOf(words.join(' ')));
    }),
  );
});
