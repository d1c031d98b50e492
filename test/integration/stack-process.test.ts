import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { exampleFiles } from '../../infra/local/example/example.ts';
import { createBareRepository } from '../../infra/local/git-server/create-repository.ts';

const project = path.resolve(import.meta.dirname, '../..');

const temporaryDirectory = (): string => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'tagboat-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
};

/** Runs one of the launchers as npm does. */
const launch = (script: string, ...args: readonly string[]) => launchWith({}, script, ...args);

const launchWith = (extra: Readonly<Record<string, string>>, script: string, ...args: readonly string[]) => {
  const { KUBECONFIG: _, AWS_ENDPOINT_URL: __, FORCE_COLOR: ___, ...inherited } = process.env;
  const env = { ...inherited, ...extra };
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

/** Somebody's own project: a config repo and a tagboat.yml whose secrets are not there yet. */
const ownProject = async (directory: string): Promise<string> => {
  const repository = path.join(directory, 'config.git');
  await createBareRepository(repository, { branch: 'config', files: exampleFiles() });
  const file = path.join(directory, 'tagboat.yml');
  writeFileSync(
    file,
    `
clusters: { here: { kubeconfig: 'file:state/kubeconfig' } }
configRepos: { mine: { url: 'file://${repository}', branch: config } }
sources: { github: { secret: 'env:OWN_HOOK_SECRET' } }
slack: { signingSecret: 'file:slack.txt', allow: { users: [U024BE7LH] } }
apps:
  okeydokey:
    image: devopswithkubernetes/okeydokey
    repository: github.com/DevOps-with-Kubernetes/okeydokey
    environments:
      production:
        { on: tag-push, tags: { semver: '*' }, configRepo: mine, files: [deployment/*.yml], cluster: here, namespace: default }
`,
  );
  return file;
};

/** What a printed curl command does. */
const send = async (curl: string): Promise<unknown> => {
  const headers = [...curl.matchAll(/-H '([^:]+): ([^']*)'/g)].map(([, name = '', value = '']) => [
    name,
    value,
  ]);
  const url = /curl -sS (\S+)/.exec(curl)?.[1] ?? '';
  const body = /--data-raw '([^\n]*)'/.exec(curl)?.[1] ?? '';
  const response = await fetch(url, { method: 'POST', headers: Object.fromEntries(headers), body });
  return response.json();
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

  it.each(['SIGINT', 'SIGTERM'] as const)('ends with 0 on %s', async (signal) => {
    const { exit, output, kill } = launch('start.mjs', '--port', '0', '--state', temporaryDirectory());
    await expect.poll(output, { timeout: 45_000 }).toContain('Playing one release');

    kill(signal);

    expect(await exit).toBe(0);
  });

  it('takes back what it did when it is ended while it starts', async () => {
    const state = temporaryDirectory();
    const { exit, kill } = launch('start.mjs', '--port', '0', '--state', state);
    await expect.poll(() => existsSync(path.join(state, 'lock')), { timeout: 45_000 }).toBe(true);

    kill('SIGTERM');

    expect(await exit).toBe(0);
    expect(['lock', 'stack.json'].filter((name) => existsSync(path.join(state, name)))).toEqual([]);
  });

  it('leaves a stack alone that runs on the same state', async () => {
    const state = temporaryDirectory();
    const first = launch('start.mjs', '--port', '0', '--state', state);
    await expect.poll(first.output, { timeout: 45_000 }).toContain('Ctrl-C ends it');
    const before = readFileSync(path.join(state, 'stack.json'), 'utf8');

    const second = launch('start.mjs', '--port', '0', '--state', state);

    expect([await second.exit, second.output()]).toEqual([
      1,
      expect.stringMatching(/process \d+\) runs at http/),
    ]);
    expect(readFileSync(path.join(state, 'stack.json'), 'utf8')).toBe(before);
  });

  it('lists every secret that is missing before it runs somebody’s tagboat.yml, and says whose cluster it uses', async () => {
    const directory = temporaryDirectory();
    const kubeconfig = path.join(directory, 'their-kubeconfig');
    writeFileSync(
      kubeconfig,
      `
current-context: staging
clusters: [{ name: a, cluster: { server: 'https://cluster.example:6443' } }]
users: [{ name: a, user: { token: abc } }]
contexts: [{ name: staging, context: { cluster: a, user: a } }]
`,
    );
    const file = await ownProject(directory);

    const { exit, output } = launchWith(
      { KUBECONFIG: kubeconfig },
      ...(['start.mjs', '--port', '0', '--state', path.join(directory, 'state'), '--config', file] as const),
    );

    expect(await exit).toBe(1);
    const lines = output().split('\n');
    expect(lines).toContain(
      '  cluster        https://cluster.example:6443 (context staging, from KUBECONFIG)',
    );
    expect(lines).toContain('  not embedded   cluster at https://cluster.example:6443');
    expect(lines.filter((line) => line.startsWith('✗'))).toEqual([
      '✗ sources/github/secret: the environment variable OWN_HOOK_SECRET is not set',
      '✗ slack/signingSecret: the file slack.txt cannot be read',
    ]);
    expect(output()).not.toContain('Ctrl-C ends it');
  });

  it('runs somebody’s tagboat.yml, and gives a hook to try it with', async () => {
    const directory = temporaryDirectory();
    const file = await ownProject(directory);
    writeFileSync(path.join(directory, 'slack.txt'), 'x');
    const state = path.join(directory, 'state');

    const { output } = launchWith(
      { OWN_HOOK_SECRET: 'mine' },
      ...(['start.mjs', '--port', '0', '--state', state, '--config', file] as const),
    );

    await expect.poll(output, { timeout: 45_000 }).toContain('Ctrl-C ends it');
    expect(output()).toContain('  cluster        embedded\n');
    expect(output()).toContain(`kubeconfig: file:${path.join(state, 'kubeconfig')}`);
    expect(output()).toMatch(/POST http:\/\/127\.0\.0\.1:\d+\/webhooks\/github\n/);
    expect(output()).toContain('Push v0.0.4 of okeydokey: a signed GitHub hook');
    const curl = output().split('a signed GitHub hook')[1] ?? '';
    expect(await send(curl)).toMatchObject({ releases: [{ tag: 'v0.0.4', created: true }], skipped: [] });
    expect(await send(curl)).toMatchObject({ releases: [{ created: false }] });
    await expect
      .poll(output, { timeout: 45_000 })
      .toMatch(/already known: release \w+ of okeydokey v0\.0\.4/);
  });

  it('ends when the process that started it is killed', async () => {
    const { exit, output, kill } = launch('start.mjs', '--port', '0', '--state', temporaryDirectory());
    await expect.poll(output, { timeout: 45_000 }).toContain('Playing one release');

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
    await expect.poll(stack.output, { timeout: 45_000 }).toContain('Ctrl-C ends it');

    const undo = launch('tagboat.mjs', 'slack', '/undo okeydokey', '--state', state);

    const code = await undo.exit;
    const told = undo.output().replace(/commit [0-9a-f]{7}, release \w{26}/, 'commit C, release R');
    const said = told.trimEnd().split('\n');
    expect([code, said.at(0), said.at(-1)]).toEqual([
      0,
      '↩ Undoing okeydokey in production, from v0.0.4 back to v0.0.3',
      'healthy: okeydokey production, undo to v0.0.3, commit C, release R',
    ]);
    expect(told).toContain('[Put v0.0.4 back]');
    // One line a state; what goes to Slack says the same, and is not repeated.
    const since = () => stack.output().split('Ctrl-C ends it')[1] ?? '';
    await expect.poll(since, { timeout: 45_000 }).toContain('✓ okeydokey undo to v0.0.3 healthy:');
    expect(since()).not.toContain('Slack');
    const lines = since()
      .split('\n')
      .filter((line) => line.startsWith('  '));
    expect(new Set(lines).size).toBe(lines.length);
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
