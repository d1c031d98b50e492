import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TagboatError } from '../../lib/errors.ts';
import { createCommitSigner } from '../../lib/git/commit-signer.ts';
import { knownKey, openSshFile, string } from './support/ssh-keys.ts';

const slot = 'configRepos/okeydokey/signingKey';
const commit = Buffer.from('tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\nvector\n');

const pem = (key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1'): string =>
  key.export({ type, format: 'pem' }).toString();

const ed25519 = knownKey;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
const p521 = generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey;

/** `string` after `string`, as far as they go. */
const stringsOf = (data: Buffer): readonly Buffer[] => {
  const found: Buffer[] = [];
  for (let at = 0; at < data.length; ) {
    const end = at + 4 + data.readUInt32BE(at);
    found.push(data.subarray(at + 4, end));
    at = end;
  }
  return found;
};

const dearmour = (signature: string): Buffer =>
  Buffer.from(signature.split('\n').slice(1, -2).join(''), 'base64');

/** What PROTOCOL.sshsig says is signed, checked with the other half of the key. */
const isGenuine = (signature: string, message: Buffer, key: KeyObject): boolean => {
  const blob = dearmour(signature);
  const [, , , hash, signed = Buffer.alloc(0)] = stringsOf(blob.subarray(10));
  const [algorithm, value = Buffer.alloc(0)] = stringsOf(signed);
  const digest = createHash('sha512').update(message).digest();
  const data = Buffer.concat([
    Buffer.from('SSHSIG'),
    string('git'),
    string(''),
    string(hash ?? ''),
    string(digest),
  ]);
  const publicKey = createPublicKey(key);
  if (algorithm?.toString() === 'ssh-ed25519') return verify(null, data, publicKey, value);
  if (algorithm?.toString() === 'rsa-sha2-512') return verify('sha512', data, publicKey, value);
  const bits = Number(algorithm?.toString().slice(-3));
  const width = Math.ceil(bits / 8);
  const plain = stringsOf(value).map((one) => {
    const unpadded = one[0] === 0 ? one.subarray(1) : one;
    return Buffer.concat([Buffer.alloc(width - unpadded.length), unpadded]);
  });
  const hashName = bits === 521 ? 'sha512' : `sha${bits}`;
  return verify(hashName, data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, Buffer.concat(plain));
};

const signerOf = (privateKey: string) => createCommitSigner(privateKey, slot);

describe('a commit signer', () => {
  it('signs as `ssh-keygen -Y sign -n git` does, to the byte', () => {
    expect(signerOf(openSshFile(ed25519))(commit)).toBe(`-----BEGIN SSH SIGNATURE-----
U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAg11qYAYKxCrfVS/7TyWQHOg7hcv
PapiMlrwIaaPcHURoAAAADZ2l0AAAAAAAAAAZzaGE1MTIAAABTAAAAC3NzaC1lZDI1NTE5
AAAAQFMoJt13p3KW+AoKtBE86L5U8Q9npUe2P/o+ZCd/2260aFMyP4qj0Y2c7XIbfs1mAB
CwBvFSdbhf1kco0rCLwQc=
-----END SSH SIGNATURE-----
`);
  });

  it.each([
    ['Ed25519, OpenSSH', ed25519, openSshFile(ed25519)],
    ['Ed25519, PKCS#8', ed25519, pem(ed25519, 'pkcs8')],
    ['RSA, OpenSSH', rsa, openSshFile(rsa)],
    ['RSA, PKCS#8', rsa, pem(rsa, 'pkcs8')],
    ['RSA, PKCS#1', rsa, pem(rsa, 'pkcs1')],
    ['ECDSA on P-256, OpenSSH', p256, openSshFile(p256)],
    ['ECDSA on P-384, OpenSSH', p384, openSshFile(p384)],
    ['ECDSA on P-521, OpenSSH', p521, openSshFile(p521)],
    ['ECDSA on P-256, PKCS#8', p256, pem(p256, 'pkcs8')],
    ['ECDSA on P-521, SEC1', p521, pem(p521, 'sec1')],
    ['with CRLF', ed25519, openSshFile(ed25519).replaceAll('\n', '\r\n')],
    ['PEM with CRLF', rsa, pem(rsa, 'pkcs8').replaceAll('\n', '\r\n')],
    ['without the newline at its end', ed25519, openSshFile(ed25519).trimEnd()],
    ['with blank lines around it', rsa, `\n\n${pem(rsa, 'pkcs8')}\n\n`],
    ['with spaces for newlines', ed25519, openSshFile(ed25519).replaceAll('\n', ' ')],
  ])('takes a key: %s', (_, key, privateKey) => {
    const signature = signerOf(privateKey)(commit);

    expect(isGenuine(signature, commit, key)).toBe(true);
    expect(isGenuine(signature, Buffer.from('another commit'), key)).toBe(false);
  });

  it('writes numbers of ECDSA signatures that begin with zeros as SSH wants them', () => {
    // One of 256 r begins with a zero byte, every other one with a high bit
    const sign = signerOf(openSshFile(p256));

    for (let index = 0; index < 600; index += 1) {
      const message = Buffer.from(`commit ${index}`);
      const signature = sign(message);
      const numbers = stringsOf(
        stringsOf(stringsOf(dearmour(signature).subarray(10))[4] ?? commit)[1] ?? commit,
      );
      expect(isGenuine(signature, message, p256)).toBe(true);
      for (const [first = 0, second = 0] of numbers)
        expect(first < 0x80 && (first > 0 || second >= 0x80), signature).toBe(true);
    }
  });

  const damaged = 'is damaged; copy the whole file of the private key, with its first and last line';
  const encrypted = 'is encrypted with a passphrase; seal it without one';
  const publicHalf = 'is a public key; the private one signs';
  const rsaNumbers = rsa.export({ format: 'jwk' });
  const other = createPublicKey(ed25519);
  const curve = Buffer.concat([
    string('ecdsa-sha2-nistp256'),
    string('nistp256'),
    string(Buffer.of(2, 3)),
    string('x'),
  ]);
  const strange = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
  const mixed = Buffer.concat([
    string('ssh-rsa'),
    ...[rsaNumbers.n, rsaNumbers.e, strange.d, strange.qi, strange.p, strange.q].map((text = '') =>
      string(Buffer.from(`00${Buffer.from(text, 'base64url').toString('hex')}`, 'hex')),
    ),
  ]);
  const passphrase = { cipher: 'aes-256-cbc', passphrase: 'secret' };
  it.each([
    ['encrypted, OpenSSH', openSshFile(ed25519, { cipher: 'aes256-ctr' }), encrypted],
    ['encrypted, PKCS#8', rsa.export({ type: 'pkcs8', format: 'pem', ...passphrase }), encrypted],
    ['encrypted, PKCS#1', rsa.export({ type: 'pkcs1', format: 'pem', ...passphrase }), encrypted],
    ['several keys', openSshFile(ed25519, { count: 2 }), 'holds several keys; one signs'],
    [
      'a security key',
      openSshFile(ed25519, { fields: string('sk-ssh-ed25519@openssh.com') }),
      'is the handle of a security key, which would have to be touched; Ed25519, ECDSA and RSA keys sign',
    ],
    [
      'DSA, OpenSSH',
      openSshFile(ed25519, { fields: string('ssh-dss') }),
      'is of a type that cannot be used; Ed25519, ECDSA and RSA keys sign',
    ],
    [
      'Ed448',
      pem(generateKeyPairSync('ed448').privateKey, 'pkcs8'),
      'is of the type ed448; Ed25519, ECDSA and RSA keys sign',
    ],
    [
      'a curve of another world',
      pem(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey, 'pkcs8'),
      'is an ECDSA key on a curve that SSH does not know',
    ],
    [
      'a short RSA key',
      pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey, 'pkcs1'),
      'is an RSA key of 1024 bits; 2048 are the least',
    ],
    ['the public half', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGC me@example.com', publicHalf],
    ['the public half, PEM', other.export({ type: 'spki', format: 'pem' }), publicHalf],
    [
      'a PuTTY key',
      'PuTTY-User-Key-File-3: ssh-ed25519',
      'is a PuTTY key; convert it with `puttygen -O private-openssh`',
    ],
    [
      'an OpenPGP key',
      '-----BEGIN PGP PRIVATE KEY BLOCK-----\n-----END PGP PRIVATE KEY BLOCK-----',
      'is an OpenPGP key; an SSH key signs',
    ],
    ['a password', 'correct horse', 'is not a private key; `ssh-keygen -t ed25519` makes one'],
    ['nothing', '', 'is not a private key; `ssh-keygen -t ed25519` makes one'],
    ['cut off', openSshFile(ed25519).slice(0, 200), damaged],
    ['without its middle', openSshFile(rsa).replace(/\n[^-]+\n/, '\nAAAA\n'), damaged],
    ['no PKCS#8', pem(ed25519, 'pkcs8').replace(/\n[^-]+\n/, '\nAAAA\n'), damaged],
    ['check numbers that differ', openSshFile(ed25519, { secondCheck: 8 }), damaged],
    ['wrong padding', openSshFile(ed25519, { padding: Buffer.of(1, 2, 4) }), damaged],
    ['halves of two keys', openSshFile(p256, { publicKey: string('ssh-ed25519') }), damaged],
    ['a point that is none', openSshFile(p256, { fields: curve }), damaged],
    ['RSA numbers of two keys', openSshFile(rsa, { fields: mixed }), damaged],
  ])('refuses a key: %s', (_, privateKey, why) => {
    expect(() => signerOf(privateKey.toString())).toThrow(
      expect.objectContaining({
        code: 'git-signing-key-invalid',
        retry: 'terminal',
        message: `${slot} ${why}`,
      }),
    );
  });

  it('keeps what it was given out of the error', () => {
    const privateKey = openSshFile(ed25519, { secondCheck: 8 });
    let thrown: unknown;
    try {
      signerOf(privateKey);
    } catch (error) {
      thrown = error;
    }

    expect(thrown).toBeInstanceOf(TagboatError);
    expect((thrown as TagboatError).cause).toBeUndefined();
    const shown = JSON.stringify(thrown) + String(thrown);
    expect(privateKey.split('\n').filter((line) => line !== '' && shown.includes(line))).toEqual([]);
  });

  it.each([
    ['Ed25519', ed25519],
    ['ECDSA', p256],
    ['RSA', rsa],
  ])('with one bit of the %s key turned over signs well, or refuses', (_, key) => {
    const file = openSshFile(key);
    const [first = '', ...lines] = file.trimEnd().split('\n');
    const last = lines.pop() ?? '';
    const bytes = Buffer.from(lines.join(''), 'base64');
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
        const turned = Buffer.from(bytes);
        turned[at] = (turned[at] ?? 0) ^ (1 << bit);
        let signature: string;
        try {
          signature = signerOf([first, turned.toString('base64'), last].join('\n'))(commit);
        } catch (error) {
          expect(error).toBeInstanceOf(TagboatError);
          expect((error as TagboatError).code).toBe('git-signing-key-invalid');
          return;
        }
        // The comment, or a number that only makes signing faster
        expect(isGenuine(signature, commit, key)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
