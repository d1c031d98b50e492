import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { TagboatError } from '../errors.ts';
import { readOpenSshKey } from './openssh-key.ts';
import { type SshAlgorithm, sshAlgorithm } from './ssh-algorithms.ts';
import { sshString } from './ssh-wire.ts';

/** The armoured signature over a commit object as it is without the signature. */
export type CommitSigner = (commit: Uint8Array) => string;

const magic = Buffer.from('SSHSIG');
const version = Buffer.of(0, 0, 0, 1);
/** `ssh-keygen -Y sign` breaks its lines there, whatever the specification says. */
const lineLength = 70;

/** Namespace, the reserved field, and the hash; Git's choice: https://git-scm.com/docs/git-config#Documentation/git-config.txt-gpgformat */
const terms = Buffer.concat([sshString('git'), sshString(''), sshString('sha512')]);

/** https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.sshsig */
const sshsig = (algorithm: SshAlgorithm, message: Uint8Array): string => {
  const hash = createHash('sha512').update(message).digest();
  const signature = algorithm.sign(Buffer.concat([magic, terms, sshString(hash)]));
  const blob = Buffer.concat([magic, version, sshString(algorithm.publicKey), terms, sshString(signature)]);
  const lines = blob.toString('base64').match(new RegExp(`.{1,${lineLength}}`, 'g')) ?? [];
  return ['-----BEGIN SSH SIGNATURE-----', ...lines, '-----END SSH SIGNATURE-----', ''].join('\n');
};

/** What is often given in place of a private key. */
const mistakes: readonly (readonly [RegExp, string])[] = [
  [/^(?:ssh-|ecdsa-|sk-)\S+ /, 'is a public key; the private one signs'],
  [/-----BEGIN (?:\w+ )?PUBLIC KEY-----/, 'is a public key; the private one signs'],
  [/^PuTTY-User-Key-File/, 'is a PuTTY key; convert it with `puttygen -O private-openssh`'],
  [/-----BEGIN PGP/, 'is an OpenPGP key; an SSH key signs'],
  [/-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/, 'is encrypted with a passphrase; seal it without one'],
];

type Usable = { readonly key: KeyObject; readonly algorithm: SshAlgorithm };

/** The key, or why it cannot be used. @throws Error of no particular kind where it is damaged */
const readKey = (text: string): Usable | string => {
  const mistake = mistakes.find(([pattern]) => pattern.test(text));
  if (mistake !== undefined) return mistake[1];
  const openSsh = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*)-----END OPENSSH PRIVATE KEY-----/.exec(text);
  if (openSsh === null && !text.includes('-----BEGIN '))
    return 'is not a private key; `ssh-keygen -t ed25519` makes one';
  const read =
    openSsh === null
      ? { key: createPrivateKey(text) }
      : readOpenSshKey(Buffer.from(openSsh[1] ?? '', 'base64'));
  if (typeof read === 'string') return read;
  const algorithm = sshAlgorithm(read.key);
  if (typeof algorithm === 'string') return algorithm;
  if ('publicKey' in read && !read.publicKey.equals(algorithm.publicKey))
    throw new RangeError('the two halves do not belong together');
  return { key: read.key, algorithm };
};

/** A key whose numbers do not belong together can be read, but its signatures are invalid. */
const signsWell = ({ key }: Usable): boolean => {
  const probe = Buffer.from('probe');
  const hash = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  return verify(hash, probe, createPublicKey(key), sign(hash, probe, key));
};

/**
 * Signs commits with an SSH key, as `git commit -S` with `gpg.format=ssh` does.
 * @param privateKey of OpenSSH (`openssh-key-v1`), or PEM (PKCS#8, PKCS#1, SEC1); Ed25519, ECDSA or RSA; not encrypted
 * @param slot where the key stands, for messages: `configRepos/okeydokey/signingKey`
 * @throws TagboatError `git-signing-key-invalid`; it names the slot, and nothing of the key
 */
export const createCommitSigner = (privateKey: string, slot: string): CommitSigner => {
  let usable: Usable | string;
  try {
    usable = readKey(`${privateKey.trim()}\n`);
    if (typeof usable !== 'string' && !signsWell(usable)) usable = damaged;
  } catch {
    // Not even as a cause: errors about keys may quote what they were given
    usable = damaged;
  }
  if (typeof usable === 'string') throw new TagboatError('git-signing-key-invalid', `${slot} ${usable}`);
  const { algorithm } = usable;
  return (commit) => sshsig(algorithm, commit);
};

const damaged = 'is damaged; copy the whole file of the private key, with its first and last line';
