import { awsDomain } from '../../ecr-registry.ts';
import { TagboatError } from '../../errors.ts';
import { jsonOrUndefined } from '../../json.ts';
import { mapping, type Unknowns } from '../../mapping.ts';
import { send, type Transport } from '../transport.ts';

export type AwsCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
};

/** A call of an AWS service that has no client here: what the SDK's would need more time to load than to make. */
export type AwsCall = {
  readonly service: 'ecr' | 'ecr-public' | 'sts';
  readonly action: 'GetAuthorizationToken' | 'AssumeRole';
  readonly region: string;
  readonly input: Readonly<Record<string, string>>;
  /** Those of the function where absent. */
  readonly credentials?: AwsCredentials | undefined;
};

/**
 * Makes a call, signed.
 * @returns what the service answers
 * @throws TagboatError `registry-unreachable`, `registry-denied`, `registry-protocol`
 */
export type CallAws = (call: AwsCall, transport: Transport) => Promise<Unknowns>;

const maxAnswerBytes = 256 * 1024;

const targets = {
  ecr: 'AmazonEC2ContainerRegistry_V20150921',
  'ecr-public': 'SpencerFrontendService',
} as const;

/** https://docs.aws.amazon.com/general/latest/gr/ecr.html, https://docs.aws.amazon.com/general/latest/gr/sts.html */
const endpointOf = ({ service, region }: AwsCall): string =>
  `https://${service === 'sts' ? 'sts' : `api.${service}`}.${region}.${awsDomain(region)}`;

type Prepared = { readonly headers: Readonly<Record<string, string>>; readonly body: string };

/** ECR speaks AWS JSON 1.1; STS takes a form, and answers in JSON where it is asked to. */
const prepare = ({ service, action, input }: AwsCall): Prepared =>
  service === 'sts'
    ? {
        headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
        body: new URLSearchParams({ Action: action, Version: '2011-06-15', ...input }).toString(),
      }
    : {
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': `${targets[service]}.${action}`,
        },
        body: JSON.stringify(input),
      };

/** Signature Version 4, whose code is loaded when it is first needed. */
const sign = async (
  { service, region }: AwsCall,
  url: URL,
  { headers, body }: Prepared,
  credentials: AwsCredentials,
  now: number,
): Promise<Readonly<Record<string, string>>> => {
  const [{ SignatureV4 }, { Sha256 }] = await Promise.all([
    import('@smithy/signature-v4'),
    import('@smithy/core/checksum'),
  ]);
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const signer = new SignatureV4({
    service,
    region,
    sha256: Sha256,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
  });
  const signed = await signer.sign(
    {
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      headers: { host: url.host, ...headers },
      body,
    },
    { signingDate: new Date(now) },
  );
  const { host: _host, ...sent } = signed.headers;
  return sent;
};

const own = (env: Readonly<Record<string, string | undefined>>): AwsCredentials | undefined => {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { accessKeyId, secretAccessKey, sessionToken: env.AWS_SESSION_TOKEN };
};

/** `AccessDeniedException`, whose name may come with a namespace or a URL. */
const faultOf = (answer: Unknowns): string => {
  const code = String(answer.__type ?? mapping(answer.Error).Code ?? '');
  return /(\w+)(?::.*)?$/.exec(code.split('#').at(-1) ?? '')?.[1] ?? 'an error without a name';
};

const isThrottling = (fault: string): boolean =>
  /^(?:Throttling|RequestLimitExceeded|TooManyRequests)/.test(fault);

/**
 * @param env the function's credentials, and `AWS_ENDPOINT_URL…` as in `lib/aws-options.ts`
 */
export const createCallAws =
  (env: Readonly<Record<string, string | undefined>>): CallAws =>
  async (call, transport) => {
    const { service, action } = call;
    const variable = `AWS_ENDPOINT_URL_${service.toUpperCase().replace('-', '_')}`;
    const url = new URL('/', env[variable] ?? env.AWS_ENDPOINT_URL ?? endpointOf(call));
    const credentials = call.credentials ?? own(env);
    const name = `${service}:${action}`;
    if (credentials === undefined)
      throw new TagboatError(
        'registry-denied',
        `there are no AWS credentials in the environment for ${name}`,
      );
    const prepared = prepare(call);
    const { status, body } = await send(transport, {
      method: 'POST',
      url,
      accept: 'application/json',
      headers: await sign(call, url, prepared, credentials, transport.now()),
      body: prepared.body,
      limit: maxAnswerBytes,
    });
    const answer = mapping(jsonOrUndefined(Buffer.from(body).toString()));
    if (status === 200) return answer;
    const fault = faultOf(answer);
    throw new TagboatError(
      isThrottling(fault) ? 'registry-unreachable' : 'registry-denied',
      `AWS answers ${status} (${fault}) to ${name}`,
    );
  };
