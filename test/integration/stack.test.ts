import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { exampleFiles } from '../../infra/local/example/example.ts';
import { createGitServer } from '../../infra/local/git-server/git-server.ts';
import { startStack } from '../../infra/local/stack/stack.ts';
import { TagboatError } from '../../lib/errors.ts';
import { silentLogger } from '../../lib/logger.ts';
import {
  ended,
  getRelease,
  listReleases,
  sendHook,
  sendSlash,
  startExample,
  startTestStack,
  tagPush,
} from './support/stack.ts';

const temporaryDirectory = (): string => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'tagboat-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
};

const git = (repository: string, ...args: readonly string[]): string =>
  execFileSync('git', ['--git-dir', repository, ...args], { encoding: 'utf8', stdio: 'pipe' });

/** Overwrites the object of a file in the branch. */
const damageBlob = (repository: string): void => {
  const id = git(repository, 'rev-parse', 'config:README.md').trim();
  // A small push may arrive, and the first commit does, as a pack.
  git(repository, 'repack', '-ad', '--quiet');
  for (const name of readdirSync(path.join(repository, 'objects/pack'))) {
    if (!name.endsWith('.pack')) continue;
    const file = path.join(repository, 'objects/pack', name);
    chmodSync(file, 0o600);
    const bytes = readFileSync(file);
    bytes.fill(0, 40, bytes.length - 40);
    writeFileSync(file, bytes);
  }
  expect(() => git(repository, 'cat-file', '-p', id)).toThrow();
};

const codeOf = async (run: Promise<unknown>): Promise<string | undefined> =>
  run.then(
    () => undefined,
    (error: unknown) => (error instanceof TagboatError ? error.code : String(error)),
  );

describe('a release on the local stack', () => {
  it('goes from the hook to a healthy rollout, with one commit that changes the tag and nothing else', async () => {
    const { stack, target, next } = await startExample();

    const answer = await sendHook(stack, tagPush(next));
    const release = await ended(stack, answer.body.releases?.[0]?.id ?? '');
    await stack.idle();

    expect(answer.status).toBe(202);
    expect(release).toMatchObject({ state: 'healthy', tag: next, requestedBy: 'github:someone' });
    expect(git(target.configRepo, 'rev-list', '--count', 'config').trim()).toBe('2');
    expect(git(target.configRepo, 'show', '--numstat', '--format=', 'config').trim()).toBe(
      '1\t1\tdeployment/deployment.yml',
    );
    git(target.configRepo, 'fsck', '--strict');
    // One message, edited as it went.
    expect(stack.slackMessages().map(({ text }) => text)).toEqual([
      `okeydokey → production: ${next} is healthy`,
    ]);
    expect(await stack.deadLetters()).toEqual({});
  });

  it('is one commit, one rollout and one verdict, however often the hook and the messages come', async () => {
    const { stack, target, next } = await startExample({ deliverTwice: true });

    const answers = await Promise.all(Array.from({ length: 10 }, () => sendHook(stack, tagPush(next))));
    await ended(stack, answers[0]?.body.releases?.[0]?.id ?? '');
    await stack.idle();

    const ids = answers.map(({ body }) => body.releases?.[0]?.id);
    const releases = await listReleases(stack);
    const texts = stack.slackMessages().map(({ text }) => text);
    expect(new Set(ids).size).toBe(1);
    expect(answers.filter(({ body }) => body.releases?.[0]?.created === true)).toHaveLength(1);
    expect(releases.map(({ id, state }) => [id, state])).toEqual([[ids[0], 'healthy']]);
    expect(git(target.configRepo, 'rev-list', '--count', 'config').trim()).toBe('2');
    expect(texts.filter((text) => text.endsWith('is healthy'))).toHaveLength(1);
    expect(await revisions(stack)).toEqual(['1', '2']);
  });

  it('is undone from Slack, and stays undone', async () => {
    const { stack, next } = await startExample();
    const first = await sendHook(stack, tagPush(next));
    await ended(stack, first.body.releases?.[0]?.id ?? '');

    const ack = await sendSlash(stack, '/undo okeydokey');
    const undo = (await listReleases(stack))[0];
    const verdict = await ended(stack, undo?.id ?? '');
    await stack.idle();
    const again = await sendHook(stack, tagPush(next));

    expect(ack.text).toBe('Undoing okeydokey in production, from v0.0.4 back to v0.0.3');
    expect(verdict).toMatchObject({ state: 'healthy', kind: 'undo', tag: 'v0.0.3' });
    expect(again.body.skipped?.[0]?.reason).toBe('held');
  });
});

