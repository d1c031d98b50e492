import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { CreateAliasCommand, CreateKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { clientFor } from '../secrets/support/client.ts';
import { describeKmsContract } from '../secrets/support/kms-contract.ts';

const installed = spawnSync('moto_server', ['--help']).status === 0;

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
};

/** Resolves once the server answers at all; the hook's time limit ends the waiting. */
const answers = async (endpoint: string): Promise<void> => {
  for (;;) {
    try {
      await fetch(endpoint);
      return;
    } catch {
      await systemClock.sleep(50);
    }
  }
};

describe.skipIf(!installed)('moto', () => {
  let moto: ChildProcess | undefined;
  let client: KMSClient;

  beforeAll(async () => {
    const port = await freePort();
    moto = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    const endpoint = `http://127.0.0.1:${port}`;
    await answers(endpoint);
    client = clientFor(endpoint);
    const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
    await client.send(
      new CreateAliasCommand({ AliasName: 'alias/tagboat', TargetKeyId: KeyMetadata?.KeyId }),
    );
  });

  afterAll(() => {
    client?.destroy();
    moto?.kill();
  });

  describeKmsContract('moto', () => client);
});
