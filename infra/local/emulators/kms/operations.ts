import { randomBytes } from 'node:crypto';
import type { Unknowns } from '../../../../lib/mapping.ts';
import { keyIdOf, openBlob, sealBlob } from './envelope.ts';
import { KmsError } from './errors.ts';
import { bytes, encryptionContext, optionalText, text } from './input.ts';
import type { KeyRing, KmsAlias, KmsKey } from './key-ring.ts';

/** @returns what is answered as JSON; undefined: an empty body */
type Operation = (ring: KeyRing, input: Unknowns) => unknown;

const maxPlaintextBytes = 4096;
const maxCiphertextBytes = 6144;

/** The operations of TrentService that the local stack has. https://docs.aws.amazon.com/kms/latest/APIReference/API_Operations.html */
export const operations: Readonly<Record<string, Operation>> = {
  async CreateKey(ring, input) {
    const spec = optionalText(input, 'KeySpec') ?? optionalText(input, 'CustomerMasterKeySpec');
    const usage = optionalText(input, 'KeyUsage') ?? 'ENCRYPT_DECRYPT';
    if ((spec ?? 'SYMMETRIC_DEFAULT') !== 'SYMMETRIC_DEFAULT' || usage !== 'ENCRYPT_DECRYPT')
      throw new KmsError(
        'UnsupportedOperationException',
        'Only symmetric encryption keys are supported here.',
      );
    return { KeyMetadata: metadata(await ring.create(optionalText(input, 'Description') ?? '')) };
  },

  DescribeKey: (ring, input) => ({ KeyMetadata: metadata(ring.find(text(input, 'KeyId'))) }),

  CreateAlias: (ring, input) => ring.createAlias(text(input, 'AliasName'), text(input, 'TargetKeyId')),

  ListAliases(ring, input) {
    const reference = optionalText(input, 'KeyId');
    const keyId = reference === undefined ? undefined : ring.find(reference).id;
    const wanted = ring.aliases().filter((alias) => keyId === undefined || alias.keyId === keyId);
    return { Aliases: wanted.map(aliasEntry), Truncated: false };
  },

  Encrypt(ring, input) {
    const plaintext = bytes(input, 'Plaintext', maxPlaintextBytes);
    const key = ring.find(text(input, 'KeyId'));
    return {
      CiphertextBlob: seal(key, plaintext, input),
      KeyId: key.arn,
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    };
  },

  Decrypt(ring, input) {
    const blob = bytes(input, 'CiphertextBlob', maxCiphertextBytes);
    const keyId = keyIdOf(blob);
    const expected = optionalText(input, 'KeyId');
    if (expected !== undefined && ring.find(expected).id !== keyId)
      throw new KmsError(
        'IncorrectKeyException',
        'The key ID in the request does not identify a CMK that can perform this operation.',
      );
    const key = ring.find(keyId);
    const plaintext = openBlob(Buffer.from(key.material, 'base64'), blob, encryptionContext(input));
    return {
      Plaintext: plaintext.toString('base64'),
      KeyId: key.arn,
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    };
  },

  GenerateDataKey(ring, input) {
    if (text(input, 'KeySpec') !== 'AES_256')
      throw new KmsError('UnsupportedOperationException', 'Only data keys of AES_256 are supported here.');
    const key = ring.find(text(input, 'KeyId'));
    const plaintext = randomBytes(32);
    return {
      CiphertextBlob: seal(key, plaintext, input),
      Plaintext: plaintext.toString('base64'),
      KeyId: key.arn,
    };
  },
};

const seal = (key: KmsKey, plaintext: Uint8Array, input: Unknowns): string =>
  sealBlob(key.id, Buffer.from(key.material, 'base64'), plaintext, encryptionContext(input)).toString(
    'base64',
  );

const aliasEntry = (alias: KmsAlias) => ({
  AliasName: alias.name,
  AliasArn: alias.arn,
  TargetKeyId: alias.keyId,
  CreationDate: alias.created / 1000,
  LastUpdatedDate: alias.created / 1000,
});

const metadata = (key: KmsKey) => ({
  AWSAccountId: '000000000000',
  KeyId: key.id,
  Arn: key.arn,
  CreationDate: key.created / 1000,
  Enabled: true,
  Description: key.description,
  KeyUsage: 'ENCRYPT_DECRYPT',
  KeyState: 'Enabled',
  Origin: 'AWS_KMS',
  KeyManager: 'CUSTOMER',
  CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
  KeySpec: 'SYMMETRIC_DEFAULT',
  EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
  MultiRegion: false,
});
