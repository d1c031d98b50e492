import { KMSClient } from '@aws-sdk/client-kms';

/** A real KMS client that asks once, so that failures show at once. */
export const clientFor = (endpoint: string): KMSClient =>
  new KMSClient({
    endpoint,
    region: 'eu-north-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
