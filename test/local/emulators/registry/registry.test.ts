import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRegistry } from '../../../../infra/local/emulators/registry/registry.ts';
import { type Fixture, ociManifest, sha256, startFixture } from './fixture.ts';
import { serve } from './serve.ts';

describe('local registry', () => {
  let fixture: Fixture;
  beforeEach(async () => {
    fixture = await startFixture();
  });
  afterEach(() => fixture[Symbol.asyncDispose]());

  it('says that it is a registry', async () => {
    const response = await fixture.ask('/v2/');

    expect(response.status).toBe(200);
    expect(response.headers.get('docker-distribution-api-version')).toBe('registry/2.0');
  });

  it('lists tags', async () => {
    for (const tag of ['v2', 'v1', 'V1', 'v3']) await fixture.registry.push('team/app', tag);

    const response = await fixture.ask('/v2/team/app/tags/list');

    expect(await response.json()).toEqual({ name: 'team/app', tags: ['V1', 'v1', 'v2', 'v3'] });
  });

  it.each([
    ['GET', '/v2/nobody/tags/list', 404, 'NAME_UNKNOWN'],
    ['GET', '/v2/nobody/manifests/v1', 404, 'MANIFEST_UNKNOWN'],
    ['GET', '/v2/UPPER/tags/list', 400, 'NAME_INVALID'],
    ['GET', '/v2/..%2f..%2fetc/manifests/passwd', 400, 'NAME_INVALID'],
    ['GET', '/v2/a/%2e%2e/b/tags/list', 400, 'NAME_INVALID'],
    ['GET', '/v2/app/_layers/sha256/blobs/x', 400, 'NAME_INVALID'],
    ['GET', '/v2/app/blobs/sha256:..%2f..%2f', 404, undefined],
    ['GET', '/v2/app/blobs/sha256:xyz', 400, 'DIGEST_INVALID'],
    ['GET', '/v2/app/manifests/..', 400, 'TAG_INVALID'],
    ['PATCH', '/v2/app/blobs/uploads/..%2f..%2fx', 404, undefined],
    ['PATCH', '/v2/app/blobs/uploads/nobody', 404, 'BLOB_UPLOAD_UNKNOWN'],
    ['POST', '/v2/app/tags/list', 405, 'UNSUPPORTED'],
    ['POST', '/v2/app/manifests/v1', 405, 'UNSUPPORTED'],
    ['GET', '/v2/app/blobs/uploads/', 405, 'UNSUPPORTED'],
    ['GET', '/v2/%', 404, undefined],
  ])('answers %s %s with %i %s', async (method, path, status, code) => {
    // fetch would tidy the path
    const response = await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      const sent = httpRequest({ port: fixture.port, method, path }, (got) => {
        const chunks: Buffer[] = [];
        got.on('data', (chunk: Buffer) => chunks.push(chunk));
        got.on('end', () => resolve({ status: got.statusCode, body: Buffer.concat(chunks).toString() }));
      });
      sent.on('error', reject).end();
    });

    expect(response.status).toBe(status);
    if (code !== undefined) expect(JSON.parse(response.body)).toMatchObject({ errors: [{ code }] });
  });

  describe('push without HTTP', () => {
    it('makes an image that can be pulled, piece by piece', async () => {
      const digest = await fixture.registry.push('team/app', 'v1');

      const got = await fixture.ask('/v2/team/app/manifests/v1', { headers: { accept: ociManifest } });
      const text = await got.text();
      const manifest = JSON.parse(text);
      const pieces = [manifest.config, ...manifest.layers];

      expect(sha256(text)).toBe(digest);
      for (const piece of pieces) {
        const bytes = new Uint8Array(
          await (await fixture.ask(`/v2/team/app/blobs/${piece.digest}`)).arrayBuffer(),
        );
        expect([sha256(bytes), bytes.length]).toEqual([piece.digest, piece.size]);
      }
    });

    it('makes the same digest of the same content, and of the same name and tag', async () => {
      await using another = await startFixture();
      const other = another.registry;

      expect(await fixture.registry.push('app', 'v1')).toBe(await other.push('app', 'v1'));
      expect(await fixture.registry.push('app', 'v1')).not.toBe(await other.push('app', 'v2'));
      expect(await fixture.registry.push('app', 'v1', { content: 'x' })).toBe(
        await other.push('other', 'v2', { content: 'x' }),
      );
    });

    it('moves a tag, and keeps what it pointed at', async () => {
      const before = await fixture.registry.push('app', 'v1', { content: 'before' });
      const after = await fixture.registry.push('app', 'v1', { content: 'after' });

      expect(await fixture.registry.digestOf('app', 'v1')).toBe(after);
      expect(await fixture.registry.digestOf('app', before)).toBe(before);
      expect(await fixture.registry.digestOf('app', 'v2')).toBeUndefined();
      expect(await fixture.registry.digestOf('../app', 'v1')).toBeUndefined();
    });
  });

  describe('providing an image that is elsewhere', () => {
    const digest = sha256('somewhere else');

    it('has it under its tag, and the same at every start', async () => {
      await fixture.registry.provide('team/app', { tag: 'v1' });
      const first = await fixture.registry.digestOf('team/app', 'v1');
      await fixture.registry.provide('team/app', { tag: 'v1' });

      expect(first).toMatch(/^sha256:/);
      expect(await fixture.registry.digestOf('team/app', 'v1')).toBe(first);
    });

    it('has it under the digest that it has elsewhere, as a registry client asks for it', async () => {
      await fixture.registry.provide('app', { tag: 'v1', digest });

      for (const reference of ['v1', digest]) {
        const response = await fixture.ask(`/v2/app/manifests/${reference}`, {
          method: 'HEAD',
          headers: { accept: ociManifest },
        });
        expect([response.status, response.headers.get('docker-content-digest')]).toEqual([200, digest]);
      }
    });

    it('moves no tag that is there, and gives a digest that is there another tag', async () => {
      const pushed = await fixture.registry.push('app', 'v1');

      await fixture.registry.provide('app', { tag: 'v1', digest });
      await fixture.registry.provide('app', { tag: 'v0', digest });

      expect(await fixture.registry.digestOf('app', 'v1')).toBe(pushed);
      expect(await fixture.registry.digestOf('app', 'v0')).toBe(digest);
    });

    it('is `latest` without either', async () => {
      await fixture.registry.provide('app', {});

      expect(await fixture.registry.digestOf('app', 'latest')).toMatch(/^sha256:/);
    });
  });
});

describe('local registry in a directory', () => {
  it('has after a restart what was pushed before it, and nothing half finished', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'tagboat-registry-'));
    try {
      const before = await createRegistry({ directory, host: () => '' });
      const digest = await before.push('team/app', 'v1');
      await using server = await serve((request, response) => before.handle(request, response));
      const begun = await fetch(`${server.url}/v2/app/blobs/uploads/`, { method: 'POST' });
      await fetch(new URL(begun.headers.get('location') ?? '', server.url), { method: 'PATCH', body: 'abc' });

      const after = await createRegistry({ directory, host: () => '' });

      expect(await after.digestOf('team/app', 'v1')).toBe(digest);
      expect((await readdir(directory)).sort()).toEqual(['blobs', 'repositories']);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});
