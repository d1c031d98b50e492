import type { FileKind } from '../view/remark.ts';

const startsWith = (bytes: Uint8Array, ...start: readonly number[]): boolean =>
  start.every((byte, index) => bytes[index] === byte);

const magic: readonly (readonly [kind: FileKind, start: readonly number[]])[] = [
  ['utf-32', [0xff, 0xfe, 0, 0]],
  ['utf-32', [0, 0, 0xfe, 0xff]],
  ['utf-16', [0xff, 0xfe]],
  ['utf-16', [0xfe, 0xff]],
  ['compressed', [0x1f, 0x8b]], // gzip
  ['compressed', [0x28, 0xb5, 0x2f, 0xfd]], // zstd
  ['compressed', [0xfd, 0x37, 0x7a, 0x58, 0x5a]], // xz
  ['compressed', [0x42, 0x5a, 0x68]], // bzip2
  ['compressed', [0x50, 0x4b, 3, 4]], // zip
  ['git-crypt', [...Buffer.from('\0GITCRYPT\0')]],
];

const words: readonly (readonly [kind: FileKind, pattern: RegExp])[] = [
  // https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
  ['git-lfs', /^version https:\/\/(?:git-lfs\.github\.com|hawser\.github\.com)\/spec\//],
  ['age', /^(?:age-encryption\.org\/|-----BEGIN AGE ENCRYPTED FILE-----)/],
  ['pgp', /^-----BEGIN PGP MESSAGE-----/],
  ['ansible-vault', /^\$ANSIBLE_VAULT;/],
];

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of a file with its byte order mark, or what the file is where it has none that could be a manifest. */
export const readText = (bytes: Uint8Array): { readonly text: string } | { readonly kind: FileKind } => {
  const known = magic.find(([, start]) => startsWith(bytes, ...start));
  if (known !== undefined) return { kind: known[0] };
  try {
    const text = decoder.decode(bytes);
    const kind = words.find(([, pattern]) => pattern.test(text))?.[0];
    if (kind !== undefined) return { kind };
    // YAML has no NUL, and UTF-16 without a byte order mark has one in every other place.
    return text.includes('\0') ? { kind: withoutMark(bytes) } : { text };
  } catch {
    return { kind: bytes.includes(0) ? withoutMark(bytes) : 'binary' };
  }
};

const withoutMark = (bytes: Uint8Array): FileKind => {
  const zeros = (from: number) =>
    bytes.subarray(0, 64).filter((byte, at) => at % 2 === from && byte === 0).length;
  const half = Math.min(bytes.length, 64) / 4;
  return zeros(0) > half || zeros(1) > half ? 'utf-16' : 'binary';
};

/** The text of a UTF-16 file, to see whether it has the image. */
export const decodeUtf16 = (bytes: Uint8Array): string => {
  const isBigEndian = startsWith(bytes, 0xfe, 0xff) || bytes[0] === 0;
  return new TextDecoder(isBigEndian ? 'utf-16be' : 'utf-16le').decode(bytes);
};

/** Parts of it may be readable, and only those can be found. */
export const isSealedBySops = (text: string): boolean =>
  text.includes('ENC[AES256_GCM,') && /^[ \t]*"?sops"?:/m.test(text);
