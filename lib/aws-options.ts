type AwsService = 'KMS' | 'SQS' | 'DYNAMODB';

/** How often a call is tried, the same for all services; their clients' defaults differ. */
export const awsAttempts = 3;

/**
 * Settings that the AWS SDK would read from the process, taken from an environment that is handed in instead.
 * https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
 */
export const awsOptions = (env: Readonly<Record<string, string | undefined>>, service: AwsService) => {
  const endpoint = env[`AWS_ENDPOINT_URL_${service}`] ?? env.AWS_ENDPOINT_URL;
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = env;
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
  return {
    ...(region === undefined ? {} : { region }),
    maxAttempts: awsAttempts,
    // Within an invocation each call says how long an attempt may take, connecting included: see time-left.ts. A timer for
    // connecting alone would run out while the process is starved, as in a cold start, and not the network slow.
    requestHandler: { requestTimeout: 10_000, throwOnRequestTimeout: true },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : {
          credentials: {
            accessKeyId,
            secretAccessKey,
            ...(sessionToken === undefined ? {} : { sessionToken }),
          },
        }),
  };
};
