import { awsAttempts } from '../../../../lib/aws-options.ts';
import type { AwsCredentials } from './signature.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export type AwsService = 'KMS' | 'SQS' | 'DYNAMODB';

/** Where the functions find each AWS service, and with which credentials. */
export type AwsAccess = {
  readonly region: string;
  readonly endpoint: (service: AwsService) => string;
  readonly credentials: (service: AwsService) => AwsCredentials & { readonly sessionToken?: string };
  /** External services: nothing is embedded for them. */
  readonly external: ReadonlySet<AwsService>;
  /** The variables with which AWS SDKs and the AWS CLI find the embedded services, for a shell. */
  readonly variables: Readonly<Record<string, string>>;
};

const services = ['KMS', 'SQS', 'DYNAMODB'] as const satisfies readonly AwsService[];

/**
 * The embedded services on the stack's own port, or what the standard variables name instead.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 * @param env `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_<SERVICE>`, `AWS_REGION` and credentials are looked at
 * @param origin of the stack, `http://127.0.0.1:8787`
 * @param own what the embedded services take; those that the variables name are given the credentials of the variables
 */
export const awsAccess = (env: Environment, origin: string, own: AwsCredentials): AwsAccess => {
  const given = (service: AwsService): string | undefined =>
    presence(env[`AWS_ENDPOINT_URL_${service}`]) ?? presence(env.AWS_ENDPOINT_URL);
  const region = presence(env.AWS_REGION) ?? presence(env.AWS_DEFAULT_REGION) ?? 'us-east-1';
  const endpoint = (service: AwsService): string => given(service) ?? origin;
  const external = new Set(services.filter((service) => given(service) !== undefined));
  const embedded = services.filter((service) => !external.has(service));
  const theirs = credentialsIn(env);
  return {
    region,
    endpoint,
    credentials: (service) => (external.has(service) ? theirs : own),
    external,
    variables: {
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: own.accessKeyId,
      AWS_SECRET_ACCESS_KEY: own.secretAccessKey,
      ...Object.fromEntries(embedded.map((service) => [`AWS_ENDPOINT_URL_${service}`, origin])),
    },
  };
};

const credentialsIn = (env: Environment) => {
  const token = presence(env.AWS_SESSION_TOKEN);
  return {
    accessKeyId: presence(env.AWS_ACCESS_KEY_ID) ?? 'local',
    secretAccessKey: presence(env.AWS_SECRET_ACCESS_KEY) ?? 'local',
    ...(token === undefined ? {} : { sessionToken: token }),
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
  credentials: access.credentials(service),
});

/** Lines that a shell reads with `. FILE`. */
export const shellExports = (variables: AwsAccess['variables']): string =>
  Object.entries(variables)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'\n`)
    .join('');
