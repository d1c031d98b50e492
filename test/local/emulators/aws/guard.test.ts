import { text } from 'node:stream/consumers';
import { KMSClient, ListAliasesCommand } from '@aws-sdk/client-kms';
import { expect, it } from 'vitest';
import { guard } from '../../../../infra/local/emulators/aws/guard.ts';
import type { AwsCredentials } from '../../../../infra/local/emulators/aws/signature.ts';
import { createKms } from '../../../../infra/local/emulators/kms/kms.ts';
import { serve } from '../../serve.ts';

const own: AwsCredentials = { accessKeyId: 'own-id', secretAccessKey: 'own-key' };

const serveGuarded = async (): Promise<string> => serve(guard((await createKms()).handle, own));

const clientOf = (endpoint: string, credentials: AwsCredentials): KMSClient =>
  new KMSClient({ endpoint, region: 'us-east-1', maxAttempts: 1, credentials });

/** The name of the error that a client is answered with; undefined for none. */
const errorFor = async (credentials: AwsCredentials): Promise<string | undefined> => {
  const kms = clientOf(await serveGuarded(), credentials);
  try {
    await kms.send(new ListAliasesCommand({}));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  } finally {
    kms.destroy();
  }
};

it.each<[string, AwsCredentials, string | undefined]>([
  ['its own credentials', own, undefined],
  ['another key', { ...own, accessKeyId: 'local' }, 'UnrecognizedClientException'],
  ['its key and another secret', { ...own, secretAccessKey: 'local' }, 'InvalidSignatureException'],
])('a client with %s', async (_name, credentials, error) => {
  expect(await errorFor(credentials)).toBe(error);
});

/** A request that a client signed, as it can be sent again. */
const signedRequest = async () => {
  let sent: { headers: Record<string, string>; body: string } | undefined;
  const spy = await serve(async (request, response) => {
    sent = { headers: request.headers as Record<string, string>, body: await text(request) };
    response.writeHead(400).end('{}');
  });
  const kms = clientOf(spy, own);
  await kms.send(new ListAliasesCommand({ Limit: 3 })).catch(() => {});
  kms.destroy();
  if (sent === undefined) throw new Error('nothing was sent');
  return { ...sent, origin: spy };
};

const without = (text: string | undefined, name: string): string => (text ?? '').replace(`;${name}`, '');

it.each<[string, (headers: Record<string, string>) => Record<string, string>, string, string | undefined]>([
  ['as it was signed', (headers) => headers, '{"Limit":3}', undefined],
  ['with another body', (headers) => headers, '{"Limit":4}', 'InvalidSignatureException'],
  [
    'for another operation',
    (headers) => ({ ...headers, 'x-amz-target': 'TrentService.ListKeys' }),
    '{"Limit":3}',
    'InvalidSignatureException',
  ],
  [
    'at another time',
    (headers) => ({ ...headers, 'x-amz-date': '20200101T000000Z' }),
    '{"Limit":3}',
    'InvalidSignatureException',
  ],
  [
    'without a signature for its operation',
    (headers) => ({ ...headers, authorization: without(headers.authorization, 'x-amz-target') }),
    '{"Limit":3}',
    'InvalidSignatureException',
  ],
  [
    'without any signature',
    ({ authorization: _, ...headers }) => headers,
    '{"Limit":3}',
    'MissingAuthenticationTokenException',
  ],
  [
    'with the key and no more',
    (headers) => ({ ...headers, authorization: 'AWS4-HMAC-SHA256 Credential=own-id' }),
    '{"Limit":3}',
    'MissingAuthenticationTokenException',
  ],
])('a request %s', async (_name, change, body, type) => {
  const { headers } = await signedRequest();
  const { host, ...changed } = change(headers);
  const kms = await createKms();
  // The name that was signed, whatever port answers it here.
  const origin = await serve((request, response) => {
    request.headers.host = host;
    return guard(kms.handle, own)(request, response);
  });

  const response = await fetch(origin, {
    method: 'POST',
    headers: Object.fromEntries(
      Object.entries(changed).filter(([name]) => !/^(?:connection|content-length)$/.test(name)),
    ),
    body,
  });

  expect([response.status, ((await response.json()) as { __type?: string }).__type]).toEqual([
    type === undefined ? 200 : 400,
    type,
  ]);
});
