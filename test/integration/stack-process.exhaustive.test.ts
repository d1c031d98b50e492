import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { run as tagboat } from '../../bin/commands/tagboat.ts';
import { readStackFile } from '../../infra/local/state/stack-file.ts';
import { ownProject } from './support/own-project.ts';
import { launch, ownEnvironment, runHere, temporaryDirectory, watchOutput } from './support/process.ts';

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

/** What only a stack that is there leaves in its state. */
const ownFiles = (state: string): readonly string[] =>
  readdirSync(state).filter((name) => name === 'lock' || name === 'stack.json');

describe('what npm start runs', () => {
  it('signs the slash commands of another environment with what it was given itself, and lets them find it', async () => {
    const directory = temporaryDirectory();
    const config = await ownProject(directory);
    writeFileSync(
      config,
      `${readFileSync(config, 'utf8').replace('file:slack.txt', 'env:OWN_SLACK_SECRET')}\napi: { token: env:OWN_API_TOKEN }\n`,
    );
    const state = path.join(directory, 'state');
    const env = {
      OWN_HOOK_SECRET: 'mine',
      OWN_SLACK_SECRET: 'a secret of their own',
      OWN_API_TOKEN: 'a-token',
    };
    const stack = runHere({ config, state }, env);
    await stack.has('Ctrl-C ends it');
    const { port } = new URL(readStackFile(state)?.url ?? '');
    let output = '';
    const write = (written: string) => (output += written);

    const code = await tagboat(['slack', '/tagboat help'], {
      stdin: Readable.from([]),
      stdout: { write },
      stderr: { write },
      env: { PORT: port },
    });

    expect([code, output]).toEqual([0, expect.stringContaining('/undo')]);
    expect(statSync(path.join(state, 'stack.json')).mode & 0o077).toBe(0);
    // Where tagboat.yml has a token for the API, that asks for it here as well.
    const statusWith = async (token: string | undefined) => {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      return (await fetch(`http://127.0.0.1:${port}/releases`, { headers })).status;
    };
    expect(await statusWith(undefined)).toBe(401);
    expect(await statusWith(readStackFile(state)?.secrets['api/token'])).toBe(200);
  });

  it('does not run with the embedded cluster in its own place', async () => {
    const state = temporaryDirectory();
    const first = runHere({ state, once: true });
    expect(await first.exit()).toBe(0);

    const second = runHere({ state }, { KUBECONFIG: path.join(state, 'kubeconfig') });

    expect(await second.exit()).toBe(1);
    expect(second.output()).toContain('start it with `env -u KUBECONFIG npm start`');
    expect(ownFiles(state)).toEqual([]);
  });
});
