import type { KMSClient } from '@aws-sdk/client-kms';
import { awsOptions } from '../aws-options.ts';

/** A KMS client, its code loaded when it is first needed: it costs 50 ms. */
export const createKmsClient = async (
  env: Readonly<Record<string, string | undefined>>,
): Promise<KMSClient> => {
  const { KMSClient } = await import('@aws-sdk/client-kms');
  return new KMSClient(awsOptions(env, 'KMS'));
};
