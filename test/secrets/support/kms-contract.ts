import { EncryptCommand, type KMSClient } from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { seal } from '../../../lib/secrets/seal.ts';
import { createSecrets } from '../../../lib/secrets/unseal.ts';

const slot = 'clusters/production/kubeconfig';
const keyId = 'alias/tagboat-production';

/** What sealing and unsealing promise, whatever KMS is behind them: that of the tests, moto, or AWS. */
export const describeKmsContract = (name: string, kms: () => KMSClient): void => {
  const unseal = (reference: string, slotAsked = slot) => createSecrets({ kms }).unseal(reference, slotAsked);

  describe(`sealing with ${name}`, () => {
    it.each([
      ['one byte', 'x', /^kms:d1\.[\w-]+\.[0-9a-f]{8}$/],
      ['beyond ASCII', 'pässwörd ✓', /^kms:d1\./],
      ['4,096 bytes, the most that KMS takes', 'a'.repeat(4096), /^kms:d1\./],
      ['4,097 bytes', 'a'.repeat(4097), /^kms:e1\.[\w-]+\.[0-9a-f]{8}$/],
      ['64 KiB, the most there is', 'a'.repeat(65_536), /^kms:e1\./],
    ])('gives back %s', async (_, plaintext, form) => {
      const sealed = await seal(kms(), { keyId, slot, plaintext });

      expect(sealed).toMatch(form);
      expect(await unseal(sealed)).toBe(plaintext);
    });

    it.each([
      ['a direct value', 'x'],
      ['an envelope', 'x'.repeat(5000)],
    ])('does not open %s for another slot', async (_, plaintext) => {
      const sealed = await seal(kms(), { keyId, slot, plaintext });

      await expect(unseal(sealed, 'clusters/staging/kubeconfig')).rejects.toMatchObject({
        code: 'secret-wrong-slot',
        message: 'the sealed value of clusters/staging/kubeconfig was made for another slot or key',
      });
    });

    it('opens what the AWS CLI sealed, without a checksum', async () => {
      const { CiphertextBlob } = await kms().send(
        new EncryptCommand({ KeyId: keyId, Plaintext: Buffer.from('by hand'), EncryptionContext: { slot } }),
      );
      const reference = `kms:${Buffer.from(CiphertextBlob ?? []).toString('base64')}`;

      expect(await unseal(reference)).toBe('by hand');
      await expect(unseal(reference, 'api/token')).rejects.toMatchObject({
        code: 'secret-wrong-slot',
        message:
          'the sealed value of api/token was made for another slot or key, or is altered: it carries no checksum to tell',
      });
    });

    it('does not seal under a key that is not there', async () => {
      const sealing = seal(kms(), { keyId: 'alias/other', slot, plaintext: 'x' });

      await expect(sealing).rejects.toMatchObject({
        code: 'kms-denied',
        message: 'KMS refuses clusters/production/kubeconfig (NotFoundException)',
      });
    });
  });
};
