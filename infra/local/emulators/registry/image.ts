import { digestOfBytes } from './digest.ts';
import { type Descriptor, ociManifest } from './manifest.ts';

type MadeImage = { readonly config: Buffer; readonly layer: Buffer; readonly manifest: Buffer };

/**
 * A minimal valid OCI image: one layer with one small file, a config, a manifest. The same content makes the same
 * digests on every machine; hence the layer is not compressed.
 * https://github.com/opencontainers/image-spec/blob/main/config.md
 */
export const makeImage = (content: string): MadeImage => {
  const layer = tarOf('tagboat.txt', Buffer.from(content));
  const config = json({
    created: '1970-01-01T00:00:00Z',
    architecture: 'amd64',
    os: 'linux',
    config: { Cmd: ['/tagboat.txt'] },
    rootfs: { type: 'layers', diff_ids: [digestOfBytes(layer)] },
    history: [{ created: '1970-01-01T00:00:00Z', created_by: 'tagboat' }],
  });
  const manifest = json({
    schemaVersion: 2,
    mediaType: ociManifest,
    config: describe('application/vnd.oci.image.config.v1+json', config),
    layers: [describe('application/vnd.oci.image.layer.v1.tar', layer)],
  });
  return { config, layer, manifest };
};

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

const describe = (mediaType: string, bytes: Buffer): Descriptor => ({
  mediaType,
  size: bytes.length,
  digest: digestOfBytes(bytes),
});

const blockBytes = 512;

/** A POSIX tar archive with one file. https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html (ustar) */
const tarOf = (name: string, content: Buffer): Buffer => {
  const header = Buffer.alloc(blockBytes);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;
  header.write(name, 0);
  header.write(octal(0o644, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(content.length, 11), 124);
  header.write(octal(0, 11), 136);
  header.write('0', 156);
  header.write('ustar\0' + '00', 257);
  // The checksum is computed over the header with spaces in the checksum's place.
  header.write(' '.repeat(8), 148);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const padding = Buffer.alloc((blockBytes - (content.length % blockBytes)) % blockBytes);
  return Buffer.concat([header, content, padding, Buffer.alloc(2 * blockBytes)]);
};
