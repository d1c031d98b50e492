import http from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { createGateway, type GatewayRoute } from '../../../../infra/local/runtime/gateway/gateway.ts';
import { createFunction, type Handler } from '../../../../infra/local/runtime/lambda/function.ts';
import { silentLogger } from '../../../../lib/logger.ts';
import { serve } from '../../serve.ts';

const start = async (
  handler: Handler,
  { method = 'POST', path = '/echo/{name}', timeoutSeconds = 300 } = {},
): Promise<string> => {
  const lambda = createFunction({ name: 'echo', timeoutSeconds, memoryMb: 256 }, handler, silentLogger);
  const routes: readonly GatewayRoute[] = [{ method, path, invoke: lambda.invoke }];
  return serve(createGateway(routes).handle);
};

/** A function that keeps the event it was given. */
const recorder = () => {
  const events: APIGatewayProxyEventV2[] = [];
  const handler: Handler = async (event) => {
    events.push(event as APIGatewayProxyEventV2);
    return { statusCode: 204 };
  };
  return { events, handler };
};

describe('the event', () => {
  it('has the fields of payload format 2.0', async () => {
    const { events, handler } = recorder();
    const origin = await start(handler);

    await fetch(`${origin}/echo/a%20b?x=1&y=2&x=3`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'X-Custom': 'Value', cookie: 'a=1; b=2' },
      body: '{"ä":1}',
    });

    const [event] = events;
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'POST /echo/{name}',
      rawPath: '/echo/a b',
      rawQueryString: 'x=1&y=2&x=3',
      queryStringParameters: { x: '1,3', y: '2' },
      pathParameters: { name: 'a b' },
      cookies: ['a=1', 'b=2'],
      body: '{"ä":1}',
      isBase64Encoded: false,
      requestContext: {
        stage: '$default',
        domainName: new URL(origin).host,
        http: { method: 'POST', path: '/echo/a b', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' },
      },
    });
    expect(event?.headers).toMatchObject({ 'x-custom': 'Value', 'content-type': 'application/json' });
    expect(event?.headers).not.toHaveProperty('cookie');
    expect(event?.requestContext.time).toMatch(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
  });

  it('takes query parameters of any name for what they are', async () => {
    const { events, handler } = recorder();
    const origin = await start(handler);

    await fetch(`${origin}/echo/a?constructor=1&__proto__=2&toString=3&toString=4`, { method: 'POST' });

    expect(Object.entries(events[0]?.queryStringParameters ?? {})).toEqual([
      ['constructor', '1'],
      ['__proto__', '2'],
      ['toString', '3,4'],
    ]);
  });

  it('joins repeated headers with a comma', async () => {
    const { events, handler } = recorder();
    const origin = await start(handler);

    await new Promise<void>((resolve, reject) => {
      const request = http.request(`${origin}/echo/x`, { method: 'POST' }, (response) => {
        response.resume();
        response.on('end', resolve);
      });
      request.on('error', reject);
      request.setHeader('x-many', ['one', 'two']);
      request.end();
    });

    expect(events[0]?.headers['x-many']).toBe('one,two');
  });

  it('leaves out what is not there', async () => {
    const { events, handler } = recorder();
    const origin = await start(handler, { method: 'GET', path: '/plain' });

    await fetch(`${origin}/plain`);

    expect(events[0]).toMatchObject({ rawQueryString: '', isBase64Encoded: false });
    for (const name of ['body', 'cookies', 'queryStringParameters', 'pathParameters'])
      expect(events[0]).not.toHaveProperty(name);
  });

  it.each([
    ['application/json', false],
    ['application/json; charset=utf-8', false],
    ['text/plain', false],
    ['application/xml', false],
    ['application/javascript', false],
    ['application/x-www-form-urlencoded', true],
    ['application/octet-stream', true],
    ['application/vnd.docker.distribution.events.v1+json', true],
  ])('a body of type %s: in Base64 %s', async (type, isBase64Encoded) => {
    const { events, handler } = recorder();
    const origin = await start(handler);

    await fetch(`${origin}/echo/x`, { method: 'POST', headers: { 'content-type': type }, body: 'a=1&b=ü' });

    const body = isBase64Encoded ? Buffer.from('a=1&b=ü').toString('base64') : 'a=1&b=ü';
    expect(events[0]).toMatchObject({ isBase64Encoded, body });
  });

  it('keeps every byte of a body that is not text', async () => {
    const { events, handler } = recorder();
    const origin = await start(handler);
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);

    await fetch(`${origin}/echo/x`, { method: 'POST', body: bytes });

    expect([...Buffer.from(events[0]?.body ?? '', 'base64')]).toEqual([...bytes]);
  });
});

