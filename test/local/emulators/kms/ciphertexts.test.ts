import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  type KMSClient,
} from '@aws-sdk/client-kms';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKms } from '../../../../infra/local/emulators/kms/kms.ts';
import { type Served, serve } from '../registry/serve.ts';
import { clientOf, slot, text } from './client.ts';

describe('ciphertexts of the local KMS', () => {
  let server: Served;
  let client: KMSClient;

  beforeEach(async () => {
    const kms = await createKms();
    server = await serve((request, response) => kms.handle(request, response));
    client = clientOf(server.url);
  });
  afterEach(async () => {
    client.destroy();
    await server.close();
  });

  const createKey = async (): Promise<{ id: string; arn: string }> => {
    const { KeyMetadata: key } = await client.send(new CreateKeyCommand({ Description: 'tagboat' }));
    return { id: key?.KeyId ?? '', arn: key?.Arn ?? '' };
  };
  const encrypt = async (keyId: string, context: Record<string, string> = slot): Promise<Uint8Array> => {
    const command = new EncryptCommand({
      KeyId: keyId,
      Plaintext: Buffer.from('s3cret'),
      EncryptionContext: context,
    });
    return (await client.send(command)).CiphertextBlob ?? new Uint8Array();
  };

  it('decrypts what it encrypted, under whichever name the key is given', async () => {
    const { id, arn } = await createKey();
    await client.send(new CreateAliasCommand({ AliasName: 'alias/tagboat', TargetKeyId: id }));
    const names = [id, arn, 'alias/tagboat', arn.replace(/key\/.*/, 'alias/tagboat')];

    for (const name of names) {
      const blob = await encrypt(name);
      const opened = await client.send(
        new DecryptCommand({ CiphertextBlob: blob, KeyId: name, EncryptionContext: slot }),
      );
      expect({ name, text: text(opened.Plaintext), key: opened.KeyId }).toEqual({
        name,
        text: 's3cret',
        key: arn,
      });
    }
  });

  it('finds the key in the blob, whose beginning looks like the real one', async () => {
    const { id, arn } = await createKey();
    const blob = await encrypt(id);

    const opened = await client.send(new DecryptCommand({ CiphertextBlob: blob, EncryptionContext: slot }));

    expect(opened.KeyId).toBe(arn);
    expect(Buffer.from(blob).toString('base64')).toMatch(/^AQICAH/);
    expect(Buffer.from(blob).toString('latin1')).not.toContain('s3cret');
  });

  it('does not care about the order of the context', async () => {
    const { id } = await createKey();
    const blob = await encrypt(id, { b: '2', a: '1' });

    const opened = await client.send(
      new DecryptCommand({ CiphertextBlob: blob, EncryptionContext: { a: '1', b: '2' } }),
    );

    expect(text(opened.Plaintext)).toBe('s3cret');
  });

  it.each([
    ['another context', { slot: 'clusters/staging/kubeconfig' }],
    ['no context', undefined],
    ['more context', { ...slot, more: 'x' }],
    ['a context whose joined text is the same', { 'slot","clusters/production/kubeconfig': '' }],
  ])('refuses %s', async (_name, context) => {
    const { id } = await createKey();
    const blob = await encrypt(id);

    const decryption = client.send(
      new DecryptCommand({ CiphertextBlob: blob, ...(context && { EncryptionContext: context }) }),
    );

    await expect(decryption).rejects.toMatchObject({
      name: 'InvalidCiphertextException',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it.each([
    ['cut short', (blob: Buffer) => blob.subarray(0, 30)],
    ['of another service', () => Buffer.from('not a ciphertext of KMS, but long enough to be one, perhaps')],
    ['with a changed IV', (blob: Buffer) => flip(blob, 22)],
    ['with a changed tag', (blob: Buffer) => flip(blob, 34)],
    ['with a changed last byte', (blob: Buffer) => flip(blob, blob.length - 1)],
  ])('refuses a blob %s', async (_name, damage) => {
    const { id } = await createKey();
    const blob = damage(Buffer.from(await encrypt(id)));

    const decryption = client.send(new DecryptCommand({ CiphertextBlob: blob, EncryptionContext: slot }));

    await expect(decryption).rejects.toMatchObject({ name: 'InvalidCiphertextException' });
  });

  it('refuses a blob of another key than the one that is named', async () => {
    const [first, second] = [await createKey(), await createKey()];
    const blob = await encrypt(first.id);

    const decryption = client.send(
      new DecryptCommand({ CiphertextBlob: blob, KeyId: second.id, EncryptionContext: slot }),
    );

    await expect(decryption).rejects.toMatchObject({ name: 'IncorrectKeyException' });
  });

  it('encrypts 4,096 bytes and not one more', async () => {
    const { id } = await createKey();
    const most = await client.send(new EncryptCommand({ KeyId: id, Plaintext: Buffer.alloc(4096) }));
    const tooMuch = client.send(new EncryptCommand({ KeyId: id, Plaintext: Buffer.alloc(4097) }));

    await expect(tooMuch).rejects.toMatchObject({
      name: 'ValidationException',
      message:
        "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4096",
    });
    expect(
      (await client.send(new DecryptCommand({ CiphertextBlob: most.CiphertextBlob }))).Plaintext,
    ).toHaveLength(4096);
  });

  it('generates data keys whose ciphertext opens to the key', async () => {
    const { id } = await createKey();

    const made = await client.send(
      new GenerateDataKeyCommand({ KeyId: id, KeySpec: 'AES_256', EncryptionContext: slot }),
    );
    const opened = await client.send(
      new DecryptCommand({ CiphertextBlob: made.CiphertextBlob, EncryptionContext: slot }),
    );

    expect(made.Plaintext).toHaveLength(32);
    expect(opened.Plaintext).toEqual(made.Plaintext);
  });
});

const flip = (blob: Buffer, at: number): Buffer => {
  const copy = Buffer.from(blob);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
};
