import { afterAll, beforeAll, describe, vi } from 'vitest';
import { type AgreementCluster, reachCluster } from '../agreement/cluster.ts';
import { differentScenarios } from '../agreement/scenarios/different.ts';
import { failingScenarios } from '../agreement/scenarios/failing.ts';
import { goodScenarios } from '../agreement/scenarios/good.ts';
import { createHarness } from '../agreement/scenarios/harness.ts';
import { severalScenarios } from '../agreement/scenarios/several.ts';
import { kubeconfig } from './harness.ts';

// They mostly wait.
vi.setConfig({ maxConcurrency: 10 });

// The same scenarios as on the embedded cluster, but for those that break the watches in front of it.
describe.concurrent('kubectl and the poller on a cluster', () => {
  let cluster: AgreementCluster;
  beforeAll(async () => {
    cluster = await reachCluster({ kubeconfig: kubeconfig() });
  });
  afterAll(async () => {
    await cluster.close();
  });
  const harness = createHarness(async () => ({ cluster, close: async () => undefined }));

  goodScenarios(harness);
  failingScenarios(harness);
  differentScenarios(harness);
  severalScenarios(harness);
});
