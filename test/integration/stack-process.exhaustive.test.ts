import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { launch, ownEnvironment, temporaryDirectory, watchOutput } from './support/process.ts';

const start = () => {
  const state = temporaryDirectory();
  return { state, ...launch('start.mjs', ['--port', '0', '--state', state], state) };
};

describe('npm start', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('ends with 0 on %s', async (signal) => {
    const { exit, has, kill } = start();
    await has('Playing one release');

    kill(signal);

    expect(await exit).toBe(0);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('takes back what it did on %s while it starts', async (signal) => {
    const { exit, kill, state } = start();
    await expect.poll(() => existsSync(path.join(state, 'lock'))).toBe(true);

    kill(signal);

    expect(await exit).toBe(0);
    expect(['lock', 'stack.json'].filter((name) => existsSync(path.join(state, name)))).toEqual([]);
  });

  it('ends when the process that started it is killed', async () => {
    const { exit, has, kill } = start();
    await has('Playing one release');

    kill('SIGKILL');

    // The output is closed when the last process that holds it has ended.
    expect(await exit).toBe(null);
  });

  it('ends when npm is told to, which tells nobody', async () => {
    const state = temporaryDirectory();
    const npm = spawn('npm', ['start', '--', '--port', '0', '--state', state], {
      env: ownEnvironment(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const output = watchOutput();
    npm.stdout.setEncoding('utf8').on('data', output.write);
    const closed = once(npm, 'close');
    await output.has('Playing one release');

    npm.kill('SIGTERM');

    // The output is closed when the last process that holds it has ended.
    await closed;
    expect(['lock', 'stack.json'].filter((name) => existsSync(path.join(state, name)))).toEqual([]);
  });

  it('plays one release with --once, and ends with 0', async () => {
    const state = temporaryDirectory();

    const { exit, output } = launch('start.mjs', ['--port', '0', '--state', state, '--once'], state);

    expect([await exit, output()]).toEqual([0, expect.stringMatching(/✓ healthy/)]);
  });
});
