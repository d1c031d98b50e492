import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../lib/config/load.ts';
import { intervalMs } from '../../lib/release/model/look-interval.ts';
import { edited, problemsOf } from './support.ts';

const withTop = (text: string): string => edited('apps:', `${text}\napps:`);
const withBoth = (top: string, app: string): string =>
  withTop(`reconcile: { every: ${top} }`).replace(
    '    environments:',
    `    reconcile: { every: ${app} }\n    environments:`,
  );

describe('reconcile', () => {
  it('says how often every app is looked at, or one, or never', () => {
    const every = (text: string) => intervalMs(parseConfig(text), 'okeydokey');

    expect(every(edited('apps:', 'apps:'))).toBeUndefined();
    expect(every(withTop('reconcile: { every: 10m }'))).toBe(600_000);
    expect(every(withBoth('10m', '1h'))).toBe(3_600_000);
    expect(every(withBoth('10m', 'never'))).toBeUndefined();
    expect(every(withBoth('never', '1m'))).toBe(60_000);
  });

  it('is a minute at the least, but on the local stack', () => {
    const text = withBoth('5s', '59s');

    expect(problemsOf(text).map((line) => line.replace(/^\S+ /, ''))).toEqual([
      'less than a minute works on the local stack only; write `1m` or more',
      'less than a minute works on the local stack only; write `1m` or more',
    ]);
    expect(parseConfig(text, { local: true }).reconcile).toEqual({ every: 5 });
  });

  it.each(['10', 'off', '2d', "''"])('is not every %s', (every) => {
    expect(problemsOf(withTop(`reconcile: { every: ${every} }`))).toHaveLength(1);
  });
});

describe('Git hosts', () => {
  it('are known by the host of the repositories, in lower case', () => {
    const text = withTop('gitHosts: { GitHub.com: { password: kms:AAAA }, git.example.com:8443: {} }');
    expect(Object.keys(parseConfig(text).gitHosts ?? {})).toEqual(['github.com', 'git.example.com:8443']);
  });

  it.each([
    ['a URL', '{ "https://github.com": {} }', 'is not the host of a Git repository; write `github.com`'],
    ['a host twice', '{ github.com: {}, GITHUB.com: {} }', 'this is the same Git host as `github.com`'],
    ['a user without a password', '{ github.com: { username: bot } }', '`username` without `password`'],
    ['a password in clear', '{ github.com: { password: x } }', 'a sealed value (`kms:…`) is expected here'],
    ['plain http', '{ github.com: { endpoint: "http://x.example.com" } }', 'work on the local stack only'],
  ])('may not be %s', (_name, hosts, message) => {
    expect(problemsOf(withTop(`gitHosts: ${hosts}`))).toEqual([expect.stringContaining(message)]);
  });
});
