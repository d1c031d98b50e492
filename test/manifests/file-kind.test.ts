import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { isSealedBySops, readText } from '../../lib/manifests/file-kind.ts';

const utf16 = (text: string, ...mark: number[]) =>
  Buffer.concat([Buffer.from(mark), Buffer.from(text, 'utf16le')]);

test.each([
  [
    'a pointer of Git LFS',
    Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 100\n`),
    'git-lfs',
  ],
  ['UTF-16', utf16('image: a', 0xff, 0xfe), 'utf-16'],
  ['UTF-16, big endian', utf16('image: a', 0xff, 0xfe).swap16(), 'utf-16'],
  ['UTF-16 without a mark', utf16('image: org/app:v1\n'), 'utf-16'],
  ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]), 'utf-32'],
  ['gzip', gzipSync('image: a'), 'compressed'],
  ['git-crypt', Buffer.from('\0GITCRYPT\0abc'), 'git-crypt'],
  ['age', Buffer.from('age-encryption.org/v1\n-> X25519 x\n'), 'age'],
  ['PGP', Buffer.from('-----BEGIN PGP MESSAGE-----\n'), 'pgp'],
  ['Ansible Vault', Buffer.from('$ANSIBLE_VAULT;1.1;AES256\n66\n'), 'ansible-vault'],
  ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff]), 'binary'],
  ['Latin-1', Buffer.from('a: \xe9\n', 'latin1'), 'binary'],
])('%s', (_name, bytes, kind) => {
  expect(readText(bytes)).toEqual({ kind });
});

test('text keeps its byte order mark', () => {
  expect(readText(Buffer.from('\ufeffa: é\n'))).toEqual({ text: '\ufeffa: é\n' });
  expect(readText(new Uint8Array())).toEqual({ text: '' });
});

test('SOPS leaves YAML behind', () => {
  expect(isSealedBySops('image: ENC[AES256_GCM,data:x]\nsops:\n  mac: ENC[AES256_GCM,data:y]\n')).toBe(true);
  expect(isSealedBySops('a: sops\n')).toBe(false);
});
