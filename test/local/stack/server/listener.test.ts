import { request } from 'node:http';
import { selfSignedCertificate } from '@tagboat/embedded-cluster';
import { expect, it, onTestFinished } from 'vitest';
import { listen } from '../../../../infra/local/stack/server/listener.ts';

it('says when to come again while the stack starts, and hands requests on from then on', async () => {
  const listener = await listen({
    host: '127.0.0.1',
    port: 0,
    certificate: selfSignedCertificate(['127.0.0.1']),
  });
  onTestFinished(() => listener.close());
  const ask = () => fetch(`http://127.0.0.1:${listener.port}/`, { headers: { connection: 'close' } });

  const early = await ask();
  expect([early.status, early.headers.get('retry-after'), await early.json()]).toEqual([
    503,
    '5',
    { status: 'starting' },
  ]);

  listener.handOver((_request, response) => void response.end('open'));
  expect(await (await ask()).text()).toBe('open');
});

/** `fetch` sets these headers by itself. */
const statusFor = (
  port: number,
  headers: Readonly<Record<string, string>>,
  method = 'GET',
): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port, method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asking.on('error', reject).end();
  });

/** @returns the port of a listener that lets everything through that it does not refuse */
const listenOpen = async (): Promise<number> => {
  const listener = await listen({
    host: '127.0.0.1',
    port: 0,
    certificate: selfSignedCertificate(['127.0.0.1']),
  });
  onTestFinished(() => listener.close());
  listener.handOver((_request, response) => void response.end('open'));
  return listener.port;
};

it.each([
  ['localhost', 200],
  ['localhost:8787', 200],
  ['127.0.0.1:8787', 200],
  ['[::1]:8787', 200],
  ['sqs.us-east-1.localhost:8787', 200],
  // A name of somebody's own that leads to 127.0.0.1
  ['evil.example', 421],
  ['evil.example:8787', 421],
  ['127.0.0.1.evil.example', 421],
  ['localhost.evil.example', 421],
])('a request for the host %j is answered %i', async (host, status) => {
  expect(await statusFor(await listenOpen(), { host })).toBe(status);
});

it.each<[string, string | undefined, number]>([
  ['POST', undefined, 200],
  ['POST', 'http://127.0.0.1:8787', 200],
  ['POST', 'http://localhost:3000', 200],
  ['POST', 'http://[::1]:3000', 200],
  // A page that sends a simple request to whatever listens on its visitor's machine
  ['POST', 'https://evil.example', 403],
  ['POST', 'https://localhost.evil.example', 403],
  ['PUT', 'https://evil.example', 403],
  ['DELETE', 'https://evil.example', 403],
  ['OPTIONS', 'https://evil.example', 403],
  // From a sandbox, or a file
  ['POST', 'null', 403],
  ['POST', 'nonsense', 403],
  // What it reads, the browser keeps from it.
  ['GET', 'https://evil.example', 200],
  ['HEAD', 'https://evil.example', 200],
])('a %s of a page of %j is answered %i', async (method, origin, status) => {
  const headers = { host: 'localhost', ...(origin === undefined ? {} : { origin }) };

  expect(await statusFor(await listenOpen(), headers, method)).toBe(status);
});
