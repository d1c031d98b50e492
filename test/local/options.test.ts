import { describe, expect, it } from 'vitest';
import { type ParsedOptions, parseOptions } from '../../infra/local/options.ts';

const byDefault = { port: 8787, state: '.tagboat', config: undefined, once: false };
const run = (options: object): ParsedOptions => ({ type: 'run', options: { ...byDefault, ...options } });

describe('parseOptions', () => {
  it.each<[readonly string[], Record<string, string>, ParsedOptions]>([
    [[], {}, run({})],
    [[], { PORT: '9000' }, run({ port: 9000 })],
    [[], { PORT: '' }, run({})],
    [['--port', '0'], { PORT: '9000' }, run({ port: 0 })],
    [['--port=65535', '--state', 'x', '--once'], {}, run({ port: 65_535, state: 'x', once: true })],
    [['--config', 'tagboat.yml'], {}, run({ config: 'tagboat.yml' })],
    [['--help', '--port', '1'], {}, { type: 'help' }],
    [['-h'], {}, { type: 'help' }],
  ])('%j with %j', (args, env, expected) => {
    expect(parseOptions(args, env)).toEqual(expected);
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
