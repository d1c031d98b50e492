import { afterAll, beforeAll, describe, vi } from 'vitest';
import { type AgreementCluster, reachCluster } from '../agreement/cluster.ts';
import { createArena } from '../agreement/contests/arena.ts';
import { differentContests } from '../agreement/contests/different.ts';
import { failingContests } from '../agreement/contests/failing.ts';
import { goodContests } from '../agreement/contests/good.ts';
import { severalContests } from '../agreement/contests/several.ts';
import { kubeconfig } from './harness.ts';

// They mostly wait.
vi.setConfig({ maxConcurrency: 10 });

// The same contests as on the embedded cluster, but for those that break the watches in front of it.
describe.concurrent('kubectl and the poller on a cluster', () => {
  let cluster: AgreementCluster;
  beforeAll(async () => {
    cluster = await reachCluster({ kubeconfig: kubeconfig() });
  });
  afterAll(async () => {
    await cluster.close();
  });
  const arena = createArena(async () => ({ cluster, close: async () => undefined }));

  goodContests(arena);
  failingContests(arena);
  differentContests(arena);
  severalContests(arena);
});
