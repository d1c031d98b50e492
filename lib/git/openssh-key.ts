import { createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { curves, padded } from './ssh-algorithms.ts';
import { createWireReader, magnitude, type WireReader } from './ssh-wire.ts';

/** The key, and what the file says its public half is; a text where the key cannot be used: why not. */
type OpenSshKey = { readonly key: KeyObject; readonly publicKey: Buffer } | string;

const magic = Buffer.from('openssh-key-v1\0');

const encode = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const toBigInt = (bytes: Uint8Array): bigint => BigInt(`0x0${Buffer.from(bytes).toString('hex')}`);
const fromBigInt = (value: bigint): Buffer => {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
};

const readEd25519 = (reader: WireReader): JsonWebKey => {
  const x = reader.string();
  // The seed, and the public key again
  const secret = reader.string();
  if (secret.length !== 64) throw new RangeError('an Ed25519 key has 64 bytes');
  return { kty: 'OKP', crv: 'Ed25519', x: encode(x), d: encode(secret.subarray(0, 32)) };
};

const readRsa = (reader: WireReader): JsonWebKey => {
  const number = (): Buffer => magnitude(reader.string());
  const [n, e, d, qi, p, q] = [number(), number(), number(), number(), number(), number()];
  if (p.length === 0 || q.length === 0) throw new RangeError('a prime of 0');
  const exponentOf = (prime: Buffer): string => encode(fromBigInt(toBigInt(d) % (toBigInt(prime) - 1n)));
  return {
    kty: 'RSA',
    n: encode(n),
    e: encode(e),
    d: encode(d),
    p: encode(p),
    q: encode(q),
    dp: exponentOf(p),
    dq: exponentOf(q),
    qi: encode(qi),
  };
};

const readEcdsa = (reader: WireReader): JsonWebKey => {
  const name = reader.text();
  const curve = curves.find(({ ssh }) => ssh === name);
  if (curve === undefined) throw new RangeError('an unknown curve');
  const point = reader.string();
  if (point[0] !== 4 || point.length !== 1 + 2 * curve.bytes)
    throw new RangeError('not a point of the curve');
  return {
    kty: 'EC',
    crv: curve.jwk,
    x: encode(point.subarray(1, 1 + curve.bytes)),
    y: encode(point.subarray(1 + curve.bytes)),
    d: encode(padded(reader.string(), curve)),
  };
};

const readers = new Map<string, (reader: WireReader) => JsonWebKey>([
  ['ssh-ed25519', readEd25519],
  ['ssh-rsa', readRsa],
  ...curves.map(({ ssh }) => [`ecdsa-sha2-${ssh}`, readEcdsa] as const),
]);

/** The bytes after the comment count from 1. */
const isPadding = (bytes: Buffer): boolean => bytes.every((byte, index) => byte === ((index + 1) & 0xff));

/**
 * Reads what stands between the markers of an OpenSSH private key, decoded.
 * Format: https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key
 * @throws Error of no particular kind where the bytes are damaged
 */
export const readOpenSshKey = (data: Buffer): OpenSshKey => {
  if (!data.subarray(0, magic.length).equals(magic)) throw new RangeError('another version');
  const outer = createWireReader(data.subarray(magic.length));
  const [cipher, kdf] = [outer.text(), outer.text()];
  outer.string();
  if (cipher !== 'none' || kdf !== 'none') return 'is encrypted with a passphrase; seal it without one';
  if (outer.uint32() !== 1) return 'holds several keys; one signs';
  const publicKey = outer.string();
  const inner = createWireReader(outer.string());
  const check = inner.uint32();
  if (inner.uint32() !== check) throw new RangeError('the check numbers differ');
  const type = inner.text();
  const read = readers.get(type);
  if (read === undefined)
    return type.startsWith('sk-')
      ? 'is the handle of a security key, which would have to be touched; Ed25519, ECDSA and RSA keys sign'
      : 'is of a type that cannot be used; Ed25519, ECDSA and RSA keys sign';
  const jwk = read(inner);
  inner.string();
  if (!isPadding(inner.rest())) throw new RangeError('the padding is wrong');
  return { key: createPrivateKey({ key: jwk, format: 'jwk' }), publicKey };
};