describe('the response', () => {
  it.each<[string, unknown, { status: number; body: string; type: string | null }]>([
    [
      'a whole one',
      { statusCode: 201, headers: { 'Content-Type': 'text/html' }, body: '<p>' },
      { status: 201, body: '<p>', type: 'text/html' },
    ],
    [
      'a body in Base64',
      { statusCode: 200, headers: { 'content-type': 'image/png' }, body: 'aGk=', isBase64Encoded: true },
      { status: 200, body: 'hi', type: 'image/png' },
    ],
    ['without a status', { a: 1 }, { status: 200, body: '{"a":1}', type: 'application/json' }],
    ['a text', 'hello', { status: 200, body: 'hello', type: 'application/json' }],
    [
      'no object',
      undefined,
      { status: 500, body: '{"message":"Internal Server Error"}', type: 'application/json' },
    ],
    [
      'a status that is none',
      { statusCode: 'soon' },
      { status: 500, body: '{"message":"Internal Server Error"}', type: 'application/json' },
    ],
  ])('%s', async (_name, result, expected) => {
    const origin = await start(async () => result);

    const response = await fetch(`${origin}/echo/x`, { method: 'POST' });

    expect({
      status: response.status,
      body: await response.text(),
      type: response.headers.get('content-type'),
    }).toEqual(expected);
  });

  it('sets cookies one by one', async () => {
    const origin = await start(async () => ({ statusCode: 200, cookies: ['a=1', 'b=2'] }));

    const response = await fetch(`${origin}/echo/x`, { method: 'POST' });

    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  });

  it('500 where the function throws, and nothing of why', async () => {
    const origin = await start(async () => {
      throw new Error('a detail');
    });

    const response = await fetch(`${origin}/echo/x`, { method: 'POST' });

    expect([response.status, await response.json()]).toEqual([500, { message: 'Internal Server Error' }]);
  });

  it('503 where the function takes longer than its timeout', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const origin = await start(() => promise, { timeoutSeconds: 0.05 });

    const response = await fetch(`${origin}/echo/x`, { method: 'POST' });
    resolve();

    expect([response.status, await response.json()]).toEqual([503, { message: 'Service Unavailable' }]);
    expect(response.headers.get('retry-after')).toBe('5');
  });

  it('503, and when to come again, where too many run and wait', async () => {
    const invoke: GatewayRoute['invoke'] = async () => ({ type: 'throttled' });
    const origin = await serve(createGateway([{ method: 'POST', path: '/echo', invoke }]).handle);

    const response = await fetch(`${origin}/echo`, { method: 'POST' });

    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
  });

  it("404 in the shape of the functions for a path that is nobody's", async () => {
    const origin = await start(async () => ({ statusCode: 200 }));

    const response = await fetch(`${origin}/nothing`, { method: 'POST', body: 'x' });

    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      error: {
        code: 'route-unknown',
        message: 'there is nothing at POST /nothing',
        next: 'See the routes in the README.',
        requestId: expect.any(String),
      },
    });
  });

  it.each([
    ['/webhook/dockerhub/q7Jw0d4x', 'there is nothing at POST /webhook/…'],
    ['/webhooks/dockerhub/q7Jw0d4x/?key=q7Jw0d4x', 'there is nothing at POST /webhooks/…'],
  ])('404 without what may be the key of a hook: %s', async (path, message) => {
    const origin = await start(async () => ({ statusCode: 200 }));

    const response = await fetch(`${origin}${path}`, { method: 'POST', body: 'x' });

    expect(await response.json()).toMatchObject({ error: { message } });
  });

  it.each([
    ['with its length announced', (bytes: Uint8Array) => bytes],
    ['in chunks', (bytes: Uint8Array) => new Blob([bytes as Uint8Array<ArrayBuffer>]).stream()],
  ])('413 for more than 10 MiB, %s', async (_name, bodyOf) => {
    const { events, handler } = recorder();
    const origin = await start(handler);

    const response = await fetch(`${origin}/echo/x`, {
      method: 'POST',
      body: bodyOf(new Uint8Array(10 * 1024 * 1024 + 1)) as RequestInit['body'],
      duplex: 'half',
    } as RequestInit);

    expect([response.status, await response.json(), events.length]).toEqual([
      413,
      { message: 'Request Entity Too Large' },
      0,
    ]);
  });
});

describe('the context', () => {
  it('is that of the function', async () => {
    const origin = await start(async (_event, context) => ({
      name: context.functionName,
      memory: context.memoryLimitInMB,
      remaining: context.getRemainingTimeInMillis(),
      id: context.awsRequestId,
    }));

    const seen = (await (await fetch(`${origin}/echo/x`, { method: 'POST' })).json()) as {
      readonly remaining: number;
    };

    expect(seen).toMatchObject({ name: 'echo', memory: '256', id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(seen.remaining).toBeGreaterThan(0);
    expect(seen.remaining).toBeLessThanOrEqual(300_000);
  });
});
