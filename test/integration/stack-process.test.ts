import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { run as tagboat } from '../../bin/commands/tagboat.ts';
import { readJson } from './support/answers.ts';
import { ownProject } from './support/own-project.ts';
import { launch, runHere, temporaryDirectory } from './support/process.ts';

/** What a printed curl command does. */
const send = async (curl: string): Promise<unknown> => {
  const headers = [...curl.matchAll(/-H '([^:]+): ([^']*)'/g)].map(([, name = '', value = '']) => [
    name,
    value,
  ]);
  const url = /curl -sS (\S+)/.exec(curl)?.[1] ?? '';
  const body = /--data-raw '([^\n]*)'/.exec(curl)?.[1] ?? '';
  return readJson(await fetch(url, { method: 'POST', headers: Object.fromEntries(headers), body }), 202);
};

/** What only a stack that is there leaves in its state. */
const ownFiles = (state: string): readonly string[] =>
  readdirSync(state).filter((name) => name === 'lock' || name === 'stack.json');

describe('npm start', () => {
  it('plays a release, takes an undo from the command line, keeps its state to itself, and ends with 0', async () => {
    const state = temporaryDirectory();
    const stack = launch('start.mjs', ['--port', '0', '--state', state], state);
    await stack.has('Ctrl-C ends it');
    expect(stack.output()).toMatch(/✓ healthy/);
    const before = readFileSync(path.join(state, 'stack.json'), 'utf8');

    const second = runHere({ state });
    expect([await second.exit(), second.output()]).toEqual([
      1,
      expect.stringMatching(/process \d+\) runs at http/),
    ]);
    expect(readFileSync(path.join(state, 'stack.json'), 'utf8')).toBe(before);

    const undo = launch('tagboat.mjs', ['slack', '/undo okeydokey', '--state', state]);
    const code = await undo.exit;
    const told = undo.output().replace(/commit [0-9a-f]{7}, release \w{26}/, 'commit C, release R');
    const said = told.trimEnd().split('\n');
    expect([code, said.find((line) => line.startsWith('↩')), said.at(-1)]).toEqual([
      0,
      '↩ Undoing okeydokey in production, from v0.0.4 back to v0.0.3',
      'healthy: okeydokey production, undo to v0.0.3, commit C, release R',
    ]);
    expect(told).toContain('[Put v0.0.4 back]');
    // One line a state; what goes to Slack says the same, and is not repeated.
    await stack.has('✓ okeydokey undo to v0.0.3 healthy:');
    const since = stack.output().split('Ctrl-C ends it')[1] ?? '';
    expect(since).not.toContain('Slack');
    const lines = since.split('\n').filter((line) => line.startsWith('  '));
    expect(new Set(lines).size).toBe(lines.length);

    stack.kill('SIGTERM');
    expect(await stack.exit).toBe(0);
    expect(ownFiles(state)).toEqual([]);
  });

  it('ends when the process that started it is killed', async () => {
    const state = temporaryDirectory();
    const { exit, kill } = launch('start.mjs', ['--port', '0', '--state', state], state);
    await expect.poll(() => existsSync(path.join(state, 'lock'))).toBe(true);

    kill('SIGKILL');

    // The output is closed when the last process that holds it has ended.
    expect(await exit).toBe(null);
    expect(ownFiles(state)).toEqual([]);
  });

  it('shows its options, and refuses others', async () => {
    const [help, wrong] = [launch('start.mjs', ['--help']), launch('start.mjs', ['--prot', '1'])];

    expect([await help.exit, await wrong.exit]).toEqual([0, 1]);
    expect(help.output()).toContain('Usage: npm start');
    expect(wrong.output()).toContain("Unknown option '--prot'");
  });
});

