import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRegistry } from '../../../../infra/local/emulators/registry/registry.ts';
import { createImageResolver } from '../../../../infra/local/stack/services/registry.ts';
import { parseConfig } from '../../../../lib/config/load.ts';
import { silentLogger } from '../../../../lib/logger.ts';
import { serve } from '../../serve.ts';

const tagboatYml = (registries: string): string => `
clusters: { here: { kubeconfig: env:KUBECONFIG_TEXT } }
configRepos: { config: { url: 'https://git.example/config.git', branch: main } }
sources: { github: { secret: env:SECRET } }
registries: ${registries}
apps:
  web:
    image: registry.example/web
    repository: github.com/acme/web
    environments:
      production: { on: tag-push, tags: { semver: '*' }, configRepo: config, files: [a.yml], cluster: here }
`;

const start = async (registries = '{}') => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'tagboat-resolver-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const registry = await createRegistry({ directory, host: () => '127.0.0.1:1' });
  const told: unknown[] = [];
  const resolve = createImageResolver(parseConfig(tagboatYml(registries), { local: true }), registry, {
    secrets: { unseal: async (reference) => reference },
    env: {},
    logger: { ...silentLogger, info: (message, fields) => told.push([message, fields?.image]) },
  });
  return { registry, resolve, told };
};

describe('what the embedded cluster pulls', () => {
  it('an app’s image is there once it is pushed', async () => {
    const { registry, resolve, told } = await start();

    expect(await resolve('registry.example/web:v1')).toBeUndefined();
    const digest = await registry.push('web', 'v1');

    expect(await resolve('registry.example/web:v1')).toEqual({ digest });
    expect(told).toEqual([]);
  });

  it('an image that belongs to no app counts as present, which is told once', async () => {
    const { registry, resolve, told } = await start();
    const pinned = `sha256:${'ab'.repeat(32)}`;

    const first = await resolve('nginx:1.27');
    expect(await resolve('nginx:1.27')).toEqual(first);
    expect(await resolve(`nginx:1.27@${pinned}`)).toEqual({ digest: pinned });
    expect(told).toEqual([
      ['image of no app counts as present', 'nginx:1.27'],
      ['image of no app counts as present', `nginx:1.27@${pinned}`],
    ]);
    const digest = await registry.push('library/nginx', '1.27');
    expect(await resolve('nginx:1.27')).toEqual({ digest });
  });

  it('an image that is pinned by its digest is looked for in a registry of one’s own by that', async () => {
    const other = await start();
    const digest = await other.registry.push('web', 'v1');
    const origin = await serve(other.registry.handle);
    const { resolve } = await start(`{ registry.example: { endpoint: '${origin}' } }`);

    expect(await resolve(`registry.example/web:v1@${digest}`)).toEqual({ digest });
    expect(await resolve(`registry.example/web@${digest}`)).toEqual({ digest });
    expect(await resolve(`registry.example/web:v1@sha256:${'ab'.repeat(32)}`)).toBeUndefined();
  });

  it('where a registry of one’s own does not answer, what was there at the start still counts', async () => {
    const origin = await serve((_request, response) => response.writeHead(500).end());
    const { registry, resolve } = await start(`{ registry.example: { endpoint: '${origin}' } }`);
    await registry.provide('web', { tag: 'v1' });

    expect(await resolve('registry.example/web:v1')).toEqual({
      digest: await registry.digestOf('web', 'v1'),
    });
    await expect(resolve('registry.example/web:v2')).rejects.toThrow();
    expect(await resolve('registry.example/sidecar:v1')).toBeDefined();
  });
});
