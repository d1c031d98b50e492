import { KMSClient } from '@aws-sdk/client-kms';
import { onTestFinished } from 'vitest';
import { awsOptions } from '../../lib/aws-options.ts';
import { serve } from '../local/serve.ts';

/** A client of a KMS that never answers the first request, as where a connection died while the function was frozen. */
export const startSilentKms = async () => {
  let requests = 0;
  const origin = await serve((request, response) => {
    request.resume();
    requests += 1;
    if (requests === 1) return;
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end(JSON.stringify({ KeyId: 'k', Plaintext: Buffer.from('opened').toString('base64') }));
  });
  const env = {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_KMS: origin,
  };
  const client = new KMSClient(awsOptions(env, 'KMS'));
  onTestFinished(() => client.destroy());
  return { client, requests: () => requests };
};
