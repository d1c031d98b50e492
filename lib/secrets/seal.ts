import { createCipheriv, randomBytes } from 'node:crypto';
import type { KMSClient } from '@aws-sdk/client-kms';
import { TagboatError } from '../errors.ts';
import { fromKmsError } from './kms-error.ts';
import { formatDirect, formatEnvelope } from './sealed.ts';

/** What `Encrypt` takes, in bytes: https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html */
const maxDirectBytes = 4096;

/** The largest secret, in bytes; a kubeconfig has some thousands, and every function carries them all. */
export const maxSecretBytes = 65_536;

type SealOptions = {
  /** Id, ARN or alias of the KMS key: `alias/tagboat`. */
  readonly keyId: string;
  /** The one place in tagboat.yml that the value is for: `configRepos/okeydokey/password`. */
  readonly slot: string;
  /** UTF-8. */
  readonly plaintext: Uint8Array | string;
};

const checkPlaintext = (plaintext: Uint8Array | string, slot: string): Uint8Array => {
  const bytes = typeof plaintext === 'string' ? Buffer.from(plaintext) : plaintext;
  if (bytes.length === 0) throw new TagboatError('secret-unsealable', `the value for ${slot} is empty`);
  if (bytes.length > maxSecretBytes)
    throw new TagboatError(
      'secret-unsealable',
      `the value for ${slot} has more than ${maxSecretBytes} bytes`,
    );
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new TagboatError('secret-unsealable', `the value for ${slot} is not UTF-8 text`, { cause });
  }
  return bytes;
};

const sealDirect = async (kms: KMSClient, keyId: string, slot: string, bytes: Uint8Array) => {
  const { EncryptCommand } = await import('@aws-sdk/client-kms');
  const { CiphertextBlob } = await kms.send(
    new EncryptCommand({ KeyId: keyId, Plaintext: bytes, EncryptionContext: { slot } }),
  );
  if (CiphertextBlob === undefined)
    throw new TagboatError('kms-unreachable', `KMS sent no ciphertext for ${slot}`);
  return formatDirect(CiphertextBlob);
};

const sealEnvelope = async (kms: KMSClient, keyId: string, slot: string, bytes: Uint8Array) => {
  const { GenerateDataKeyCommand } = await import('@aws-sdk/client-kms');
  const { Plaintext, CiphertextBlob } = await kms.send(
    new GenerateDataKeyCommand({ KeyId: keyId, KeySpec: 'AES_256', EncryptionContext: { slot } }),
  );
  if (Plaintext === undefined || CiphertextBlob === undefined)
    throw new TagboatError('kms-unreachable', `KMS sent no data key for ${slot}`);
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', Plaintext, iv);
  cipher.setAAD(Buffer.from(slot));
  const ciphertext = Buffer.concat([cipher.update(bytes), cipher.final()]);
  Plaintext.fill(0);
  return formatEnvelope({ wrappedKey: CiphertextBlob, iv, ciphertext, tag: cipher.getAuthTag() });
};

/**
 * Seals a secret for one slot of tagboat.yml: only KMS, told the same slot, opens it again.
 * @returns `kms:…`, one line
 * @throws TagboatError `secret-unsealable`, `kms-denied`, `kms-unreachable`
 */
export const seal = async (kms: KMSClient, { keyId, slot, plaintext }: SealOptions): Promise<string> => {
  const bytes = checkPlaintext(plaintext, slot);
  try {
    return await (bytes.length <= maxDirectBytes ? sealDirect : sealEnvelope)(kms, keyId, slot, bytes);
  } catch (error) {
    throw fromKmsError(error, slot);
  }
};
