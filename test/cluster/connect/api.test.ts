import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { fromNetwork } from '../../../lib/cluster/connect/api-error.ts';
import { connect } from '../../../lib/cluster/connect/connect.ts';
import { kubeconfigOf, sendJson, withServer } from '../support/server.ts';

const request = { method: 'GET', path: '/api/v1/x', what: 'read x' } as const;

const status = (message: string, reason = 'Whatever') => ({
  kind: 'Status',
  apiVersion: 'v1',
  message,
  reason,
});

describe('answers of the API server', () => {
  test.each([
    [400, 'cluster-refused', 'terminal'],
    [401, 'cluster-credentials-refused', 'terminal'],
    [403, 'cluster-forbidden', 'terminal'],
    [404, 'cluster-refused', 'terminal'],
    [409, 'cluster-conflict', 'terminal'],
    [422, 'cluster-refused', 'terminal'],
    [429, 'cluster-unreachable', 'retryable'],
    [500, 'cluster-unreachable', 'retryable'],
    [503, 'cluster-unreachable', 'retryable'],
  ] as const)('%i is %s', (code, expected, retry) =>
    withServer(
      (_, response) => sendJson(response, code, status('the words of the server')),
      async ({ cluster }) => {
        await expect(cluster.api.json(request)).rejects.toMatchObject({
          code: expected,
          retry,
          message: `read x: the words of the server (HTTP ${code})`,
        });
      },
    ),
  );

  test('a 500 that blames the object is terminal', () =>
    withServer(
      (_, response) =>
        sendJson(
          response,
          500,
          status('failed to create typed patch object: .spec.replicas: expected numeric'),
        ),
      async ({ cluster }) => {
        await expect(cluster.api.json(request)).rejects.toMatchObject({ code: 'cluster-refused' });
      },
    ));

  test.each([
    ['7', 7],
    ['31536000', 3600],
  ])('Retry-After: %s is handed on, as %i seconds', (header, seconds) =>
    withServer(
      (_, response) => {
        response.setHeader('retry-after', header);
        sendJson(response, 429, status('slow down'));
      },
      async ({ cluster }) => {
        await expect(cluster.api.json(request)).rejects.toMatchObject({ retryAfterSeconds: seconds });
      },
    ),
  );

  test('the page of a proxy is not quoted', () =>
    withServer(
      (_, response) => {
        response.writeHead(502, { 'content-type': 'text/html' });
        response.end('<h1>internal name of a proxy</h1>');
      },
      async ({ cluster }) => {
        await expect(cluster.api.json(request)).rejects.toMatchObject({
          code: 'cluster-unreachable',
          message: 'read x: no explanation from the server (HTTP 502)',
        });
      },
    ));

  test('credentials in the words of the server are masked', () =>
    withServer(
      (_, response) => sendJson(response, 403, status('not you, Bearer abcdefghijkl')),
      async ({ cluster }) => {
        await expect(cluster.api.json(request)).rejects.toMatchObject({
          message: 'read x: not you, Bearer *** (HTTP 403)',
        });
      },
    ));

  test('what is not JSON', () =>
    withServer(
      (_, response) => response.end('hello'),
      async ({ cluster }) => {
        await expect(cluster.api.json(request)).rejects.toMatchObject({ code: 'cluster-unreachable' });
      },
    ));

  test('the token is sent, and connections are kept', () =>
    withServer(
      (_, response) => sendJson(response, 200, { a: 1 }),
      async ({ cluster, requests }) => {
        expect(await cluster.api.json(request)).toEqual({ a: 1 });
        expect(requests[0]?.headers).toMatchObject({
          authorization: 'Bearer t0ken',
          connection: 'keep-alive',
          'user-agent': 'tagboat',
        });
      },
    ));
});

describe('no answer', () => {
  test('nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const cluster = connect({ kubeconfig: kubeconfigOf(`http://127.0.0.1:${port}`) });
    await expect(cluster.api.json(request)).rejects.toMatchObject({
      code: 'cluster-unreachable',
      retry: 'retryable',
      message: `read x: http://127.0.0.1:${port}: no answer (ECONNREFUSED)`,
    });
  });

  test.each([
    ['headers', false],
    ['body', true],
  ])('the %s do not come in time', (_, headers) =>
    withServer(
      (_request, response) => {
        if (headers) response.write('{');
      },
      async ({ cluster }) => {
        await expect(cluster.api.json(request)).rejects.toMatchObject({
          code: 'cluster-unreachable',
          message: expect.stringContaining('(ETIMEDOUT)'),
        });
      },
      { timeoutMs: 50 },
    ),
  );

  test('the connection breaks', () =>
    withServer(
      (_, response) => response.destroy(),
      async ({ cluster }) => {
        await expect(cluster.api.json(request)).rejects.toMatchObject({ code: 'cluster-unreachable' });
      },
    ));

  test('an aborted request rejects with the reason', () =>
    withServer(
      () => {},
      async ({ cluster }) => {
        const signal = AbortSignal.abort(new Error('enough'));
        await expect(cluster.api.json({ ...request, signal })).rejects.toThrow('enough');
      },
    ));
});

test.each([
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'terminal'],
  ['CERT_HAS_EXPIRED', 'terminal'],
  ['ECONNRESET', 'retryable'],
  ['EAI_AGAIN', 'retryable'],
] as const)('%s is %s', (code, retry) => {
  const error = fromNetwork('read x', 'https://10.0.0.1', Object.assign(new Error('secret'), { code }));
  expect(error).toMatchObject({ code: 'cluster-unreachable', retry });
  expect(error.message).toContain(code);
  expect(error.message).not.toContain('secret');
});

test('a server without a usable certificate', async () => {
  const server = createHttpsServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const cluster = connect({ kubeconfig: kubeconfigOf(`https://127.0.0.1:${port}`) });
  await expect(cluster.api.json(request)).rejects.toMatchObject({ code: 'cluster-unreachable' });
  await new Promise((resolve) => server.close(resolve));
});
