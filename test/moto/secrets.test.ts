import { CreateAliasCommand, CreateKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe } from 'vitest';
import { clientFor } from '../secrets/support/client.ts';
import { describeKmsContract } from '../secrets/support/kms-contract.ts';
import { isMotoInstalled, startMoto } from './moto.ts';

describe.skipIf(!isMotoInstalled())('moto', () => {
  let moto: Awaited<ReturnType<typeof startMoto>> | undefined;
  let client: KMSClient;

  beforeAll(async () => {
    moto = await startMoto();
    client = clientFor(moto.endpoint);
    const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
    await client.send(
      new CreateAliasCommand({ AliasName: 'alias/tagboat-production', TargetKeyId: KeyMetadata?.KeyId }),
    );
  });

  afterAll(async () => {
    client?.destroy();
    await moto?.close();
  });

  describeKmsContract('moto', () => client);
});
