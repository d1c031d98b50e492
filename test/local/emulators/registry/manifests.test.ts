import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  codeOf,
  dockerManifest,
  type Fixture,
  imageOf,
  ociIndex,
  ociManifest,
  sha256,
  startFixture,
  unknownDigest,
} from './fixture.ts';

describe('manifests', () => {
  let fixture: Fixture;
  beforeEach(async () => {
    fixture = await startFixture();
  });
  afterEach(() => fixture[Symbol.asyncDispose]());

  it('come back byte for byte, with their type, by tag and by digest', async () => {
    const image = imageOf(
      await fixture.putBlob('team/app', '{}'),
      await fixture.putBlob('team/app', 'layer'),
    );
    const text = `${JSON.stringify(image, undefined, 3)}\n\n`;

    const put = await fixture.putManifest('team/app', 'v1', text);
    const accept = { headers: { accept: `${dockerManifest}, ${ociManifest};q=0.5` } };
    const byTag = await fixture.ask('/v2/team/app/manifests/v1', accept);
    const byDigest = await fixture.ask(`/v2/team/app/manifests/${sha256(text)}`, accept);
    const head = await fixture.ask('/v2/team/app/manifests/v1', { ...accept, method: 'HEAD' });

    expect(put.status).toBe(201);
    expect(put.headers.get('location')).toBe(`/v2/team/app/manifests/${sha256(text)}`);
    for (const got of [byTag, byDigest]) {
      expect(got.headers.get('content-type')).toBe(ociManifest);
      expect(got.headers.get('docker-content-digest')).toBe(sha256(text));
      expect(await got.text()).toBe(text);
    }
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
      200,
      String(Buffer.byteLength(text)),
      '',
    ]);
  });

  it('of OCI are hidden from who does not accept them, those of Docker are not', async () => {
    const config = await fixture.putBlob('app', '{}');
    await fixture.putManifest('app', 'oci', imageOf(config));
    await fixture.putManifest(
      'app',
      'docker',
      { ...imageOf(config), mediaType: dockerManifest },
      dockerManifest,
    );

    const oci = await fixture.ask('/v2/app/manifests/oci');
    const docker = await fixture.ask('/v2/app/manifests/docker');

    expect([oci.status, await codeOf(oci)]).toEqual([404, 'MANIFEST_UNKNOWN']);
    expect([docker.status, docker.headers.get('content-type')]).toEqual([200, dockerManifest]);
  });

  it('may be indexes of manifests that are there', async () => {
    const image = JSON.stringify(imageOf(await fixture.putBlob('app', '{}')));
    const indexOf = (digest: string) => ({
      schemaVersion: 2,
      mediaType: ociIndex,
      manifests: [{ mediaType: ociManifest, size: image.length, digest }],
    });
    await fixture.putManifest('app', sha256(image), image);

    const complete = await fixture.putManifest('app', 'v1', indexOf(sha256(image)), ociIndex);
    const incomplete = await fixture.putManifest('app', 'v2', indexOf(unknownDigest), ociIndex);
    const got = await fixture.ask('/v2/app/manifests/v1', { headers: { accept: ociIndex } });

    expect(complete.status).toBe(201);
    expect([incomplete.status, await codeOf(incomplete)]).toEqual([400, 'MANIFEST_BLOB_UNKNOWN']);
    expect(got.headers.get('content-type')).toBe(ociIndex);
  });

  it('need not have the layers that are fetched from elsewhere', async () => {
    const config = await fixture.putBlob('app', '{}');
    const foreign = {
      mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
      size: 1,
      digest: unknownDigest,
      urls: ['https://example.com/layer'],
    };

    const put = await fixture.putManifest('app', 'v1', { ...imageOf(config), layers: [foreign] });

    expect(put.status).toBe(201);
  });

  it.each([
    ['is not JSON', 'v1', '{', ociManifest, 400, 'MANIFEST_INVALID'],
    ['is of an old kind', 'v1', { schemaVersion: 1, name: 'app' }, ociManifest, 400, 'MANIFEST_INVALID'],
    ['is of an unknown type', 'v1', imageOf(unknownDigest), 'application/json', 400, 'MANIFEST_INVALID'],
    ['is not of the type it says', 'v1', imageOf(unknownDigest), dockerManifest, 400, 'MANIFEST_INVALID'],
    ['names what is not there', 'v1', imageOf(unknownDigest), ociManifest, 400, 'MANIFEST_BLOB_UNKNOWN'],
    [
      'is put under another digest',
      unknownDigest,
      imageOf(unknownDigest),
      ociManifest,
      400,
      'DIGEST_INVALID',
    ],
    ['is put under no tag', '.v1', imageOf(unknownDigest), ociManifest, 400, 'TAG_INVALID'],
    ['is larger than 4 MiB', 'v1', ' '.repeat(4 * 1024 * 1024 + 1), ociManifest, 413, 'SIZE_INVALID'],
  ])('are refused: %s', async (_name, reference, manifest, contentType, status, code) => {
    const put = await fixture.putManifest('app', reference, manifest, contentType);

    expect([put.status, await codeOf(put)]).toEqual([status, code]);
  });
});