describe('what npm start runs', () => {
  it('plays one release with --once, shows its journey in plain lines, and ends with 0', async () => {
    const { exit, output, state } = runHere({ once: true });

    expect([await exit(), output()]).toEqual([0, expect.stringMatching(/✓ healthy/)]);
    const lines = output().split('\n');
    const labels = lines.flatMap((line) => /^ {2}✓ (\w+(?: \w+)?) {2,}/.exec(line)?.[1] ?? []);
    expect(labels).toEqual(['cluster', 'image pushed', 'hook accepted', 'committed', 'healthy']);
    expect(lines.filter((line) => /^ {6}[-+] /.test(line)).map((line) => line.trim())).toEqual([
      '-              image: "devopswithkubernetes/okeydokey:v0.0.3"   # <- the released version',
      '+              image: "devopswithkubernetes/okeydokey:v0.0.4"   # <- the released version',
    ]);
    expect(output()).not.toContain('\u001b');
    expect(ownFiles(state)).toEqual([]);
  });

  it('ends while it plays', async () => {
    const { end, exit, has, state } = runHere({});
    await has('hook accepted');

    await end(0);

    expect(await exit()).toBe(0);
    expect(ownFiles(state)).toEqual([]);
  });

  it('lists every secret that is missing before it runs a tagboat.yml of one’s own, and says whose cluster it uses', async () => {
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
    const config = await ownProject(directory);

    const { exit, output } = runHere(
      { config, state: path.join(directory, 'state') },
      { KUBECONFIG: kubeconfig },
    );

    expect(await exit()).toBe(1);
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

  it('runs a tagboat.yml of one’s own, and gives a hook to try it with', async () => {
    const directory = temporaryDirectory();
    const config = await ownProject(directory);
    writeFileSync(path.join(directory, 'slack.txt'), 'x');
    const state = path.join(directory, 'state');

    const { has, output } = runHere({ config, state }, { OWN_HOOK_SECRET: 'mine' });

    await has('Ctrl-C ends it');
    expect(output()).toContain('  cluster        embedded\n');
    expect(output()).toContain(`kubeconfig: file:${path.join(state, 'kubeconfig')}`);
    expect(output()).toMatch(
      /\n {2}registry {7}http:\/\/127\.0\.0\.1:\d+\/v2\/, push after docker login -u tagboat -p \S+ 127\.0\.0\.1:\d+\n/,
    );
    expect(output()).toContain(
      `  AWS            . ${path.join(state, 'aws.env')} (in a shell that talks to it)\n`,
    );
    expect(output()).toMatch(/POST http:\/\/127\.0\.0\.1:\d+\/webhooks\/github\n/);
    expect(output()).toContain(
      '\nThe cluster, as the config repos say\n  ✓ okeydokey → production: Deployment okeydokey, Service okeydokey applied\n',
    );
    expect(output()).toMatch(
      /Push the image devopswithkubernetes\/okeydokey:v0\.0\.4 to the local registry\n {2}curl -sS -u tagboat:\S+ 'http/,
    );
    expect(output()).toMatch(
      / {2}skopeo copy --dest-tls-verify=false --dest-creds=tagboat:\S+ docker:\/\/docker\.io\/devopswithkubernetes\/okeydokey:v0\.0\.3 docker:\/\/127\.0\.0\.1:\d+\/devopswithkubernetes\/okeydokey:v0\.0\.4\n/,
    );
    expect(output()).toContain('Push v0.0.4 of okeydokey: a webhook of github, signed as it signs');
    const curl = output().split('a webhook of github, signed as it signs')[1] ?? '';
    expect(await send(curl)).toMatchObject({ releases: [{ tag: 'v0.0.4', created: true }], skipped: [] });
    expect(await send(curl)).toMatchObject({ releases: [{ created: false }] });
    await has(/already known: release \w+ of okeydokey v0\.0\.4/);
  });

  it('says of an edited tagboat.yml that it waits for the next start, and what is wrong with it', async () => {
    const directory = temporaryDirectory();
    const config = await ownProject(directory);
    writeFileSync(path.join(directory, 'slack.txt'), 'x');
    const { has } = runHere({ config, state: path.join(directory, 'state') }, { OWN_HOOK_SECRET: 'mine' });
    await has('Ctrl-C ends it');
    const text = readFileSync(config, 'utf8');

    writeFileSync(`${config}.new`, text.replace('files:', 'file:'));
    renameSync(`${config}.new`, config);

    await has(/tagboat\.yml has changed\. What runs here is what it said at the start/);
    await has('unknown key `file` (did you mean `files`?)');
  });

  it('says what is wrong with a tagboat.yml, and ends with 1', async () => {
    const config = path.join(temporaryDirectory(), 'tagboat.yml');
    writeFileSync(config, 'apps: { web: { imagee: nginx, environments: {} } }\n');

    const { exit, output } = runHere({ config });

    expect(await exit()).toBe(1);
    expect(output()).toContain(`${config}:1:`);
    expect(output()).toContain('did you mean `image`?');
  });
});

describe('tagboat', () => {
  it.each<[string, readonly string[], number, string]>([
    ['a command that is not there', ['nope'], 2, 'There is no command "nope".'],
    ['no command', [], 2, 'Usage: tagboat'],
    ['--help', ['--help'], 0, 'Usage: tagboat'],
    ['a slash command without a slash', ['slack', 'undo'], 2, 'A slash command begins with "/".'],
    ['a stack that does not run', ['slack', '/undo x', '--state', '/nowhere'], 1, 'no local stack runs'],
  ])('%s', async (_name, args, code, text) => {
    let output = '';
    const write = (written: string) => (output += written);

    const exit = await tagboat(args, {
      stdin: Readable.from([]),
      stdout: { write },
      stderr: { write },
      env: {},
    });

    expect([exit, output]).toEqual([code, expect.stringContaining(text)]);
  });

  it('hands its exit code on', async () => {
    const { exit, output } = launch('tagboat.mjs', ['nope']);

    expect([await exit, output()]).toEqual([2, expect.stringContaining('There is no command "nope".')]);
  });
});
