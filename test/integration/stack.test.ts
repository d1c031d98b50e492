import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { prepare } from '../../infra/local/play/prepare.ts';
import { startStack } from '../../infra/local/stack/stack.ts';
import { TagboatError } from '../../lib/errors.ts';
import { readJson, readText } from './support/answers.ts';
import { git } from './support/damage.ts';
import { temporaryDirectory } from './support/process.ts';
import { shareStack } from './support/share.ts';
import {
  ended,
  listReleases,
  revisions,
  sendHook,
  sendSlash,
  startExample,
  startTestStack,
  tagPush,
} from './support/stack.ts';

const codeOf = async (run: Promise<unknown>): Promise<string | undefined> =>
  run.then(
    () => undefined,
    (error: unknown) => (error instanceof TagboatError ? error.code : String(error)),
  );

describe('a release on the local stack', () => {
  it('goes from the hook to a healthy rollout, is undone from Slack, and stays undone', async () => {
    const { stack, target, next } = await startExample();

    const release = await ended(stack, await sendHook(stack, tagPush(next)));

    expect(release).toMatchObject({ state: 'healthy', tag: next, requestedBy: 'github:octocat' });
    expect(git(target.configRepo, 'rev-list', '--count', 'config').trim()).toBe('2');
    expect(git(target.configRepo, 'show', '--numstat', '--format=', 'config').trim()).toBe(
      '1\t1\tdeployment/deployment.yml',
    );
    git(target.configRepo, 'fsck', '--strict');
    // One message, edited as it went.
    expect(stack.slackMessages().map(({ text }) => text)).toEqual([
      `okeydokey → production: ${next} is healthy`,
    ]);

    const ack = await sendSlash(stack, '/undo okeydokey');
    await stack.idle();
    const verdict = await ended(stack, { releases: await listReleases(stack) });
    const again = await sendHook(stack, tagPush(next));

    expect(ack.text).toBe('Received: /undo okeydokey; the answer follows.');
    expect(stack.slackMessages().map(({ text }) => text)).toContain(
      'Undoing okeydokey in production, from v0.0.4 back to v0.0.3',
    );
    expect(verdict).toMatchObject({ state: 'healthy', kind: 'undo', tag: 'v0.0.3' });
    expect(again.skipped?.[0]?.reason).toBe('held');
    expect(await stack.deadLetters()).toEqual({});
  });
});

describe('one port', () => {
  const shared = shareStack();

  it('answers for every part', async () => {
    const { stateDirectory, url } = shared();

    const statuses: Record<string, number> = {};
    for (const pathname of [
      '/healthz',
      '/v2/app/tags/list',
      '/releases',
      '/local/slack',
      '/nothing',
      '/webhooks/github',
    ])
      statuses[pathname] = (await fetch(`${url}${pathname}`)).status;
    const health = await readJson(await fetch(`${url}/healthz`));

    expect(statuses).toEqual({
      '/healthz': 200,
      '/v2/app/tags/list': 404,
      '/releases': 200,
      '/local/slack': 200,
      '/nothing': 404,
      '/webhooks/github': 404,
    });
    expect(health).toMatchObject({ status: 'ok', url, state: stateDirectory });
  });

  it('says at its root where everything is', async () => {
    const response = await fetch(shared().url);

    const text = await readText(response);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    for (const part of ['/releases', '/webhooks/github', '/webhooks/dockerhub/<key>', '/local/slack', '/v2/'])
      expect(text).toContain(part);
  });

  it('speaks TLS for the cluster, with the certificate of the kubeconfig', async () => {
    const { kubeconfigPath, url } = shared();
    const kubeconfig = readFileSync(kubeconfigPath, 'utf8');
    const authority = /certificate-authority-data: (\S+)/.exec(kubeconfig)?.[1] ?? '';

    const status = await new Promise<number | undefined>((resolve, reject) => {
      const request = https.get(
        `${url.replace('http:', 'https:')}/version`,
        { ca: Buffer.from(authority, 'base64'), agent: false },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      request.on('error', reject);
    });

    expect(status).toBe(200);
  });

  it('is not shared with another stack', async () => {
    expect(await codeOf(startStack({ stateDirectory: undefined, port: shared().port }))).toBe('port-in-use');
  });

  it('nor is the state directory', async () => {
    const { stateDirectory, url } = shared();

    expect(await codeOf(startStack({ stateDirectory, port: 0 }))).toBe('local-state-busy');

    await readText(await fetch(`${url}/releases`));
    expect(readFileSync(path.join(stateDirectory, 'stack.json'), 'utf8')).toContain(url);
  });
});

describe('startStack', () => {
  it('runs several at once, none knowing of the other', async () => {
    const [one, two] = await Promise.all([startTestStack(), startTestStack()]);

    await sendHook(one, tagPush('v0.0.4'));

    expect(await listReleases(one)).toHaveLength(1);
    expect(await listReleases(two)).toEqual([]);
  });

  it('finds everything again on the same state, and goes on with what was under way when the process ended', async () => {
    const stateDirectory = temporaryDirectory();
    const { stack: first, next, target } = await startExample({ stateDirectory });
    const done = await ended(first, await sendHook(first, tagPush(next)));
    await first.registry.push(target.imagePath, 'v0.0.5');
    const underWay = await sendHook(first, tagPush('v0.0.5'));
    await first.close();

    const second = await startTestStack({ stateDirectory });
    const goneOn = await ended(second, underWay);

    expect((await listReleases(second)).map(({ id, state, tag }) => [id, state, tag])).toEqual([
      [goneOn.id, 'healthy', 'v0.0.5'],
      [done.id, 'healthy', next],
    ]);
    expect((await prepare(second, target)).next).toBe('v0.0.6');
    expect(second.secrets).toEqual(first.secrets);
    expect(await revisions(second)).toEqual(['1', '2', '3']);
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

  it('says what is wrong with a tagboat.yml', async () => {
    const file = path.join(temporaryDirectory(), 'tagboat.yml');
    writeFileSync(file, 'apps: 7\n');

    const run = startStack({ stateDirectory: undefined, port: 0, config: { type: 'file', path: file } });

    expect(await codeOf(run)).toBe('config-invalid');
  });
});
