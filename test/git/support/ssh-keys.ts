import { createPrivateKey, type KeyObject } from 'node:crypto';
import { copyFile, readFile } from 'node:fs/promises';
import { isInstalled } from '../../support/installed.ts';
import { runCommand } from './shell.ts';

/** Git calls it to verify, and to sign. */
export const hasSshKeygen = isInstalled('ssh-keygen');
/** For the name of a group of tests. */
export const unlessInstalled = hasSshKeygen ? '' : ' (skipped: ssh-keygen is not installed)';

const keygen = async (...args: readonly string[]): Promise<void> => {
  const command = ['ssh-keygen', '-q', ...args];
  const { status, stderr } = await runCommand({ command, env: { PATH: process.env.PATH } });
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}: ${stderr}`);
};

/** A key that ssh-keygen makes, with `<path>.pub` beside it. */
export const makeKey = async (path: string, ...args: readonly string[]): Promise<string> => {
  await keygen('-N', '', '-C', 'Tagboat', '-f', path, ...args);
  return readFile(path, 'utf8');
};

/** The same key in another form: RSA keys take long to make. */
export const convertKey = async (from: string, path: string, form: 'PKCS8' | 'PEM'): Promise<string> => {
  await copyFile(from, path);
  await copyFile(`${from}.pub`, `${path}.pub`);
  await keygen('-p', '-P', '', '-N', '', '-m', form, '-f', path);
  return readFile(path, 'utf8');
};

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

export const string = (content: Uint8Array | string): Buffer => {
  const bytes = Buffer.from(content);
  return Buffer.concat([uint32(bytes.length), bytes]);
};

const number = (base64url: string | undefined): Buffer => {
  const bytes = Buffer.from(base64url ?? '', 'base64url');
  return string((bytes[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.of(0), bytes]) : bytes);
};

const bytes = (base64url: string | undefined): Buffer => Buffer.from(base64url ?? '', 'base64url');

/** Type, public half and both halves, as the parts of an OpenSSH private key. */
const parts = (key: KeyObject): { readonly publicKey: Buffer; readonly fields: Buffer } => {
  const jwk = key.export({ format: 'jwk' });
  if (jwk.kty === 'RSA') {
    const type = string('ssh-rsa');
    const { n, e, d, qi, p, q } = jwk;
    return {
      publicKey: Buffer.concat([type, number(e), number(n)]),
      fields: Buffer.concat([type, ...[n, e, d, qi, p, q].map(number)]),
    };
  }
  if (jwk.kty === 'EC') {
    const curve = `nistp${jwk.crv?.slice(2)}`;
    const point = string(Buffer.concat([Buffer.of(4), bytes(jwk.x), bytes(jwk.y)]));
    const publicKey = Buffer.concat([string(`ecdsa-sha2-${curve}`), string(curve), point]);
    return { publicKey, fields: Buffer.concat([publicKey, number(jwk.d)]) };
  }
  const publicKey = Buffer.concat([string('ssh-ed25519'), string(bytes(jwk.x))]);
  const secret = Buffer.concat([bytes(jwk.d), bytes(jwk.x)]);
  return { publicKey, fields: Buffer.concat([publicKey, string(secret)]) };
};

export type Oddities = {
  readonly cipher?: string;
  readonly count?: number;
  readonly secondCheck?: number;
  readonly publicKey?: Buffer;
  readonly fields?: Buffer;
  readonly padding?: Buffer;
};

const armour = (data: Buffer): string =>
  [
    '-----BEGIN OPENSSH PRIVATE KEY-----',
    ...(data.toString('base64').match(/.{1,70}/g) ?? []),
    '-----END OPENSSH PRIVATE KEY-----',
    '',
  ].join('\n');

/** A private key as ssh-keygen writes it, or not quite: https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key */
export const openSshFile = (key: KeyObject, odd: Oddities = {}): string => {
  const { publicKey, fields } = parts(key);
  const body = Buffer.concat([
    uint32(7),
    uint32(odd.secondCheck ?? 7),
    odd.fields ?? fields,
    string('a comment'),
  ]);
  const padding = odd.padding ?? Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, -body.length & 7));
  return armour(
    Buffer.concat([
      Buffer.from('openssh-key-v1\0'),
      string(odd.cipher ?? 'none'),
      string(odd.cipher === undefined ? 'none' : 'bcrypt'),
      string(''),
      uint32(odd.count ?? 1),
      string(odd.publicKey ?? publicKey),
      string(Buffer.concat([body, padding])),
    ]),
  );
};

/** The key of the first test vector of RFC 8032, section 7.1. */
export const knownKey = createPrivateKey({
  format: 'jwk',
  key: {
    kty: 'OKP',
    crv: 'Ed25519',
    d: Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex').toString(
      'base64url',
    ),
    x: Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex').toString(
      'base64url',
    ),
  },
});
