import type { KMSClient } from '@aws-sdk/client-kms';

/** What of the environment a KMS client needs to know; the rest (profiles, roles) the SDK finds by itself. */
export type KmsEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * A KMS client with limits that fit a function: what takes longer is better tried again than waited for.
 * `AWS_ENDPOINT_URL_KMS` or `AWS_ENDPOINT_URL` name another endpoint than that of AWS.
 */
export const createKmsClient = async (env: KmsEnvironment): Promise<KMSClient> => {
  const { KMSClient } = await import('@aws-sdk/client-kms');
  const endpoint = env.AWS_ENDPOINT_URL_KMS ?? env.AWS_ENDPOINT_URL;
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = env;
  return new KMSClient({
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : {
          credentials: {
            accessKeyId,
            secretAccessKey,
            ...(sessionToken === undefined ? {} : { sessionToken }),
          },
        }),
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 2000, requestTimeout: 4000 },
  });
};
