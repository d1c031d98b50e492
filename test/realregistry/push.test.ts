import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { createBareRepository } from '../../infra/local/emulators/git-server/create-repository.ts';
import type { LogFields } from '../../lib/logger.ts';
import { silentLogger } from '../../lib/logger.ts';
import { readJson } from '../integration/support/answers.ts';
import { postHook, tagPayload } from '../integration/support/github.ts';
import { temporaryDirectory } from '../integration/support/process.ts';
import { deployment } from '../integration/support/project.ts';
import { storeOf } from '../integration/support/seeds.ts';
import { startTestStack } from '../integration/support/stack.ts';
import { freePort, startRegistry, user } from './registry.ts';

const secrets = { GITHUB_SECRET: 'the secret of GitHub', HOOK_SECRET: 'the-secret-of-the-registry' };

const environment = (name: string, lines: string): string =>
  `{ ${lines}, tags: { pattern: '.+' }, configRepo: mine, files: [${name}.yml], cluster: here, namespace: default, timeout: 10m, imageTimeout: 10m }`;

/** An app of which the registry's notifications bring an image to staging, and Git tags, whose image is waited for, to production. */
const tagboatYml = (repository: string, host: string): string => `
clusters: { here: { kubeconfig: 'file:state/kubeconfig' } }
configRepos: { mine: { url: 'file://${repository}', branch: config } }
sources: { github: { secret: 'env:GITHUB_SECRET' }, distribution: { secret: 'env:HOOK_SECRET' } }
registries: { '${host}': { endpoint: 'http://${host}', username: ${user.name}, password: 'env:REGISTRY_PASSWORD' } }
apps:
  app:
    image: ${host}/team/app
    repository: github.com/example/app
    environments:
      staging: ${environment('staging', 'on: image-push, pin: digest')}
      production: ${environment('production', 'on: tag-push')}
`;

type Answer = { readonly skipped?: readonly { readonly reason: string }[] };

/** A stack, and Debian's docker-registry that notifies it. */
const arrange = async () => {
  const directory = temporaryDirectory();
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const repository = path.join(directory, 'config.git');
  const manifest = (name: string) => deployment(name, `${host}/team/app:v0.9.0`, 1);
  const files = { 'staging.yml': manifest('staging'), 'production.yml': manifest('production') };
  await createBareRepository(repository, { branch: 'config', files });
  const file = path.join(directory, 'tagboat.yml');
  writeFileSync(file, tagboatYml(repository, host));
  const answers: Answer[] = [];
  const stack = await startTestStack({
    config: { type: 'file', path: file },
    stateDirectory: path.join(directory, 'state'),
    env: { ...secrets, REGISTRY_PASSWORD: user.password },
    logger: {
      ...silentLogger,
      info: (message: string, fields: LogFields = {}) => {
        if (message === 'webhook accepted') answers.push(fields as Answer);
      },
    },
  });
  const registry = await startRegistry(directory, port, {
    hook: `${stack.url}/webhooks/distribution`,
    secret: secrets.HOOK_SECRET,
  });
  const store = storeOf(stack);
  return {
    stack,
    registry,
    pushTag: async (tag: string) =>
      readJson(await postHook(stack.url, secrets.GITHUB_SECRET, tagPayload(tag, 'example/app')), 202),
    /** Newest first. */
    releases: async (name: string) =>
      (await store.list('app', name)).map(({ tag, digest, state }) => ({ tag, digest, state })),
    /** Why the stack did nothing with what it was told. */
    skipped: () => answers.flatMap(({ skipped = [] }) => skipped.map(({ reason }) => reason)),
  };
};

it('releases what is pushed: where the registry announces it, and where its image was waited for', async () => {
  const { registry, pushTag, releases } = await arrange();
  await pushTag('v1.0.0');
  await expect.poll(() => releases('production')).toMatchObject([{ state: 'waiting-for-image' }]);

  const digest = await registry.push('team/app', 'v1.0.0', 'one');

  const healthy = [{ tag: 'v1.0.0', digest, state: 'healthy' }];
  await expect.poll(() => releases('staging')).toEqual(healthy);
  await expect.poll(() => releases('production')).toEqual(healthy);
});

it('releases an index, and the same tag again where it stands for another image', async () => {
  const { registry, pushTag, releases } = await arrange();
  const first = await registry.push('team/app', 'v1.0.0', 'one', ['amd64', 'arm64']);
  const one = { tag: 'v1.0.0', digest: first, state: 'healthy' };
  await expect.poll(() => releases('staging')).toEqual([one]);

  const second = await registry.push('team/app', 'v1.0.0', 'two', ['amd64', 'arm64']);

  const two = { tag: 'v1.0.0', digest: second, state: 'healthy' };
  expect(second).not.toBe(first);
  await expect.poll(() => releases('staging')).toEqual([two, one]);
  await pushTag('v1.0.0');
  await expect.poll(() => releases('production')).toEqual([two]);
});

it('does nothing about what is deleted', async () => {
  const { stack, registry, releases, skipped } = await arrange();
  const digest = await registry.push('team/app', 'v1.0.0', 'one');
  const one = { tag: 'v1.0.0', digest, state: 'healthy' };
  await expect.poll(() => releases('staging')).toEqual([one]);

  await registry.remove('team/app', 'v1.0.0');
  // Notifications come in order: once this one has come, the deletion has.
  await registry.push('team/other', 'v1.0.0', 'other');

  await expect.poll(skipped).toContain('unknown-image');
  await stack.idle();
  expect(await releases('staging')).toEqual([one]);
});
