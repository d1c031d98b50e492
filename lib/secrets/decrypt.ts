import { createDecipheriv } from 'node:crypto';
import type { KMSClient } from '@aws-sdk/client-kms';
import { TagboatError } from '../errors.ts';
import type { TimeLeft } from '../time-left.ts';
import { fromKmsError } from './kms-error.ts';
import { type Envelope, parseSealed } from './sealed.ts';

type Ask = { readonly kms: KMSClient; readonly slot: string; readonly timeLeft: TimeLeft };

const decryptWithKms = async (ciphertext: Uint8Array, { kms, slot, timeLeft }: Ask): Promise<Uint8Array> => {
  // Costs 50 ms to load: only what really unseals something pays for it.
  const { DecryptCommand } = await import('@aws-sdk/client-kms');
  const command = new DecryptCommand({ CiphertextBlob: ciphertext, EncryptionContext: { slot } });
  const { Plaintext } = await kms.send(command, timeLeft.forCall());
  if (Plaintext === undefined) throw new TagboatError('kms-unreachable', `KMS sent no plaintext for ${slot}`);
  return Plaintext;
};

const openEnvelope = (envelope: Envelope, key: Uint8Array, slot: string): Uint8Array => {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, envelope.iv, {
      authTagLength: envelope.tag.length,
    });
    decipher.setAAD(Buffer.from(slot));
    decipher.setAuthTag(envelope.tag);
    return Buffer.concat([decipher.update(envelope.ciphertext), decipher.final()]);
  } catch (cause) {
    throw new TagboatError('secret-damaged', `the sealed value of ${slot} is altered`, { cause });
  } finally {
    key.fill(0);
  }
};

/**
 * The plaintext of a sealed value.
 * @param text what stands behind `kms:`
 * @throws TagboatError `secret-damaged`, `secret-wrong-slot`, `kms-denied`, `kms-unreachable`
 */
export const decrypt = async (text: string, ask: Ask): Promise<string> => {
  const { slot } = ask;
  const sealed = parseSealed(text, slot);
  const unwrap = async (ciphertext: Uint8Array): Promise<Uint8Array> => {
    try {
      return await decryptWithKms(ciphertext, ask);
    } catch (error) {
      throw fromKmsError(error, slot, { checked: sealed.type === 'envelope' || sealed.checked });
    }
  };
  const plaintext =
    sealed.type === 'direct'
      ? await unwrap(sealed.ciphertext)
      : openEnvelope(sealed.envelope, await unwrap(sealed.envelope.wrappedKey), slot);
  return new TextDecoder().decode(plaintext);
};
