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
