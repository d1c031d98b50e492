import { expect, test, vi } from 'vitest';
import { checkSignature } from '../../../infra/local/emulators/aws/signature.ts';
import { ecrHost, ecrRegistry } from '../../../lib/ecr-registry.ts';
import { createRegistryClient } from '../../../lib/registry/client.ts';
import { type CallAws, createCallAws } from '../../../lib/registry/credentials/aws.ts';
import { credentialsProvider } from '../../../lib/registry/credentials/catalog.ts';
import { answer, serve } from '../../http/serve.ts';
import { awsKeys, hour, issuer, start, testTransport, unsealing } from './support.ts';

const host = '123456789012.dkr.ecr.eu-central-1.amazonaws.com';
const digest = `sha256:${'a'.repeat(64)}`;
const token = (password: string) => ({
  authorizationToken: Buffer.from(`AWS:${password}`).toString('base64'),
  expiresAt: (start + 12 * hour) / 1000,
});

test.each([
  [host, { service: 'ecr', region: 'eu-central-1' }],
  ['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn', { service: 'ecr', region: 'cn-north-1' }],
  ['123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com', { service: 'ecr', region: 'us-gov-west-1' }],
  ['123456789012.dkr-ecr.us-west-2.on.aws', { service: 'ecr', region: 'us-west-2' }],
  ['public.ecr.aws', { service: 'ecr-public', region: 'us-east-1' }],
  [`${host}.evil.net`, undefined],
  ['12345.dkr.ecr.eu-central-1.amazonaws.com', undefined],
  ['123456789012.dkr.ecr.evil.net/.eu-central-1.amazonaws.com', undefined],
  ['ghcr.io', undefined],
])('the registry behind %s', (given, expected) => {
  expect(ecrRegistry(given)).toEqual(expected);
});

test('the host of a registry in China has its own domain', () => {
  expect(ecrHost('123456789012', 'cn-north-1')).toBe('123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn');
  expect(ecrHost('123456789012', 'eu-central-1')).toBe(host);
});

test.each([
  ['a private one', host, undefined, false, true],
  ['a private one that is asked elsewhere', host, {}, true, false],
  ['a private one that is asked elsewhere, where that is said', host, { ecr: true }, true, true],
  ['a private one that wants none', host, { ecr: false }, false, false],
  ['the public one', 'public.ecr.aws', undefined, false, false],
  ['the public one, where that is said', 'public.ecr.aws', { ecr: true }, false, true],
  ['a registry of another kind', 'ghcr.io', { ecr: true }, false, false],
])('a password is asked for: %s', (_name, given, config, isElsewhere, expected) => {
  const context = { unseal: unsealing(''), callAws: createCallAws({}) };
  expect(credentialsProvider(given, config, isElsewhere, context) !== undefined).toBe(expected);
});

test('the call is signed with the credentials of the function', async () => {
  const api = await serve((request, response) => {
    const target = request.headers['x-amz-target'];
    const refusal = checkSignature(request, Buffer.from('{}'), {
      accessKeyId: awsKeys.AWS_ACCESS_KEY_ID,
      secretAccessKey: awsKeys.AWS_SECRET_ACCESS_KEY,
    });
    const isMeant = target === 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken';
    if (refusal !== undefined || !isMeant)
      return answer(response, 400, {}, JSON.stringify({ __type: `com.amazon#${refusal}` }));
    return answer(response, 200, {}, JSON.stringify({ authorizationData: [token('p')] }));
  });
  const get = (keys: Readonly<Record<string, string>>) =>
    credentialsProvider(host, undefined, false, {
      unseal: unsealing(''),
      callAws: createCallAws({ ...keys, AWS_ENDPOINT_URL_ECR: api.url }),
    })?.get(testTransport().transport);

  expect(await get({ ...awsKeys, AWS_SESSION_TOKEN: 'session' })).toMatchObject({
    username: 'AWS',
    password: 'p',
  });
  await expect(get({ ...awsKeys, AWS_SECRET_ACCESS_KEY: 'another' })).rejects.toMatchObject({
    code: 'registry-denied',
    message: 'AWS answers 400 (InvalidSignatureException) to ecr:GetAuthorizationToken',
  });
  await expect(get({})).rejects.toMatchObject({
    code: 'registry-denied',
    message: 'there are no AWS credentials in the environment for ecr:GetAuthorizationToken',
  });
});

