import { describe, expect, it } from 'vitest';
import { refOfBranch } from '../../lib/git/branch.ts';
import { locate } from '../../lib/git/location.ts';
import { followRedirect } from '../../lib/git/redirect.ts';
import { words } from '../../lib/git/words.ts';

/** The small parsers of what configuration and servers say. */

describe('a branch', () => {
  it.each([
    { branch: 'main', ref: 'refs/heads/main' },
    { branch: 'refs/heads/main', ref: 'refs/heads/main' },
    { branch: 'release/1.x', ref: 'refs/heads/release/1.x' },
    { branch: 'grüße', ref: 'refs/heads/grüße' },
  ])('$branch is $ref', ({ branch, ref }) => {
    expect(refOfBranch(branch)).toBe(ref);
  });

  it.each([
    '',
    '@',
    'a b',
    'a\nb',
    'a..b',
    'a~1',
    'a^',
    'a:b',
    'a?',
    'a*',
    '[a',
    'a\\b',
    'a@{1}',
    '/a',
    'a/',
    'a//b',
    'a.',
    '.a',
    'x/.a',
    'a.lock',
  ])('cannot be called %j', (branch) => {
    expect(() => refOfBranch(branch)).toThrow(expect.objectContaining({ code: 'git-branch-not-found' }));
  });
});

describe('a URL', () => {
  it.each([
    { url: 'https://host/a/b.git', base: 'https://host/a/b.git', username: undefined },
    { url: 'https://host/a/b.git/', base: 'https://host/a/b.git', username: undefined },
    { url: 'https://HOST:443/a?x=1#y', base: 'https://host/a', username: undefined },
    { url: 'http://me:p%40ss@127.0.0.1:8080/a.git', base: 'http://127.0.0.1:8080/a.git', username: 'me' },
    { url: 'https://token@host/a.git', base: 'https://host/a.git', username: 'token' },
  ])('$url', ({ url, base, username }) => {
    const location = locate(url, undefined);

    expect([location.base, location.credentials?.username]).toEqual([base, username]);
  });

  it('has its password decoded', () => {
    expect(locate('https://me:p%40ss%@host/a', undefined).credentials?.password).toBe('p%40ss%');
    expect(locate('https://me:p%40ss@host/a', undefined).credentials?.password).toBe('p@ss');
  });

  it('gives way to credentials beside it', () => {
    const credentials = { username: 'bot', password: 'other' };

    expect(locate('https://me:secret@host/a', credentials).credentials).toEqual(credentials);
  });
});

describe('a redirect', () => {
  const follow = (from: string, location: string | undefined, status = 301) =>
    followRedirect(new URL(from), { status, location }, '/info/refs')?.href;

  it.each([
    {
      name: 'a new path',
      from: 'https://host/old/info/refs?service=x',
      to: '/new/info/refs?service=x',
      leads: 'https://host/new/info/refs?service=x',
    },
    {
      name: 'no query',
      from: 'https://host/old/info/refs?service=x',
      to: '/new/info/refs',
      leads: 'https://host/new/info/refs?service=x',
    },
    {
      name: 'HTTPS',
      from: 'http://host/a/info/refs',
      to: 'https://host/a/info/refs',
      leads: 'https://host/a/info/refs',
    },
    {
      name: 'a user of its own',
      from: 'https://host/a/info/refs',
      to: 'https://me:secret@host/b/info/refs',
      leads: 'https://host/b/info/refs',
    },
  ])('to $name is followed', ({ from, to, leads }) => {
    expect(follow(from, to)).toBe(leads);
  });

  it.each([
    { name: 'another host', from: 'https://host/a/info/refs', to: 'https://evil/a/info/refs' },
    {
      name: 'a host that begins the same',
      from: 'https://host/a/info/refs',
      to: 'https://host.evil/a/info/refs',
    },
    { name: 'another port', from: 'https://host/a/info/refs', to: 'https://host:8443/a/info/refs' },
    { name: 'HTTP', from: 'https://host/a/info/refs', to: 'http://host/a/info/refs' },
    {
      name: 'HTTP on the same port',
      from: 'https://host:8443/a/info/refs',
      to: 'http://host:8443/a/info/refs',
    },
    { name: 'a login page', from: 'https://host/a/info/refs', to: '/login' },
    { name: 'no URL', from: 'https://host/a/info/refs', to: 'https://' },
    { name: 'nowhere', from: 'https://host/a/info/refs', to: undefined },
  ])('to $name is not followed', ({ from, to }) => {
    expect(() => follow(from, to)).toThrow(expect.objectContaining({ code: 'git-not-found' }));
  });

  it('is none where the status is not one of a redirect that keeps the method', () => {
    expect(follow('https://host/a/info/refs', '/b/info/refs', 303)).toBeUndefined();
  });
});

describe('words of a server', () => {
  it.each([
    { name: 'one line', text: 'only on weekdays\n', said: 'only on weekdays' },
    { name: 'several lines', text: 'first\r\nsecond\n\n third ', said: 'first; second; third' },
    { name: 'colours', text: '\u001b[1;31mred\u001b[0m \u001b]0;title\u0007done', said: 'red done' },
    { name: 'bells and tabs', text: 'a\u0007b\tc', said: 'a b c' },
    { name: 'text that turns round', text: 'a\u202eb', said: 'ab' },
    {
      name: 'progress',
      text: 'Resolving deltas: 100% (1/1)\rUnpacking objects:  50% (1/2)\rno\n',
      said: 'no',
    },
    { name: 'a secret', text: 'denied for bot:sesame', said: 'denied for bot:***' },
  ])('are fit for a message: $name', ({ text, said }) => {
    expect(words(text, ['sesame'])).toBe(said);
  });

  it('are cut after 600 characters', () => {
    expect(words('x'.repeat(10_000))).toBe(`${'x'.repeat(600)}…`);
  });
});
