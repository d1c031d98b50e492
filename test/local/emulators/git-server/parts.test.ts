import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitCgiOutput } from '../../../../infra/local/emulators/git-server/cgi-head.ts';
import { findBackend } from '../../../../infra/local/emulators/git-server/find-backend.ts';
import { gitEnvironment } from '../../../../infra/local/emulators/git-server/git.ts';
import { isAuthorized } from '../../../../infra/local/runtime/gateway/basic-auth.ts';

describe('head of a CGI program', () => {
  it.each([
    ['with CRLF', 'Status: 404 Not Found\r\nX: y\r\n\r\nbody\n\n', 404, [['X', 'y']], 'body\n\n'],
    [
      'with LF',
      'Content-Type: a/b; c=d:e\n\nbody\r\n\r\n',
      200,
      [['Content-Type', 'a/b; c=d:e']],
      'body\r\n\r\n',
    ],
    ['without a body', 'X: y\r\n\r\n', 200, [['X', 'y']], ''],
    ['with a status that is none', 'Status: hello\n\n', 500, [], ''],
  ])('is split off: %s', (_name, output, status, headers, body) => {
    const parts = splitCgiOutput(Buffer.from(output));

    expect([parts?.status, parts?.headers]).toEqual([status, headers]);
    expect(parts?.body.toString()).toBe(body);
  });

  it('is the same wherever the output is cut', () => {
    const output = Buffer.from('Status: 403 No\r\nX: y\r\n\r\nbody');
    const headLength = output.length - 'body'.length;

    fc.assert(
      fc.property(fc.integer({ min: 0, max: output.length }), (cut) => {
        const parts = splitCgiOutput(output.subarray(0, cut));
        expect(parts === undefined).toBe(cut < headLength);
        if (parts !== undefined) expect(parts).toMatchObject({ status: 403, headers: [['X', 'y']] });
      }),
    );
  });
});

describe('basic authentication', () => {
  const credentials = { username: 'ann', password: 'pässword:1' };
  const encode = (text: string): string => Buffer.from(text).toString('base64');

  it.each([
    ['the right ones', `Basic ${encode('ann:pässword:1')}`, true],
    ['the scheme in lower case', `basic ${encode('ann:pässword:1')}`, true],
    ['a wrong password', `Basic ${encode('ann:pässword:2')}`, false],
    ['a part of the password', `Basic ${encode('ann:pässword')}`, false],
    ['a wrong user', `Basic ${encode('bob:pässword:1')}`, false],
    ['another scheme', `Bearer ${encode('ann:pässword:1')}`, false],
    ['nothing', undefined, false],
    ['an empty header', '', false],
  ])('%s', (_name, header, expected) => {
    expect(isAuthorized(header, credentials)).toBe(expected);
  });
});

describe('environment of git', () => {
  it('takes nothing over but the path', () => {
    const environment = gitEnvironment({
      PATH: '/bin',
      HOME: '/home/ann',
      GIT_DIR: '/x',
      GIT_CONFIG_COUNT: '9',
    });

    expect(environment).toMatchObject({
      PATH: '/bin',
      HOME: '',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_COUNT: '8',
    });
    expect(environment.GIT_DIR).toBeUndefined();
  });
});

describe('git http-backend', () => {
  it('is found among the programs of git', () => {
    expect(findBackend()).toMatch(/git-http-backend$/);
  });

  it('that is missing with all of git is named', () => {
    expect(() => findBackend('/nowhere/git')).toThrow(
      expect.objectContaining({
        code: 'local-tool-missing',
        message: 'git is not installed, or not on the path: install git',
      }),
    );
  });
});
