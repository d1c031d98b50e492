import { randomBytes } from 'node:crypto';
import { keyIdOf, openBlob, sealBlob } from './envelope.ts';
import { invalidValue, KmsError } from './errors.ts';
import { bytes, encryptionContext, type Input, optionalInteger, optionalText, text } from './input.ts';
import type { KeyRing, KmsAlias, KmsKey } from './key-ring.ts';

/** What an operation answers with; undefined is an empty body. */
type Output = Readonly<Record<string, unknown>> | undefined;
type Operation = (ring: KeyRing, input: Input, now: () => number) => Output | Promise<Output>;

const maxPlaintextBytes = 4096;
const maxCiphertextBytes = 6144;
const dayMs = 24 * 60 * 60 * 1000;

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

  ListKeys: (ring) => ({
    Keys: ring.keys().map((key) => ({ KeyId: key.id, KeyArn: key.arn })),
    Truncated: false,
  }),

  async CreateAlias(ring, input) {
    await ring.createAlias(text(input, 'AliasName'), text(input, 'TargetKeyId'));
    return undefined;
  },

  async DeleteAlias(ring, input) {
    await ring.deleteAlias(text(input, 'AliasName'));
    return undefined;
  },

  ListAliases(ring, input) {
    const reference = optionalText(input, 'KeyId');
    const keyId = reference === undefined ? undefined : ring.find(reference).id;
    const wanted = ring.aliases().filter((alias) => keyId === undefined || alias.keyId === keyId);
    return { Aliases: wanted.map(aliasEntry), Truncated: false };
  },

  async EnableKey(ring, input) {
    await ring.update(notPendingDeletion(ring.find(text(input, 'KeyId'))), { state: 'Enabled' });
    return undefined;
  },

  async DisableKey(ring, input) {
    await ring.update(notPendingDeletion(ring.find(text(input, 'KeyId'))), { state: 'Disabled' });
    return undefined;
  },

  async ScheduleKeyDeletion(ring, input, now) {
    const days = optionalInteger(input, 'PendingWindowInDays') ?? 30;
    if (days < 7 || days > 30)
      throw new KmsError(
        'ValidationException',
        'PendingWindowInDays must be between 7 and 30 days (inclusive)',
      );
    const key = notPendingDeletion(ring.find(text(input, 'KeyId')));
    const deletion = now() + days * dayMs;
    await ring.update(key, { state: 'PendingDeletion', deletion });
    return {
      KeyId: key.arn,
      DeletionDate: deletion / 1000,
      KeyState: 'PendingDeletion',
      PendingWindowInDays: days,
    };
  },

  async CancelKeyDeletion(ring, input) {
    const key = ring.find(text(input, 'KeyId'));
    if (key.state !== 'PendingDeletion')
      throw new KmsError('KMSInvalidStateException', `${key.arn} is not pending deletion.`);
    await ring.update(key, { state: 'Disabled' });
    return { KeyId: key.arn };
  },

  Encrypt(ring, input) {
    const plaintext = bytes(input, 'Plaintext', maxPlaintextBytes);
    const key = ring.usable(text(input, 'KeyId'));
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
    if (expected !== undefined && ring.usable(expected).id !== keyId)
      throw new KmsError(
        'IncorrectKeyException',
        'The key ID in the request does not identify a CMK that can perform this operation.',
      );
    const key = ring.usable(keyId);
    const plaintext = openBlob(Buffer.from(key.material, 'base64'), blob, encryptionContext(input));
    return {
      Plaintext: plaintext.toString('base64'),
      KeyId: key.arn,
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    };
  },

  GenerateDataKey(ring, input) {
    const key = ring.usable(text(input, 'KeyId'));
    const plaintext = randomBytes(dataKeyBytes(input));
    return {
      CiphertextBlob: seal(key, plaintext, input),
      Plaintext: plaintext.toString('base64'),
      KeyId: key.arn,
    };
  },

  GenerateDataKeyWithoutPlaintext(ring, input) {
    const key = ring.usable(text(input, 'KeyId'));
    return { CiphertextBlob: seal(key, randomBytes(dataKeyBytes(input)), input), KeyId: key.arn };
  },

  GenerateRandom: (_ring, input) => ({
    Plaintext: randomBytes(byteCount(optionalInteger(input, 'NumberOfBytes'))).toString('base64'),
  }),
};

const seal = (key: KmsKey, plaintext: Uint8Array, input: Input): string =>
  sealBlob(key.id, Buffer.from(key.material, 'base64'), plaintext, encryptionContext(input)).toString(
    'base64',
  );

const dataKeyBytes = (input: Input): number => {
  const spec = optionalText(input, 'KeySpec');
  const count = optionalInteger(input, 'NumberOfBytes');
  if ((spec === undefined) === (count === undefined))
    throw new KmsError('ValidationException', 'Please specify either number of bytes or key spec.');
  if (spec === 'AES_256') return 32;
  if (spec === 'AES_128') return 16;
  if (spec !== undefined)
    throw invalidValue('keySpec', 'Member must satisfy enum value set: [AES_256, AES_128]');
  return byteCount(count);
};

const byteCount = (count: number | undefined): number => {
  if (count === undefined) throw invalidValue('numberOfBytes', 'Member must not be null');
  if (count < 1) throw invalidValue('numberOfBytes', 'Member must have value greater than or equal to 1');
  if (count > 1024) throw invalidValue('numberOfBytes', 'Member must have value less than or equal to 1024');
  return count;
};

const notPendingDeletion = (key: KmsKey): KmsKey => {
  if (key.state === 'PendingDeletion')
    throw new KmsError('KMSInvalidStateException', `${key.arn} is pending deletion.`);
  return key;
};

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
  Enabled: key.state === 'Enabled',
  Description: key.description,
  KeyUsage: 'ENCRYPT_DECRYPT',
  KeyState: key.state,
  ...(key.deletion === undefined ? {} : { DeletionDate: key.deletion / 1000 }),
  Origin: 'AWS_KMS',
  KeyManager: 'CUSTOMER',
  CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
  KeySpec: 'SYMMETRIC_DEFAULT',
  EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
  MultiRegion: false,
});
