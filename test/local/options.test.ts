import { describe, expect, it } from 'vitest';
import { type ParsedOptions, parseOptions } from '../../infra/local/options.ts';

const byDefault = { port: 8787, state: '/project/.tagboat', config: undefined, once: false };
const run = (options: object): ParsedOptions => ({ type: 'run', options: { ...byDefault, ...options } });

/** What npm sets for a script that was called from there. */
const calledFrom = (directory: string) => ({ INIT_CWD: directory, npm_lifecycle_event: 'start' });

describe('parseOptions', () => {
  it.each<[readonly string[], Record<string, string>, ParsedOptions]>([
    [[], {}, run({})],
    [[], { PORT: '9000' }, run({ port: 9000 })],
    [[], { PORT: '' }, run({})],
    [['--port', '0'], { PORT: '9000' }, run({ port: 0 })],
    [['--port=65535', '--state', 'x', '--once'], {}, run({ port: 65_535, state: '/project/x', once: true })],
    [['--config', 'tagboat.yml'], {}, run({ config: '/project/tagboat.yml' })],
    [
      ['--state', 'x', '--config', '../y'],
      calledFrom('/home/me'),
      run({ state: '/home/me/x', config: '/home/y' }),
    ],
    [['--state', '/x'], calledFrom('/home/me'), run({ state: '/x' })],
    [[], calledFrom('/home/me'), run({})],
    [['--state', 'x'], { INIT_CWD: '/elsewhere', npm_lifecycle_event: 'test' }, run({ state: '/project/x' })],
    [['--help', '--port', '1'], {}, { type: 'help' }],
    [['-h'], {}, { type: 'help' }],
  ])('%j with %j', (args, env, expected) => {
    expect(parseOptions(args, env, '/project')).toEqual(expected);
  });

  it.each<[readonly string[], string]>([
    [['--port', '65536'], '"65536" is not a port'],
    [['--port', '-1'], '--port'],
    [['--port', 'http'], '"http" is not a port'],
    [['--prot', '1'], '--prot'],
    [['extra'], 'extra'],
    [['--once', '--config', 'x'], '--once ends after the played release'],
  ])('refuses %j', (args, message) => {
    expect(parseOptions(args, {})).toEqual({ type: 'wrong', message: expect.stringContaining(message) });
  });
});
