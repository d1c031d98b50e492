import { describe, expect, it } from 'vitest';
import { codeOf, imageOf, ociManifest, sha256, startFixture } from './fixture.ts';

const own = { username: 'tagboat', password: 'a password' };
const basic = (user: string) => `Basic ${Buffer.from(user).toString('base64')}`;

/** A registry that has `app:v1`, and what it answers to somebody. */
const start = async () => {
  const fixture = await startFixture({ credentials: own });
  await fixture.registry.push('app', 'v1');
  const ask = async (method: string, path: string, authorization: string | undefined, body?: string) =>
    fixture.ask(path, {
      method,
      headers: {
        ...(authorization === undefined ? {} : { authorization }),
        ...(body === undefined ? { accept: ociManifest } : { 'content-type': ociManifest }),
      },
      ...(body === undefined ? {} : { body }),
    });
  return { fixture, ask };
};

const blob = `/v2/app/blobs/uploads/?digest=${sha256('{}')}`;

describe('a registry with credentials', () => {
  it.each<[string, string | undefined, number, number]>([
    ['nobody', undefined, 200, 401],
    // As skopeo and Podman ask where they have no credentials.
    ['an empty name and password', basic(':'), 200, 401],
    ['its owner', basic('tagboat:a password'), 200, 201],
    ['a wrong password', basic('tagboat:another'), 401, 401],
    ['another name', basic('docker:a password'), 401, 401],
    ['a token', 'Bearer a password', 401, 401],
  ])('%s', async (_name, authorization, read, write) => {
    const { fixture, ask } = await start();
    await using _ = fixture;

    const statusOf = async (...asked: Parameters<typeof ask>) => (await ask(...asked)).status;
    expect({
      manifest: await statusOf('GET', '/v2/app/manifests/v1', authorization),
      head: await statusOf('HEAD', '/v2/app/manifests/v1', authorization),
      tags: await statusOf('GET', '/v2/app/tags/list', authorization),
      blob: await statusOf('POST', blob, authorization, '{}'),
    }).toEqual({ manifest: read, head: read, tags: read, blob: write });
  });

  it('lets its owner push, and nobody else', async () => {
    const { fixture, ask } = await start();
    await using _ = fixture;
    const owner = basic('tagboat:a password');
    const config = sha256('{}');
    await ask('POST', blob, owner, '{}');
    const manifest = JSON.stringify(imageOf(config));
    const digest = sha256(manifest);

    for (const authorization of [undefined, basic('tagboat:another')]) {
      const refused = await ask('PUT', '/v2/app/manifests/v2', authorization, manifest);
      expect([refused.status, refused.headers.get('www-authenticate'), await codeOf(refused)]).toEqual([
        401,
        'Basic realm="Tagboat local registry", charset="UTF-8"',
        'UNAUTHORIZED',
      ]);
    }
    expect((await ask('PUT', '/v2/app/manifests/v2', owner, manifest)).status).toBe(201);
    expect((await ask('DELETE', `/v2/app/manifests/${digest}`, undefined)).status).toBe(401);
    expect(await fixture.registry.digestOf('app', 'v2')).toBe(digest);
  });

  it('asks for them at its base, from which clients learn that there are any', async () => {
    const { fixture, ask } = await start();
    await using _ = fixture;

    const anonymous = await ask('GET', '/v2/', undefined);
    expect([anonymous.status, anonymous.headers.get('www-authenticate')]).toEqual([
      401,
      'Basic realm="Tagboat local registry", charset="UTF-8"',
    ]);
    expect((await ask('GET', '/v2/', basic('tagboat:a password'))).status).toBe(200);
  });
});
