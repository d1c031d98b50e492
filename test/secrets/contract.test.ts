import type { KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll } from 'vitest';
import { clientFor } from './support/client.ts';
import { describeKmsContract } from './support/kms-contract.ts';
import { type KmsServer, startKmsServer } from './support/kms-server.ts';

let server: KmsServer;
let client: KMSClient;

beforeAll(async () => {
  server = await startKmsServer();
  client = clientFor(server.endpoint);
});

afterAll(async () => {
  client.destroy();
  await server.close();
});

describeKmsContract('the KMS of the tests', () => client);
