import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { expect, test } from 'vitest';
import { TagboatError } from '../../lib/errors.ts';
import { httpErrors, json } from '../../lib/http.ts';
import type { LogFields, Logger } from '../../lib/logger.ts';
import { httpEvent } from './event.ts';

const recordingLogger = () => {
  const lines: { level: string; message: string; fields: LogFields | undefined }[] = [];
  const at = (level: string) => (message: string, fields?: LogFields) => {
    lines.push({ level, message, fields });
  };
  const logger: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  return { logger, lines };
};

const hook = httpEvent({
  path: '/webhooks/dockerhub/q7Jw0d4x',
  routeKey: 'POST /webhooks/{source}/{key}',
  query: { key: 'q7Jw0d4x' },
});

const answerTo = async (thrown: unknown) => {
  const { logger, lines } = recordingLogger();
  const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .use(httpErrors(logger))
    .handler(async () => {
      throw thrown;
    });
  const response = await handler(hook, { awsRequestId: 'lambda-1' } as Context);
  return { response, lines };
};

test('json is not stored and not sniffed', () => {
  expect(json(202, { releases: [] })).toEqual({
    statusCode: 202,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
    body: '{"releases":[]}',
  });
});

test('what the caller did wrong is explained', async () => {
  const { response, lines } = await answerTo(new TagboatError('source-unknown', 'no source of that name'));

  expect(response.statusCode).toBe(404);
  expect(response.headers).toMatchObject({ 'cache-control': 'no-store' });
  expect(JSON.parse(response.body ?? '')).toEqual({
    error: {
      code: 'source-unknown',
      message: 'no source of that name',
      next: 'Compare the path of the webhook URL with `sources:` in tagboat.yml.',
      requestId: 'request-1',
    },
  });
  expect(lines).toEqual([
    {
      level: 'warn',
      message: 'request refused',
      fields: {
        requestId: 'request-1',
        route: 'POST /webhooks/{source}/{key}',
        status: 404,
        code: 'source-unknown',
        message: 'no source of that name',
      },
    },
  ]);
});

test.each([
  ['an error of ours with status 500', new TagboatError('config-invalid', 'internal detail'), 500],
  ['a gateway error of ours', new TagboatError('git-denied', 'internal detail'), 502],
  ['any other error', new Error('internal detail'), 500],
  ['something that is no error', 'internal detail', 500],
])('what we did wrong is not shown: %s', async (_name, thrown, status) => {
  const { response, lines } = await answerTo(thrown);

  expect(response.statusCode).toBe(status);
  expect(response.body).toBe('{"requestId":"request-1"}');
  expect(response.headers).not.toHaveProperty('retry-after');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    level: 'error',
    message: 'request failed',
    fields: { requestId: 'request-1', status, error: { message: 'internal detail' } },
  });
});

test.each([
  ['a whole number', 7, '7'],
  ['a fraction', 1.2, '2'],
  ['nothing', 0, '1'],
  ['what nothing is known of', undefined, '5'],
])('a 503 says when to come back: %s', async (_name, retryAfterSeconds, header) => {
  const { response } = await answerTo(
    new TagboatError(
      'store-unreachable',
      'slow down',
      retryAfterSeconds === undefined ? {} : { retryAfterSeconds },
    ),
  );

  expect(response.statusCode).toBe(503);
  expect(response.headers?.['retry-after']).toBe(header);
  expect(response.body).toBe('{"requestId":"request-1"}');
});

test('only a 503 says when to come back', async () => {
  const { response } = await answerTo(new TagboatError('git-protocol', 'x', { retryAfterSeconds: 3 }));
  expect(response.headers).not.toHaveProperty('retry-after');
});

test.each([
  ['refused', new TagboatError('signature-wrong', 'no')],
  ['failed', new TagboatError('store-unreachable', 'no', { cause: new Error('socket hang up') })],
  ['broken', new TypeError('undefined is not a function')],
])('neither log nor answer has the path or the query, which may hold a key: %s', async (_name, thrown) => {
  const { response, lines } = await answerTo(thrown);
  expect(JSON.stringify([response, lines])).not.toContain('q7Jw0d4x');
});

test('the log has the causes', async () => {
  const cause = new Error('table gone', { cause: new Error('socket hang up') });
  const { lines } = await answerTo(new TagboatError('store-unreachable', 'no answer', { cause }));

  expect(lines[0]?.fields).toMatchObject({
    error: {
      code: 'store-unreachable',
      message: 'no answer',
      cause: { message: 'table gone', cause: { message: 'socket hang up' } },
    },
  });
});

test('an error that is its own cause ends', async () => {
  const error = new Error('ring');
  error.cause = error;
  const { response } = await answerTo(error);
  expect(response.statusCode).toBe(500);
});
