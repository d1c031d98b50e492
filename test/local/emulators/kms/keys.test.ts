import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DeleteAliasCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  type KMSClient,
  ListAliasesCommand,
  ListKeysCommand,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKms } from '../../../../infra/local/emulators/kms/kms.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import { type Served, serve } from '../registry/serve.ts';
import { clientOf, slot, text } from './client.ts';

const now = Date.parse('2026-11-23T12:00:00.123Z');

describe('keys of the local KMS', () => {
  let server: Served;
  let client: KMSClient;

  beforeEach(async () => {
    const kms = await createKms({ clock: manualClock(now) });
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

  it('describes a key the way the service does', async () => {
    const { id, arn } = await createKey();

    const { KeyMetadata: key } = await client.send(new DescribeKeyCommand({ KeyId: arn }));

    expect(arn).toBe(`arn:aws:kms:us-east-1:000000000000:key/${id}`);
    expect(key).toMatchObject({
      KeyId: id,
      Arn: arn,
      Description: 'tagboat',
      Enabled: true,
      KeyState: 'Enabled',
      KeyUsage: 'ENCRYPT_DECRYPT',
      KeySpec: 'SYMMETRIC_DEFAULT',
      Origin: 'AWS_KMS',
      CreationDate: new Date(now),
    });
  });

  it('disables and enables a key', async () => {
    const { id, arn } = await createKey();
    const blob = await encrypt(id);

    await client.send(new DisableKeyCommand({ KeyId: id }));
    const decryption = client.send(new DecryptCommand({ CiphertextBlob: blob, EncryptionContext: slot }));
    await expect(decryption).rejects.toMatchObject({
      name: 'DisabledException',
      message: `${arn} is disabled.`,
    });
    await client.send(new EnableKeyCommand({ KeyId: id }));

    const opened = await client.send(new DecryptCommand({ CiphertextBlob: blob, EncryptionContext: slot }));
    expect(text(opened.Plaintext)).toBe('s3cret');
  });

  it('schedules and cancels a deletion', async () => {
    const { id, arn } = await createKey();

    const scheduled = await client.send(
      new ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays: 7 }),
    );
    expect(scheduled).toMatchObject({ KeyId: arn, KeyState: 'PendingDeletion', PendingWindowInDays: 7 });
    await expect(encrypt(id)).rejects.toMatchObject({
      name: 'KMSInvalidStateException',
      message: `${arn} is pending deletion.`,
    });
    await client.send(new CancelKeyDeletionCommand({ KeyId: id }));

    const { KeyMetadata: key } = await client.send(new DescribeKeyCommand({ KeyId: id }));
    expect(key?.KeyState).toBe('Disabled');
    expect(key?.DeletionDate).toBeUndefined();
  });

  it('lists keys, and aliases of all keys or of one', async () => {
    const [first, second] = [await createKey(), await createKey()];
    await client.send(new CreateAliasCommand({ AliasName: 'alias/one', TargetKeyId: first.id }));
    await client.send(new CreateAliasCommand({ AliasName: 'alias/two', TargetKeyId: second.arn }));

    const keys = await client.send(new ListKeysCommand({}));
    const all = await client.send(new ListAliasesCommand({}));
    const one = await client.send(new ListAliasesCommand({ KeyId: second.id }));
    await client.send(new DeleteAliasCommand({ AliasName: 'alias/one' }));
    const left = await client.send(new ListAliasesCommand({}));

    expect(keys.Keys?.map((key) => key.KeyArn)).toEqual([first.arn, second.arn]);
    expect(all.Aliases?.map((alias) => alias.AliasName)).toEqual(['alias/one', 'alias/two']);
    expect(one.Aliases?.map((alias) => alias.TargetKeyId)).toEqual([second.id]);
    expect(left.Aliases?.map((alias) => alias.AliasName)).toEqual(['alias/two']);
  });

  it.each([
    [
      'an unknown key',
      new DescribeKeyCommand({ KeyId: 'd1d5b8a6-6a3f-4b4b-9d0a-3f2f5f0d5c11' }),
      'NotFoundException',
    ],
    ['an unknown alias', new DescribeKeyCommand({ KeyId: 'alias/nobody' }), 'NotFoundException'],
    ['an ARN of another account', new DescribeKeyCommand({ KeyId: 'arn:aws:s3:::x' }), 'InvalidArnException'],
    ['no key', new DescribeKeyCommand({ KeyId: undefined }), 'ValidationException'],
    ['an asymmetric key', new CreateKeyCommand({ KeySpec: 'RSA_2048' }), 'UnsupportedOperationException'],
    [
      'an alias of AWS',
      new CreateAliasCommand({ AliasName: 'alias/aws/x', TargetKeyId: 'x' }),
      'InvalidAliasNameException',
    ],
  ] as const)('answers %s with the exception of the service', async (_name, command, exception) => {
    await expect(client.send(command as DescribeKeyCommand)).rejects.toMatchObject({ name: exception });
  });

  it('refuses a second alias of the same name', async () => {
    const { id } = await createKey();
    const command = new CreateAliasCommand({ AliasName: 'alias/tagboat', TargetKeyId: id });
    await client.send(command);

    await expect(client.send(command)).rejects.toMatchObject({ name: 'AlreadyExistsException' });
  });
});
