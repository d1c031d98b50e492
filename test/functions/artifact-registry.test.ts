import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Context } from 'aws-lambda';
import { expect, onTestFinished, test } from 'vitest';
import { createHandler } from '../../functions/webhook.ts';
import { createIdentityKey } from '../../infra/local/webhooks/identity-key.ts';
import { samplesOf } from '../../infra/local/webhooks/sample.ts';
import { signSample } from '../../infra/local/webhooks/sign.ts';
import { createTokenVerification } from '../../lib/app/token-verifier.ts';
import type { TokenVerifier } from '../../lib/identity-token.ts';
import { fetchedKeys } from '../../lib/oidc/keys.ts';
import { createTokenVerifier } from '../../lib/oidc/verifier.ts';
import { artifactRegistry } from '../../lib/sources/artifact-registry.ts';
import { httpEvent } from '../http/event.ts';
import { configWith } from '../release/support/context.ts';
import { manualClock } from '../support/manual-clock.ts';
import { memoryRuntime } from './support/memory-runtime.ts';

const key = createIdentityKey();
const clock = manualClock();
/** As on the local stack, whose own key stands in for those of Google. */
const verifyToken = createTokenVerification({
  clock,
  local: { baseDirectory: '/', env: {}, identityKeys: key.published },
});

const sampleNamed = (name: string) => {
  const sample = samplesOf('artifact-registry').find((one) => one.name === name);
  if (sample === undefined) throw new Error(`no sample ${name}`);
  return sample;
};

/** What the webhook function answers to a push of Pub/Sub, of an app whose image is that of the samples. */
const push = async (
  name: string,
  verify: TokenVerifier = verifyToken,
  signedFor = sampleNamed(name).config,
) => {
  const sample = sampleNamed(name);
  const config = configWith();
  const app = config.apps.okeydokey;
  if (app === undefined) throw new Error('the app is missing');
  const image = 'gcr.io/my-project/hello-world';
  const configured = {
    ...config,
    apps: { okeydokey: { ...app, image } },
    sources: { 'artifact-registry': sample.config },
  };
  const { runtime } = memoryRuntime(configured, {});
  const { headers, body } = signSample(
    sample,
    artifactRegistry,
    { identityKey: key },
    signedFor,
    clock.now(),
  );
  const answer = await createHandler(runtime, verify)(
    { ...httpEvent({ body, headers }), pathParameters: { source: 'artifact-registry' } },
    { getRemainingTimeInMillis: () => 10_000 } as Context,
  );
  return {
    status: answer.statusCode,
    retryAfter: answer.headers?.['retry-after'],
    body: JSON.parse(answer.body ?? ''),
  };
};

test('a push of Pub/Sub releases the image that it names', async () => {
  const { status, body } = await push('insert-gcr');
  expect(status).toBe(202);
  expect(body).toMatchObject({ releases: [{ app: 'okeydokey', tag: 'v2.0.0' }] });
});

test('so does one without the envelope of Pub/Sub', async () => {
  const { status, body } = await push('unwrapped');
  expect({ status, ...body }).toMatchObject({
    status: 202,
    skipped: [{ tag: '1.1', reason: 'unknown-image' }],
  });
});

test.each([
  'untagged',
  'tag-deleted',
  'digest-deleted',
  'other-message',
  'unwrapped-deleted',
  'unwrapped-other',
])('what is of no use is acknowledged, so that it is not delivered for days: %s', async (name) => {
  const { status, body } = await push(name);
  expect(status).toBe(202);
  expect(body).toMatchObject({ releases: [] });
});

test.each([
  ['another audience', { audience: 'https://other.example.com' }, 'is for another audience'],
  [
    'another subscription',
    { serviceAccount: 'other@my-project.iam.gserviceaccount.com' },
    'is not of the service account',
  ],
])('a token of %s is refused, and the answer says so', async (_name, change, why) => {
  const { status, body } = await push('insert', verifyToken, { ...sampleNamed('insert').config, ...change });
  expect(status).toBe(401);
  expect(body).toMatchObject({
    error: { code: 'signature-wrong', message: `the header Authorization (Bearer) ${why}` },
  });
});

test('where the keys of Google cannot be had, Pub/Sub is asked to deliver again', async () => {
  const server = createServer((_request, response) => response.writeHead(500).end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const keySets = fetchedKeys({ fetch, clock });
  const verify = createTokenVerifier({ keySets: () => keySets(`http://127.0.0.1:${port}/certs`), clock });

  const { status, retryAfter } = await push('insert', verify);
  expect({ status, retryAfter }).toEqual({ status: 503, retryAfter: '5' });
});
