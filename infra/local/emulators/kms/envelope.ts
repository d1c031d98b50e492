import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { KmsError } from './errors.ts';

/** Additional authenticated data in name-value pairs; the order in which they are given means nothing. */
export type EncryptionContext = Readonly<Record<string, string>>;

/** What KMS's own symmetric ciphertexts begin with (`AQICAHg` in Base64); the rest is ours. */
const magic = Buffer.from([0x01, 0x02, 0x02, 0x00, 0x78]);
const keyIdBytes = 16;
const ivBytes = 12;
const authTagBytes = 16;
const headerBytes = magic.length + keyIdBytes;

/**
 * Encrypts with AES-256-GCM under an encryption context.
 * @param keyId a UUID; it is written into the blob, so that decryption need not be told
 * @param key 32 bytes
 * @returns magic, key id, IV, tag, ciphertext
 */
export const sealBlob = (
  keyId: string,
  key: Uint8Array,
  plaintext: Uint8Array,
  context: EncryptionContext,
): Buffer => {
  const header = Buffer.concat([magic, Buffer.from(keyId.replaceAll('-', ''), 'hex')]);
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: authTagBytes });
  cipher.setAAD(additionalData(header, context));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([header, iv, cipher.getAuthTag(), ciphertext]);
};

/**
 * The id of the key that a blob was made with.
 * @throws KmsError `InvalidCiphertextException` where it is no blob of ours
 */
export const keyIdOf = (blob: Buffer): string => {
  const startsRight = blob.subarray(0, magic.length).equals(magic);
  if (!startsRight || blob.length < headerBytes + ivBytes + authTagBytes)
    throw new KmsError('InvalidCiphertextException');
  const hex = blob.toString('hex', magic.length, headerBytes);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};

/**
 * The inverse of `sealBlob`.
 * @throws KmsError `InvalidCiphertextException` where the blob was altered, or the context is another one
 */
export const openBlob = (key: Uint8Array, blob: Buffer, context: EncryptionContext): Buffer => {
  const tagStart = headerBytes + ivBytes;
  const textStart = tagStart + authTagBytes;
  const iv = blob.subarray(headerBytes, tagStart);
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: authTagBytes });
  decipher.setAAD(additionalData(blob.subarray(0, headerBytes), context));
  decipher.setAuthTag(blob.subarray(tagStart, textStart));
  try {
    return Buffer.concat([decipher.update(blob.subarray(textStart)), decipher.final()]);
  } catch {
    throw new KmsError('InvalidCiphertextException');
  }
};

/** One encoding for one set of pairs: sorted by code unit, quoted as JSON, so that no two sets look the same. */
const additionalData = (header: Uint8Array, context: EncryptionContext): Buffer => {
  const pairs = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Buffer.concat([header, Buffer.from(JSON.stringify(pairs), 'utf8')]);
};
