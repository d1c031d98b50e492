import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createRegistry, type LocalRegistry } from '../../../../infra/local/emulators/registry/registry.ts';
import type { Clock } from '../../../../lib/clock.ts';
import { senderNamed } from '../../../contract/senders.ts';
import { startHook } from './hook.ts';
import { serve } from './serve.ts';

const fixture = {
  // biome-ignore lint/suspicious/noExplicitAny: parts of it are replaced
  body: senderNamed('distribution').payload as any,
};

/** A clock that never makes anybody wait, and tells how long they would have. */
const impatientClock = (): Clock & { readonly slept: readonly number[] } => {
  const slept: number[] = [];
  return {
    slept,
    now: () => Date.parse('2026-11-23T03:20:01.427Z'),
    sleep: async (milliseconds) => void slept.push(milliseconds),
  };
};

const directory = mkdtempSync(join(tmpdir(), 'tagboat-notifications-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const registryFor = (url: string, clock: Clock = impatientClock()): Promise<LocalRegistry> =>
  createRegistry({
    directory,
    host: () => '127.0.0.1:5055',
    notify: { url: () => url, headers: { authorization: 'Bearer s3cret' } },
    clock,
  });

/** The names of all members, at any depth, in their order. */
const shapeOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.entries(value).map(([name, member]) => [name, shapeOf(member)]);
};

describe('notifications of the local registry', () => {
  it('have the envelope and the headers of CNCF Distribution', async () => {
    await using hook = await startHook(200);
    const registry = await registryFor(hook.url);

    const digest = await registry.push('team/app', 'v1.2.3');
    await registry.idle();

    const [received] = hook.received;
    const [event] = received?.body.events ?? [];
    expect(received?.headers).toMatchObject({
      authorization: 'Bearer s3cret',
      'content-type': 'application/vnd.docker.distribution.events.v1+json',
    });
    expect(shapeOf(received?.body)).toEqual(shapeOf(fixture.body));
    expect(event).toMatchObject({
      timestamp: '2026-11-23T03:20:01.427Z',
      action: 'push',
      target: {
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        digest,
        repository: 'team/app',
        tag: 'v1.2.3',
        url: `http://127.0.0.1:5055/v2/team/app/manifests/${digest}`,
      },
      request: { host: '127.0.0.1:5055', method: 'PUT' },
    });
  });

  it('follow a push over HTTP, but not one by digest', async () => {
    await using hook = await startHook(200);
    const registry = await registryFor(hook.url);
    await using server = await serve((request, response) => registry.handle(request, response));
    const empty = Buffer.from('{}');
    const digest = 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';
    await fetch(`${server.url}/v2/app/blobs/uploads/?digest=${digest}`, { method: 'POST', body: empty });
    const mediaType = 'application/vnd.docker.distribution.manifest.v2+json';
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType,
      config: { mediaType: 'application/vnd.docker.container.image.v1+json', size: 2, digest },
      layers: [],
    });
    const put = (reference: string): Promise<Response> =>
      fetch(`${server.url}/v2/app/manifests/${reference}`, {
        method: 'PUT',
        headers: { 'content-type': mediaType, 'user-agent': 'pusher/1' },
        body: manifest,
      });

    const byTag = await put('v1');
    const byDigest = await put(byTag.headers.get('docker-content-digest') ?? '');
    await registry.idle();

    expect([byTag.status, byDigest.status]).toEqual([201, 201]);
    expect(hook.received.flatMap((request) => request.body.events)).toMatchObject([
      {
        target: { tag: 'v1', mediaType, references: [{ digest, size: 2 }] },
        request: { host: `127.0.0.1:${server.port}`, useragent: 'pusher/1' },
      },
    ]);
  });

  it('are tried again with the same id until they are answered with 2xx', async () => {
    await using hook = await startHook(500, 503, 202);
    const clock = impatientClock();
    const registry = await registryFor(hook.url, clock);

    await registry.push('team/app', 'v1');
    await registry.idle();

    const ids = hook.received.flatMap((request) => request.body.events).map((event) => event.id);
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(1);
    expect(clock.slept).toEqual([100, 200]);
  });

  it('are given up after ten attempts', async () => {
    await using hook = await startHook(500);
    const clock = impatientClock();
    const registry = await registryFor(hook.url, clock);

    await registry.push('team/app', 'v1');
    await registry.idle();

    expect(hook.received).toHaveLength(10);
    expect(clock.slept).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
  });

  it('do not follow a redirect with the secret', async () => {
    await using elsewhere = await startHook(200);
    await using hook = await serve((_request, response) =>
      response.writeHead(307, { location: elsewhere.url }).end(),
    );
    const registry = await registryFor(hook.url);

    await registry.push('team/app', 'v1');
    await registry.idle();

    expect(elsewhere.received).toEqual([]);
  });

  it('end when the registry is closed, also while a receiver does not answer', async () => {
    const arrived = Promise.withResolvers<void>();
    await using hook = await serve(() => arrived.resolve());
    const registry = await registryFor(hook.url);
    await registry.push('team/app', 'v1');
    await arrived.promise;

    await registry.close();
    await registry.idle();
  });
});
