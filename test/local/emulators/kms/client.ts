import { KMSClient } from '@aws-sdk/client-kms';

/** The real client, for a KMS at a URL. */
export const clientOf = (url: string): KMSClient =>
  new KMSClient({
    endpoint: url,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });

/** An encryption context. */
export const slot = { slot: 'clusters/production/kubeconfig' };

export const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('utf8');
