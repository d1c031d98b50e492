import {
  CreateAliasCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  GenerateDataKeyCommand,
  type KMSClient,
  ListAliasesCommand,
} from '@aws-sdk/client-kms';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKms } from '../../../../infra/local/emulators/kms/kms.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import { type Served, serve } from '../registry/serve.ts';
import { clientOf } from './client.ts';

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

  it('lists aliases of all keys or of one', async () => {
    const [first, second] = [await createKey(), await createKey()];
    await client.send(new CreateAliasCommand({ AliasName: 'alias/one', TargetKeyId: first.id }));
    await client.send(new CreateAliasCommand({ AliasName: 'alias/two', TargetKeyId: second.arn }));

    const all = await client.send(new ListAliasesCommand({}));
    const one = await client.send(new ListAliasesCommand({ KeyId: second.id }));

    expect(all.Aliases?.map((alias) => alias.AliasName)).toEqual(['alias/one', 'alias/two']);
    expect(one.Aliases?.map((alias) => alias.TargetKeyId)).toEqual([second.id]);
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
      'another data key',
      new GenerateDataKeyCommand({ KeyId: 'x', KeySpec: 'AES_128' }),
      'UnsupportedOperationException',
    ],
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
