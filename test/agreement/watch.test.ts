import { expect, it, onTestFinished } from 'vitest';
import { connect } from '../../lib/cluster/connect/connect.ts';
import { startEmbedded } from './embedded.ts';
import { standIn } from './judge.ts';
import { openHost } from './serve.ts';

it('a watch from a version that the server does not have is told so: 410', async () => {
  const host = await openHost();
  const cluster = await startEmbedded(host, standIn);
  const connection = connect({ kubeconfig: cluster.kubeconfig });
  onTestFinished(async () => {
    connection.close();
    await cluster.close();
    host.close();
  });
  const path = '/api/v1/namespaces/default/pods';
  const query = { watch: true, resourceVersion: 999_999_999 };
  const events: unknown[] = [];

  for await (const line of connection.api.lines({ method: 'GET', path, query, what: 'watch pods' }, 60))
    events.push(JSON.parse(line));

  expect(events).toMatchObject([{ type: 'ERROR', object: { code: 410 } }]);
});
