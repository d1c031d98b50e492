import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

const project = path.resolve(import.meta.dirname, '../..');

const temporaryDirectory = (): string => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'tagboat-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
};

/** Runs one of the launchers as npm does. */
const launch = (script: string, ...args: readonly string[]) => {
  const { KUBECONFIG: _, AWS_ENDPOINT_URL: __, FORCE_COLOR: ___, ...env } = process.env;
  const child = spawn(process.execPath, [path.join(project, 'bin', script), ...args], { env, cwd: project });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  // `close`, not `exit`: nothing that it started holds its output any more.
  const exit = new Promise<number | null>((resolve) => child.on('close', resolve));
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await exit;
  });
  return { exit, output: () => output, kill: (signal: NodeJS.Signals) => child.kill(signal) };
};

describe('npm start', () => {
  it('plays one release with --once, shows its journey in plain lines, and ends with 0', async () => {
    const state = temporaryDirectory();

    const { exit, output } = launch('start.mjs', '--port', '0', '--state', state, '--once');

    expect([await exit, output()]).toEqual([0, expect.stringMatching(/✓ healthy/)]);
    const lines = output().split('\n');
    const labels = lines.flatMap((line) => /^ {2}✓ (\w+(?: \w+)?) {2,}/.exec(line)?.[1] ?? []);
    expect(labels).toEqual(['cluster', 'image pushed', 'hook accepted', 'committed', 'healthy']);
    expect(lines.filter((line) => /^ {6}[-+] /.test(line)).map((line) => line.trim())).toEqual([
      '-              image: "devopswithkubernetes/okeydokey:v0.0.3"   # <- the released version',
      '+              image: "devopswithkubernetes/okeydokey:v0.0.4"   # <- the released version',
    ]);
    expect(output()).not.toContain('\u001b');
    expect(() => readFileSync(path.join(state, 'stack.json'))).toThrow('ENOENT');
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('ends with 0 within two seconds of %s', async (signal) => {
    const { exit, output, kill } = launch('start.mjs', '--port', '0', '--state', temporaryDirectory());
    await expect.poll(output, { timeout: 20_000 }).toContain('Playing one release');
    const began = performance.now();

    kill(signal);

    expect(await exit).toBe(0);
    expect(performance.now() - began).toBeLessThan(2000);
  });

  it('ends when the process that started it is killed', async () => {
    const { exit, output, kill } = launch('start.mjs', '--port', '0', '--state', temporaryDirectory());
    await expect.poll(output, { timeout: 20_000 }).toContain('Playing one release');

    kill('SIGKILL');

    // The output is closed when the last process that holds it has ended.
    expect(await exit).toBe(null);
  });

  it('says what is wrong with a tagboat.yml, and ends with 1', async () => {
    const file = path.join(temporaryDirectory(), 'tagboat.yml');
    writeFileSync(file, 'apps: { web: { imagee: nginx, environments: {} } }\n');

    const { exit, output } = launch(
      'start.mjs',
      '--port',
      '0',
      '--state',
      temporaryDirectory(),
      '--config',
      file,
    );

    expect(await exit).toBe(1);
    expect(output()).toContain(`${file}:1:`);
    expect(output()).toContain('did you mean `image`?');
  });

  it('shows its options, and refuses others', async () => {
    const [help, wrong] = [launch('start.mjs', '--help'), launch('start.mjs', '--prot', '1')];

    expect([await help.exit, await wrong.exit]).toEqual([0, 1]);
    expect(help.output()).toContain('Usage: npm start');
    expect(wrong.output()).toContain("Unknown option '--prot'");
  });
});

describe('tagboat', () => {
  it('undoes a release on the running stack, and shows the verdict', async () => {
    const state = temporaryDirectory();
    const stack = launch('start.mjs', '--port', '0', '--state', state);
    await expect.poll(stack.output, { timeout: 25_000 }).toContain('Ctrl-C ends it');

    const undo = launch('tagboat.mjs', 'slack', '/undo okeydokey', '--state', state);

    expect([await undo.exit, undo.output()]).toEqual([
      0,
      [
        'Undoing okeydokey in production, back to v0.0.3',
        'okeydokey → production: undo to v0.0.3 is rolling out',
        'okeydokey → production: undo to v0.0.3 is healthy',
        '',
      ].join('\n'),
    ]);
  });

  it.each<[string, readonly string[], number, string]>([
    ['a command that is not there', ['nope'], 2, 'There is no command "nope".'],
    ['no command', [], 2, 'Usage: tagboat'],
    ['--help', ['--help'], 0, 'Usage: tagboat'],
    ['a slash command without a slash', ['slack', 'undo'], 2, 'A slash command begins with "/".'],
    ['a stack that does not run', ['slack', '/undo x', '--state', '/nowhere'], 1, 'no local stack runs'],
  ])('%s', async (_name, args, code, text) => {
    const { exit, output } = launch('tagboat.mjs', ...args);

    expect([await exit, output()]).toEqual([code, expect.stringContaining(text)]);
  });
});