test.each([
  ['eu-central-1', 'ecr', 'https://api.ecr.eu-central-1.amazonaws.com/'],
  ['cn-north-1', 'ecr', 'https://api.ecr.cn-north-1.amazonaws.com.cn/'],
  ['us-east-1', 'ecr-public', 'https://api.ecr-public.us-east-1.amazonaws.com/'],
  ['eu-central-1', 'sts', 'https://sts.eu-central-1.amazonaws.com/'],
] as const)('in %s, %s is called at %s', async (region, service, expected) => {
  const fetched = vi.fn<typeof fetch>(async () => new Response('{}', { status: 200 }));
  const action = service === 'sts' ? 'AssumeRole' : 'GetAuthorizationToken';
  await createCallAws(awsKeys)(
    { service, action, region, input: {} },
    { ...testTransport().transport, fetch: fetched },
  );
  expect(fetched.mock.calls.map(([url]) => String(url))).toEqual([expected]);
});

test('what AWS asks to be slower with is worth another attempt', async () => {
  const api = await issuer(() => ({ status: 400, body: { __type: 'ThrottlingException' } }));
  const call = createCallAws({ ...awsKeys, AWS_ENDPOINT_URL: api.url });
  await expect(
    call(
      { service: 'ecr', action: 'GetAuthorizationToken', region: 'eu-central-1', input: {} },
      testTransport().transport,
    ),
  ).rejects.toMatchObject({ code: 'registry-unreachable', retry: 'retryable' });
});

test('a role is assumed where one is named', async () => {
  const sts = await issuer(() => ({
    status: 200,
    body: {
      AssumeRoleResponse: {
        AssumeRoleResult: {
          Credentials: { AccessKeyId: 'ASIA', SecretAccessKey: 'other', SessionToken: 's', Expiration: 1 },
        },
      },
    },
  }));
  const api = await issuer(() => ({ status: 200, body: { authorizationData: [token('p')] } }));
  const calls: Parameters<CallAws>[0][] = [];
  const call = createCallAws({ ...awsKeys, AWS_ENDPOINT_URL_ECR: api.url, AWS_ENDPOINT_URL_STS: sts.url });
  const roleArn = 'arn:aws:iam::210987654321:role/tagboat-pull';
  const provider = credentialsProvider(host, { roleArn }, false, {
    unseal: unsealing(''),
    callAws: async (one, transport) => {
      calls.push(one);
      return call(one, transport);
    },
  });

  expect(await provider?.get(testTransport().transport)).toMatchObject({ password: 'p' });
  expect(Object.fromEntries(new URLSearchParams(sts.seen[0]?.body))).toEqual({
    Action: 'AssumeRole',
    Version: '2011-06-15',
    RoleArn: roleArn,
    RoleSessionName: 'tagboat',
    DurationSeconds: '900',
  });
  expect(sts.seen[0]).toMatchObject({ accept: 'application/json' });
  expect(api.seen[0]?.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=ASIA\//);
  expect(calls.map(({ service, action }) => `${service}:${action}`)).toEqual([
    'sts:AssumeRole',
    'ecr:GetAuthorizationToken',
  ]);
});

test('the public registry answers with one authorization and no list', async () => {
  const api = await issuer(() => ({ status: 200, body: { authorizationData: token('p') } }));
  const provider = credentialsProvider('public.ecr.aws', { ecr: true }, false, {
    unseal: unsealing(''),
    callAws: createCallAws({ ...awsKeys, AWS_ENDPOINT_URL_ECR_PUBLIC: api.url }),
  });
  expect(await provider?.get(testTransport().transport)).toMatchObject({ username: 'AWS', password: 'p' });
});

test('an image is asked for with the password, and with a new one where it ended early', async () => {
  const api = await serve((_request, response) =>
    answer(response, 200, {}, JSON.stringify({ authorizationData: [token(`p-${api.seen.length}`)] })),
  );
  let good = 'p-1';
  const registry = await serve((request, response) =>
    request.headers.authorization === `Basic ${Buffer.from(`AWS:${good}`).toString('base64')}`
      ? answer(response, 200, { 'docker-content-digest': digest })
      : answer(response, 401, {
          'www-authenticate': `Basic realm="https://${host}/",service="ecr.amazonaws.com"`,
        }),
  );
  const client = createRegistryClient({
    registries: { [host]: { endpoint: registry.url, ecr: true } },
    unseal: unsealing(''),
    callAws: createCallAws({ ...awsKeys, AWS_ENDPOINT_URL_ECR: api.url }),
    clock: { now: () => start, sleep: async () => {} },
  });

  expect(await client.digestOf(`${host}/team/app`, 'v1')).toBe(digest);
  expect(await client.digestOf(`${host}/team/other`, 'v1')).toBe(digest);
  expect(api.seen).toHaveLength(1);
  good = 'p-2';
  await expect(client.digestOf(`${host}/team/app`, 'v1')).rejects.toMatchObject({ retry: 'retryable' });
  expect(await client.digestOf(`${host}/team/app`, 'v1')).toBe(digest);
});