describe('one port', () => {
  it('answers for every part', async () => {
    const stack = await startTestStack();

    const statuses: Record<string, number> = {};
    for (const pathname of ['/healthz', '/v2/', '/releases', '/local/slack', '/nothing', '/webhooks/github'])
      statuses[pathname] = (await fetch(`${stack.url}${pathname}`)).status;
    const health = await (await fetch(`${stack.url}/healthz`)).json();

    expect(statuses).toEqual({
      '/healthz': 200,
      '/v2/': 200,
      '/releases': 200,
      '/local/slack': 200,
      '/nothing': 404,
      '/webhooks/github': 404,
    });
    expect(health).toMatchObject({ status: 'ok', url: stack.url, state: stack.stateDirectory });
  });

  it('says at its root where everything is', async () => {
    const stack = await startTestStack();

    const response = await fetch(stack.url);

    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    const text = await response.text();
    for (const part of ['/releases', '/webhooks/github', '/webhooks/dockerhub/<key>', '/local/slack', '/v2/'])
      expect(text).toContain(part);
  });

  it('speaks TLS for the cluster, with the certificate of the kubeconfig', async () => {
    const stack = await startTestStack();
    const kubeconfig = readFileSync(stack.kubeconfigPath, 'utf8');
    const authority = /certificate-authority-data: (\S+)/.exec(kubeconfig)?.[1] ?? '';

    const status = await new Promise<number | undefined>((resolve, reject) => {
      const request = https.get(
        `${stack.url.replace('http:', 'https:')}/version`,
        { ca: Buffer.from(authority, 'base64') },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      request.on('error', reject);
    });

    expect(status).toBe(200);
  });
});

describe('startStack', () => {
  it('runs several at once, none knowing of the other', async () => {
    const [one, two] = await Promise.all([startExample(), startExample()]);

    await sendHook(one.stack, tagPush(one.next));

    expect(await listReleases(one.stack)).toHaveLength(1);
    expect(await listReleases(two.stack)).toEqual([]);
  });

  it('finds everything again when it is started on the same state', async () => {
    const stateDirectory = temporaryDirectory();
    const first = await startExample({ stateDirectory });
    const answer = await sendHook(first.stack, tagPush(first.next));
    const id = answer.body.releases?.[0]?.id ?? '';
    await ended(first.stack, id);
    await first.stack.close();

    const second = await startExample({ stateDirectory });

    expect((await listReleases(second.stack)).map((release) => [release.id, release.state])).toEqual([
      [id, 'healthy'],
    ]);
    expect(second.next).toBe('v0.0.5');
    expect(second.stack.secrets).toEqual(first.stack.secrets);
    expect(await revisions(second.stack)).toEqual(['1', '2']);
  });

  it('goes on with what was under way when the process ended', async () => {
    const stateDirectory = temporaryDirectory();
    const first = await startExample({ stateDirectory });
    const answer = await sendHook(first.stack, tagPush(first.next));
    await first.stack.close();

    const second = await startTestStack({ stateDirectory });
    const release = await ended(second, answer.body.releases?.[0]?.id ?? '');

    expect(release.state).toBe('healthy');
  });

  it.each([
    'stack.json',
    'secrets.json',
    'kubeconfig',
    'kms/keys.json',
    'dynamodb/CURRENT',
    'queues.json',
    'log.jsonl',
    'tls/key.pem',
    'tls/certificate.pem',
  ])('starts where %s was damaged', async (name) => {
    const stateDirectory = temporaryDirectory();
    await (await startTestStack({ stateDirectory })).close();
    writeFileSync(path.join(stateDirectory, name), '\u0000damaged');

    const stack = await startTestStack({ stateDirectory });

    expect((await fetch(`${stack.url}/healthz`)).status).toBe(200);
  });

  it.each<[string, (repository: string) => void]>([
    ['without its branch', (repository) => void git(repository, 'update-ref', '-d', 'refs/heads/config')],
    ['with an empty ref', (repository) => writeFileSync(path.join(repository, 'refs/heads/config'), '')],
    ['without objects', (repository) => rmSync(path.join(repository, 'objects'), { recursive: true })],
    ['with a damaged object', damageBlob],
    [
      'that is a file',
      (repository) => {
        rmSync(repository, { recursive: true });
        writeFileSync(repository, 'x');
      },
    ],
  ])('starts with an example repository %s, and keeps what was left of it', async (_name, damage) => {
    const stateDirectory = temporaryDirectory();
    const first = await startExample({ stateDirectory });
    await first.stack.close();
    damage(first.target.configRepo);

    const { stack, target, next } = await startExample({ stateDirectory });
    const answer = await sendHook(stack, tagPush(next));

    expect((await ended(stack, answer.body.releases?.[0]?.id ?? '')).state).toBe('healthy');
    expect(readdirSync(path.dirname(target.configRepo)).toSorted()).toEqual([
      'okeydokey.git',
      expect.stringMatching(/^okeydokey\.git\.damaged-\d+$/),
    ]);
  });

  it('starts where files and directories have each other’s names', async () => {
    const stateDirectory = temporaryDirectory();
    for (const name of ['cluster', 'dynamodb', 'git', 'kms', 'registry', 'tls'])
      writeFileSync(path.join(stateDirectory, name), 'x');
    for (const name of ['kubeconfig', 'queues.json', 'secrets.json', 'stack.json', 'log.jsonl'])
      mkdirSync(path.join(stateDirectory, name));

    const { stack, next } = await startExample({ stateDirectory });

    expect(next).toBe('v0.0.4');
    expect((await fetch(`${stack.url}/healthz`)).status).toBe(200);
  });

  it('closes what it opened when it is told to stop meanwhile', async () => {
    const stateDirectory = temporaryDirectory();
    const stop = new AbortController();
    const starting = startStack({ stateDirectory, port: 0, signal: stop.signal });
    stop.abort();

    await expect(starting).rejects.toThrow('aborted');

    expect(readdirSync(stateDirectory)).not.toContain('lock');
    expect(readdirSync(stateDirectory)).not.toContain('stack.json');
    await startTestStack({ stateDirectory });
  });

  it('says so where its state directory is a file', async () => {
    const file = path.join(temporaryDirectory(), 'file');
    writeFileSync(file, '');

    expect(await codeOf(startStack({ stateDirectory: file, port: 0 }))).toBe('local-state-unusable');
  });

  it('ends while functions run, without waiting for them, and gives the port back', async () => {
    const stateDirectory = temporaryDirectory();
    await (await startExample({ stateDirectory })).stack.close();
    const { stack, next } = await startExample({ stateDirectory, clusterTimings: { readyMs: 600_000 } });
    const answer = await sendHook(stack, tagPush(next));
    const id = answer.body.releases?.[0]?.id ?? '';
    await expect.poll(async () => (await getRelease(stack, id)).state).toBe('rolling-out');
    const began = performance.now();

    await stack.close();

    // Two seconds, but for a busy machine; the function would run for a minute, and the pods take ten.
    expect(performance.now() - began).toBeLessThan(15_000);
    expect(await codeOf(fetch(stack.url))).toContain('fetch failed');
    const again = await startTestStack({ port: stack.port });
    expect(again.port).toBe(stack.port);
  });

  it('leaves no temporary directory behind', async () => {
    const stack = await startTestStack();

    await stack.close();

    expect(() => readFileSync(stack.kubeconfigPath)).toThrow('ENOENT');
  });

  it('refuses a port that is taken', async () => {
    const stack = await startTestStack();

    expect(await codeOf(startStack({ stateDirectory: undefined, port: stack.port }))).toBe('port-in-use');
  });

  it('refuses a state directory that another one uses', async () => {
    const stack = await startTestStack();

    expect(await codeOf(startStack({ stateDirectory: stack.stateDirectory, port: 0 }))).toBe(
      'local-state-busy',
    );
    expect((await fetch(`${stack.url}/releases`)).status).toBe(200);
    expect(readFileSync(path.join(stack.stateDirectory, 'stack.json'), 'utf8')).toContain(stack.url);
  });

  it('says what is wrong with a tagboat.yml', async () => {
    const file = path.join(temporaryDirectory(), 'tagboat.yml');
    writeFileSync(file, 'apps: 7\n');

    const run = startStack({ stateDirectory: undefined, port: 0, config: { type: 'file', path: file } });

    expect(await codeOf(run)).toBe('config-invalid');
  });

  it('serves a bare repository of this machine for a `file://` URL', async () => {
    const directory = temporaryDirectory();
    const repositories = createGitServer({ directory, logger: silentLogger });
    await repositories.createRepository('mine', { branch: 'config', files: exampleFiles() });
    const file = path.join(directory, 'tagboat.yml');
    writeFileSync(
      file,
      `
clusters: { here: { kubeconfig: 'file:state/kubeconfig' } }
configRepos: { mine: { url: 'file://${repositories.path('mine')}', branch: config } }
sources: { github: { secret: 'env:HOOK_SECRET' } }
apps:
  okeydokey:
    image: devopswithkubernetes/okeydokey
    repository: github.com/DevOps-with-Kubernetes/okeydokey
    environments:
      production:
        { on: tag-push, tags: { semver: '*' }, configRepo: mine, files: [deployment/*.yml], cluster: here, namespace: default }
`,
    );
    const stack = await startTestStack({
      config: { type: 'file', path: file },
      stateDirectory: path.join(directory, 'state'),
      env: { HOOK_SECRET: 'mine' },
    });
    await stack.registry.push('devopswithkubernetes/okeydokey', 'v1.0.0');

    const answer = await sendHook(stack, tagPush('v1.0.0'), { secret: 'mine' });
    const release = await ended(stack, answer.body.releases?.[0]?.id ?? '');

    expect(release.state).toBe('healthy');
    expect(git(repositories.path('mine'), 'log', '-1', '--format=%H', 'config').trim()).toBe(release.commit);
  });
});

/** Revisions of the example's ReplicaSets, as kubectl shows them. */
const revisions = async (stack: {
  readonly kubeconfigPath: string;
  readonly url: string;
  readonly secrets: Readonly<Record<string, string>>;
}) => {
  const response = await fetch(`${stack.url}/apis/apps/v1/namespaces/default/replicasets`, {
    headers: { authorization: `Bearer ${stack.secrets.TAGBOAT_DEMO_CLUSTER_TOKEN}` },
  });
  const { items } = (await response.json()) as {
    readonly items: readonly {
      readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
    }[];
  };
  return items.map(({ metadata }) => metadata.annotations['deployment.kubernetes.io/revision']).toSorted();
};
