import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connect } from '../../lib/cluster/connect.ts';
import type { AgreementCluster } from './cluster.ts';
import { createArena } from './contests/arena.ts';
import { interruptedContests } from './contests/interrupted.ts';
import { startEmbedded } from './embedded.ts';
import { hasKubectl, unlessInstalled } from './kubectl.ts';

// They mostly wait.
vi.setConfig({ maxConcurrency: 10 });

describe
  .skipIf(!hasKubectl)
  .concurrent(`kubectl and the poller whose watches are interrupted${unlessInstalled}`, () => {
    let cluster: AgreementCluster;
    beforeAll(async () => {
      cluster = await startEmbedded();
    });
    afterAll(async () => {
      await cluster.close();
    });

    interruptedContests(createArena(() => cluster));

    it('a watch from a version that the server does not have is told so: 410', async () => {
      const connection = connect({ kubeconfig: cluster.kubeconfig });
      const path = '/api/v1/namespaces/default/pods';
      const query = { watch: true, resourceVersion: 999_999_999 };
      const events: unknown[] = [];
      try {
        for await (const line of connection.api.lines({ method: 'GET', path, query, what: 'watch pods' }, 5))
          events.push(JSON.parse(line));
      } finally {
        connection.close();
      }
      expect(events).toMatchObject([{ type: 'ERROR', object: { code: 410 } }]);
    });
  });
