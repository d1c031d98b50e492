import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

type Descriptor = { readonly mediaType: string; readonly digest: string; readonly size: number };

/** A tar archive with one small file in it. */
const tarOf = (name: string, content: string): Buffer => {
  const header = Buffer.alloc(512);
  const write = (text: string, offset: number) => header.write(text, offset, 'ascii');
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
  write(name, 0);
  write(octal(0o644, 7), 100);
  write(octal(0, 7), 108);
  write(octal(0, 7), 116);
  write(octal(content.length, 11), 124);
  write(octal(0, 11), 136);
  write(' '.repeat(8), 148);
  write('0', 156);
  write('ustar\x0000', 257);
  write(
    `${octal(
      header.reduce((sum, byte) => sum + byte, 0),
      6,
    )} `,
    148,
  );
  const padded = Buffer.alloc(Math.ceil(content.length / 512) * 512 + 1024);
  padded.write(content);
  return Buffer.concat([header, padded]);
};

/**
 * Writes images as an OCI image layout, for skopeo to push: https://github.com/opencontainers/image-spec/blob/main/image-layout.md
 * @param content what tells an image from others
 * @param platforms more than one makes an index
 * @returns the digest that the tag stands for
 */
export const writeOciLayout = (
  directory: string,
  tag: string,
  content: string,
  platforms: readonly string[] = ['amd64'],
): string => {
  const blobs = path.join(directory, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  const blob = (mediaType: string, bytes: Buffer): Descriptor => {
    const hex = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(path.join(blobs, hex), bytes);
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
  };
  const json = (mediaType: string, value: object) =>
    blob(mediaType, Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...value })));

  const images = platforms.map((architecture) => {
    const tar = tarOf('hello', `${content} on ${architecture}`);
    const layer = blob('application/vnd.oci.image.layer.v1.tar+gzip', gzipSync(tar));
    const diffId = `sha256:${createHash('sha256').update(tar).digest('hex')}`;
    const config = blob(
      'application/vnd.oci.image.config.v1+json',
      Buffer.from(
        JSON.stringify({
          architecture,
          os: 'linux',
          config: {},
          rootfs: { type: 'layers', diff_ids: [diffId] },
        }),
      ),
    );
    const manifest = json('application/vnd.oci.image.manifest.v1+json', { config, layers: [layer] });
    return { ...manifest, platform: { architecture, os: 'linux' } };
  });
  const [first] = images;
  const top =
    platforms.length === 1 ? first : json('application/vnd.oci.image.index.v1+json', { manifests: images });
  if (top === undefined) throw new Error('an image is for one platform at least');
  writeFileSync(path.join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const annotations = { 'org.opencontainers.image.ref.name': tag };
  writeFileSync(
    path.join(directory, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [{ ...top, annotations }] }),
  );
  return top.digest;
};
