import { awsAttempts } from '../../../../lib/aws-options.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

type AwsService = 'KMS' | 'SQS' | 'DYNAMODB';

/** Where the functions find each AWS service, and with which credentials. */
export type AwsAccess = {
  readonly region: string;
  readonly endpoint: (service: AwsService) => string;
  /** External services: nothing is embedded for them. */
  readonly external: ReadonlySet<AwsService>;
  /** The variables of the AWS SDKs that say so. */
  readonly variables: Readonly<Record<string, string>>;
};

const services = ['KMS', 'SQS', 'DYNAMODB'] as const satisfies readonly AwsService[];

/**
 * The embedded services on the stack's own port, or what the standard variables name instead.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 * @param env `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_<SERVICE>`, `AWS_REGION` and credentials are looked at
 * @param origin of the stack, `http://127.0.0.1:8787`
 */
export const awsAccess = (env: Environment, origin: string): AwsAccess => {
  const given = (service: AwsService): string | undefined =>
    presence(env[`AWS_ENDPOINT_URL_${service}`]) ?? presence(env.AWS_ENDPOINT_URL);
  const region = presence(env.AWS_REGION) ?? presence(env.AWS_DEFAULT_REGION) ?? 'us-east-1';
  const endpoint = (service: AwsService): string => given(service) ?? origin;
  const token = presence(env.AWS_SESSION_TOKEN);
  return {
    region,
    endpoint,
    external: new Set(services.filter((service) => given(service) !== undefined)),
    variables: {
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: presence(env.AWS_ACCESS_KEY_ID) ?? 'local',
      AWS_SECRET_ACCESS_KEY: presence(env.AWS_SECRET_ACCESS_KEY) ?? 'local',
      ...(token === undefined ? {} : { AWS_SESSION_TOKEN: token }),
      ...Object.fromEntries(services.map((service) => [`AWS_ENDPOINT_URL_${service}`, endpoint(service)])),
    },
  };
};

const presence = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

/** What every client of an AWS service is made with. */
export const clientOptions = (access: AwsAccess, service: AwsService) => ({
  endpoint: access.endpoint(service),
  region: access.region,
  maxAttempts: awsAttempts,
  // What runs into a call's bound fails and is tried again, instead of being warned about.
  requestHandler: { throwOnRequestTimeout: true },
  credentials: {
    accessKeyId: access.variables.AWS_ACCESS_KEY_ID ?? 'local',
    secretAccessKey: access.variables.AWS_SECRET_ACCESS_KEY ?? 'local',
    ...(access.variables.AWS_SESSION_TOKEN === undefined
      ? {}
      : { sessionToken: access.variables.AWS_SESSION_TOKEN }),
  },
});
