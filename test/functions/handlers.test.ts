import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { createHandler as createReleases } from '../../functions/releases.ts';
import { createHandler as createWebhook } from '../../functions/webhook.ts';
import { createRuntime } from '../../lib/app/runtime.ts';
import { handleBatch } from '../../lib/queues/batch.ts';
import { httpEvent } from '../http/event.ts';
import { configWith } from '../release/support/context.ts';
import { scannedLogger } from '../support/scanned-log.ts';

const env = {
  AWS_REGION: 'eu-central-1',
  TAGBOAT_TABLE: 'releases',
  TAGBOAT_RELEASES_QUEUE_URL: 'https://sqs.example.com/releases.fifo',
  TAGBOAT_ROLLOUTS_QUEUE_URL: 'https://sqs.example.com/rollouts',
  TAGBOAT_IMAGES_QUEUE_URL: 'https://sqs.example.com/images',
  TAGBOAT_NOTIFICATIONS_QUEUE_URL: 'https://sqs.example.com/notifications',
  TAGBOAT_COMMANDS_QUEUE_URL: 'https://sqs.example.com/commands',
  TAGBOAT_HOOKS_QUEUE_URL: 'https://sqs.example.com/hooks',
};
const config = {
  ...configWith(),
  sources: { github: { secret: 'env:SECRET' } },
  api: { token: 'env:TOKEN' },
};
const local = { baseDirectory: '/', env: { SECRET: 'the secret', TOKEN: 'the-token' } };
const runtime = createRuntime({ env, config, local, logger: scannedLogger() });
const lambda = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 10_000 } as Context;

const bodyOf = (result: APIGatewayProxyStructuredResultV2): unknown => JSON.parse(result.body ?? '');

describe('createRuntime', () => {
  it.each(Object.keys(env).filter((name) => name.startsWith('TAGBOAT_')))(
    'says that %s is missing',
    (name) => {
      expect(() =>
        createRuntime({ env: { ...env, [name]: undefined }, config, logger: scannedLogger() }),
      ).toThrow(`${name} is not set`);
    },
  );
});

describe('webhook', () => {
  it.each(['constructor', '__proto__', 'toString', ''])('knows no source called "%s"', async (source) => {
    const result = await createWebhook(runtime)(
      { ...httpEvent({ body: '{}' }), pathParameters: { source } },
      lambda,
    );

    expect(result.statusCode).toBe(404);
    expect(bodyOf(result)).toMatchObject({ error: { code: 'source-unknown', requestId: 'request-1' } });
  });
});

describe('releases', () => {
  /** Secrets come from the environment here as well; everything else is as when deployed. */
  const deployed = { ...runtime, local: undefined };
  const get = (path: string, headers: Record<string, string>, pathParameters = {}) =>
    createReleases(deployed)({ ...httpEvent({ method: 'GET', path, headers }), pathParameters }, lambda);

  it.each([
    ['no token', {}],
    ['a wrong token', { authorization: 'Bearer the-tokem' }],
    ['another scheme', { authorization: 'Basic the-token' }],
  ])('shows nothing to whoever has %s', async (_name, headers) => {
    const result = await get('/releases', headers);

    expect([result.statusCode, bodyOf(result)]).toMatchObject([401, { error: { code: 'unauthorized' } }]);
  });

  it('asks the table only for what can be an id', async () => {
    const result = await get('/releases/x', { authorization: 'Bearer the-token' }, { id: 'x'.repeat(3000) });

    expect([result.statusCode, bodyOf(result)]).toMatchObject([404, { error: { code: 'release-unknown' } }]);
  });

  it('asks for the token on the local stack as well, and is open there where none is configured', async () => {
    const ask = async (asked: typeof runtime, headers: Record<string, string> = {}) => {
      const event = {
        ...httpEvent({ method: 'GET', path: '/releases/x', headers }),
        pathParameters: { id: 'x' },
      };
      return bodyOf(await createReleases(asked)(event, lambda));
    };

    expect(await ask(runtime)).toMatchObject({ error: { code: 'unauthorized' } });
    expect(await ask(runtime, { authorization: 'Bearer the-token' })).toMatchObject({
      error: { code: 'release-unknown' },
    });
    expect(await ask({ ...runtime, config: { ...config, api: undefined } })).toMatchObject({
      error: { code: 'release-unknown' },
    });
  });

  it('is closed without a token when deployed', async () => {
    const closed = createReleases({ ...deployed, config: { ...config, api: undefined } });
    const result = await closed(httpEvent({ method: 'GET', path: '/releases' }), lambda);

    expect(result.statusCode).toBe(401);
  });
});

describe('handleBatch', () => {
  const record = (messageId: string, group?: string) =>
    ({
      messageId,
      attributes: { ApproximateReceiveCount: '1', ...(group === undefined ? {} : { MessageGroupId: group }) },
    }) as never;
  const handle = async ({ messageId }: { messageId: string }) => {
    if (messageId.startsWith('bad')) throw new Error('no');
  };

  it('reports what threw, and nothing else', async () => {
    const event = { Records: [record('a'), record('bad'), record('b')] };

    expect(await handleBatch(event, scannedLogger(), handle)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'bad' }],
    });
  });

  it('reports everything behind a failure of the same group, and no other group', async () => {
    const event = { Records: [record('a', '1'), record('bad', '1'), record('b', '1'), record('c', '2')] };

    expect(await handleBatch(event, scannedLogger(), handle)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'bad' }, { itemIdentifier: 'b' }],
    });
  });
});
