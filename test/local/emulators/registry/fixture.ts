import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRegistry, type LocalRegistry } from '../../../../infra/local/emulators/registry/registry.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import { serve } from './serve.ts';

export const ociManifest = 'application/vnd.oci.image.manifest.v1+json';
export const ociIndex = 'application/vnd.oci.image.index.v1+json';
export const dockerManifest = 'application/vnd.docker.distribution.manifest.v2+json';

export const sha256 = (bytes: Uint8Array | string): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
export const unknownDigest = sha256('nothing has this digest');

export type Fixture = AsyncDisposable & {
  readonly registry: LocalRegistry;
  readonly port: number;
  /** Files of uploads on disk. */
  unfinished(): Promise<number>;
  /** Lets time pass for the registry, in milliseconds. */
  advance(milliseconds: number): void;
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** Uploads a blob, and answers its digest. */
  putBlob(name: string, content: string): Promise<string>;
  putManifest(name: string, reference: string, manifest: unknown, contentType?: string): Promise<Response>;
};

/** A registry on a real server; blobs may have 100,000 bytes. */
export const startFixture = async (
  options: Pick<Parameters<typeof createRegistry>[0], 'credentials'> = {},
): Promise<Fixture> => {
  const directory = await mkdtemp(join(tmpdir(), 'tagboat-registry-'));
  const clock = manualClock();
  const registry = await createRegistry({
    ...options,
    clock,
    directory,
    host: () => '127.0.0.1:5055',
    maxBlobBytes: 100_000,
  });
  const server = await serve((request, response) => registry.handle(request, response));
  const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(new URL(path, server.url), init);
  return {
    registry,
    port: server.port,
    ask,
    unfinished: async () => (await readdir(join(directory, 'uploads')).catch(() => [])).length,
    advance: clock.advance,
    async putBlob(name, content) {
      const digest = sha256(content);
      const path = `/v2/${name}/blobs/uploads/?digest=${digest}`;
      const response = await ask(path, { method: 'POST', body: content });
      if (response.status !== 201) throw new Error(await response.text());
      return digest;
    },
    putManifest: (name, reference, manifest, contentType = ociManifest) =>
      ask(`/v2/${name}/manifests/${reference}`, {
        method: 'PUT',
        headers: { 'content-type': contentType },
        body: typeof manifest === 'string' ? manifest : JSON.stringify(manifest),
      }),
    async [Symbol.asyncDispose]() {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
};

/** The code of an error document. */
export const codeOf = async (response: Response): Promise<unknown> => {
  const { errors } = (await response.json()) as { errors: readonly { code: string }[] };
  return errors[0]?.code;
};

/** A manifest of blobs by digest. */
export const imageOf = (config: string, ...layers: readonly string[]) => ({
  schemaVersion: 2,
  mediaType: ociManifest,
  config: { mediaType: 'application/vnd.oci.image.config.v1+json', size: 2, digest: config },
  layers: layers.map((digest) => ({
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    size: 5,
    digest,
  })),
});
