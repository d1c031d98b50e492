import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openState, type StateDirectory, writePrivately } from '../../../infra/local/state/directory.ts';
import { lockState } from '../../../infra/local/state/lock.ts';
import { writeStackFile } from '../../../infra/local/state/stack-file.ts';

const temporaryState = (): StateDirectory => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'tagboat-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return openState(directory);
};

/** The id of a process that has ended. */
const deadPid = (): number => spawnSync(process.execPath, ['--version']).pid;

describe('lockState', () => {
  it('lets nobody else in until it is given back', () => {
    const state = temporaryState();
    const unlock = lockState(state);

    expect(() => lockState(state)).toThrow(
      expect.objectContaining({
        code: 'local-state-busy',
        message: `a local stack (process ${process.pid}) is starting with the state in ${state.path}; to end it: kill ${process.pid}`,
      }),
    );
    unlock();
    lockState(state)();
    expect(existsSync(state.file('lock'))).toBe(false);
  });

  it('names the address of the stack that runs', () => {
    const state = temporaryState();
    lockState(state);
    writeStackFile(state, 'http://127.0.0.1:1', undefined);

    expect(() => lockState(state)).toThrow(`(process ${process.pid}) runs at http://127.0.0.1:1 with`);
  });

  it('refuses what a living process of somebody else holds', () => {
    const state = temporaryState();
    writeFileSync(state.file('lock'), JSON.stringify({ pid: process.ppid }));

    expect(() => lockState(state)).toThrow(expect.objectContaining({ code: 'local-state-busy' }));
    expect(readFileSync(state.file('lock'), 'utf8')).toBe(JSON.stringify({ pid: process.ppid }));
  });

  it.each([
    ['of a dead process', () => JSON.stringify({ pid: deadPid() })],
    ['of a process that had the id of this one', () => JSON.stringify({ pid: process.pid })],
    ['that is empty', () => ''],
    ['that is no JSON', () => '\u0000damaged'],
  ])('takes over a lock %s', (_name, text) => {
    const state = temporaryState();
    writeFileSync(state.file('lock'), text());

    lockState(state);

    expect(JSON.parse(readFileSync(state.file('lock'), 'utf8'))).toMatchObject({ pid: process.pid });
  });

  it.runIf(process.platform === 'linux')('takes over a lock of an earlier process with the same id', () => {
    const state = temporaryState();
    writeFileSync(state.file('lock'), JSON.stringify({ pid: process.ppid, started: '1' }));

    expect(() => lockState(state)).not.toThrow();
  });

  it('takes over a directory in its place', () => {
    const state = temporaryState();
    mkdirSync(state.file('lock'));

    expect(() => lockState(state)).not.toThrow();
  });

  it('gives back nothing but its own', () => {
    const state = temporaryState();
    const unlock = lockState(state);
    writeFileSync(state.file('lock'), JSON.stringify({ pid: 1 }));

    unlock();

    expect(existsSync(state.file('lock'))).toBe(true);
  });
});

describe('writeStackFile', () => {
  it('removes nothing but its own', () => {
    const state = temporaryState();
    const release = writeStackFile(state, 'http://127.0.0.1:1', undefined);
    writePrivately(state.file('stack.json'), JSON.stringify({ url: 'http://127.0.0.1:2', pid: 1 }));

    release();

    expect(existsSync(state.file('stack.json'))).toBe(true);
  });
});

describe('a process that ends without closing anything', () => {
  it('removes its lock and its stack.json', () => {
    const state = temporaryState();
    const here = (file: string) =>
      JSON.stringify(path.resolve(import.meta.dirname, '../../../infra/local/state', file));
    const script = `
      const { openState } = await import(${here('directory.ts')});
      const { lockState } = await import(${here('lock.ts')});
      const { writeStackFile } = await import(${here('stack-file.ts')});
      const state = openState(${JSON.stringify(state.path)});
      lockState(state);
      writeStackFile(state, 'http://127.0.0.1:1', undefined);
      console.log(readdirSync(state.path).toSorted().join());
      throw new Error('a defect');
    `;

    const { stdout, status } = spawnSync(
      process.execPath,
      ['--input-type=module', '-e', `import { readdirSync } from 'node:fs'; ${script}`],
      {
        encoding: 'utf8',
      },
    );

    expect([stdout.trim(), status]).toEqual(['lock,stack.json', 1]);
    expect(readdirSync(state.path)).toEqual([]);
  });
});
