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

/** `fetch` sets the header by itself. */
const statusFor = (port: number, host: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port, headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asking.on('error', reject).end();
  });

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
  const listener = await listen({
    host: '127.0.0.1',
    port: 0,
    certificate: selfSignedCertificate(['127.0.0.1']),
  });
  onTestFinished(() => listener.close());
  listener.handOver((_request, response) => void response.end('open'));

  expect(await statusFor(listener.port, host)).toBe(status);
});
