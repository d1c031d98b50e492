import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { magnitude, mpint, sshString } from './ssh-wire.ts';

/** What a key of one type looks like to SSH, and how it signs. */
export type SshAlgorithm = {
  /** As in the file `id_….pub`, before base64. */
  readonly publicKey: Buffer;
  /** The signature with its algorithm in front, as signatures of SSH are. */
  readonly sign: (data: Uint8Array) => Buffer;
};

/** NIST curves by what a JSON Web Key calls them: https://www.rfc-editor.org/rfc/rfc5656#section-10 */
export const curves = [
  { jwk: 'P-256', ssh: 'nistp256', bytes: 32, hash: 'sha256' },
  { jwk: 'P-384', ssh: 'nistp384', bytes: 48, hash: 'sha384' },
  { jwk: 'P-521', ssh: 'nistp521', bytes: 66, hash: 'sha512' },
] as const;
type Curve = (typeof curves)[number];

/** GitHub, GitLab and current advice want as much. */
const minRsaBits = 2048;

const decode = (text: string | undefined): Buffer => Buffer.from(text ?? '', 'base64url');

/** A number in as many bytes as the curve's field has. */
export const padded = (number: Uint8Array, { bytes }: Curve): Buffer => {
  const short = magnitude(number);
  if (short.length > bytes) throw new RangeError('the number is larger than the field');
  return Buffer.concat([Buffer.alloc(bytes - short.length), short]);
};

const ed25519 = (key: KeyObject): SshAlgorithm => {
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  return {
    publicKey: Buffer.concat([sshString('ssh-ed25519'), sshString(decode(x))]),
    // https://www.rfc-editor.org/rfc/rfc8709#section-6
    sign: (data) => Buffer.concat([sshString('ssh-ed25519'), sshString(sign(null, data, key))]),
  };
};

const rsa = (key: KeyObject): SshAlgorithm => {
  const { e, n } = createPublicKey(key).export({ format: 'jwk' });
  return {
    publicKey: Buffer.concat([sshString('ssh-rsa'), mpint(decode(e)), mpint(decode(n))]),
    // https://www.rfc-editor.org/rfc/rfc8332#section-3
    sign: (data) => Buffer.concat([sshString('rsa-sha2-512'), sshString(sign('sha512', data, key))]),
  };
};

const ecdsa = (key: KeyObject, curve: Curve): SshAlgorithm => {
  const { x, y } = createPublicKey(key).export({ format: 'jwk' });
  const name = sshString(`ecdsa-sha2-${curve.ssh}`);
  const point = Buffer.concat([Buffer.of(4), padded(decode(x), curve), padded(decode(y), curve)]);
  return {
    publicKey: Buffer.concat([name, sshString(curve.ssh), sshString(point)]),
    // https://www.rfc-editor.org/rfc/rfc5656#section-3.1.2
    sign: (data) => {
      const both = sign(curve.hash, data, { key, dsaEncoding: 'ieee-p1363' });
      const [r, s] = [both.subarray(0, curve.bytes), both.subarray(curve.bytes)];
      return Buffer.concat([name, sshString(Buffer.concat([mpint(r), mpint(s)]))]);
    },
  };
};

/** What SSH makes of a private key; a text where it can make nothing of it: why not. */
export const sshAlgorithm = (key: KeyObject): SshAlgorithm | string => {
  switch (key.asymmetricKeyType) {
    case 'ed25519':
      return ed25519(key);
    case 'rsa': {
      const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
      return bits < minRsaBits ? `is an RSA key of ${bits} bits; ${minRsaBits} are the least` : rsa(key);
    }
    case 'ec': {
      const { crv } = key.export({ format: 'jwk' });
      const curve = curves.find(({ jwk }) => jwk === crv);
      return curve === undefined ? 'is an ECDSA key on a curve that SSH does not know' : ecdsa(key, curve);
    }
    default:
      return `is of the type ${key.asymmetricKeyType}; Ed25519, ECDSA and RSA keys sign`;
  }
};
