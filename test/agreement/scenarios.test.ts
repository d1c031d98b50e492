import { afterAll, beforeAll, beforeEach, describe, vi } from 'vitest';
import type { AgreementCluster } from './cluster.ts';
import { startEmbedded } from './embedded.ts';
import { hasKubectl, unlessInstalled } from './kubectl.ts';

// They mostly wait, some for 8 s.
vi.setConfig({ maxConcurrency: 40, testTimeout: 60_000 });

/** Waits for 20 s of a real clock; agreement.test.ts has the same on a faster one. */
const tooSlow = 'an image that cannot be pulled fails before the timeout, with the registry’s words';

// What is meant for any cluster runs on the embedded one too: it behaves as a real one does.
describe.skipIf(!hasKubectl)(`on the embedded cluster${unlessInstalled}`, async () => {
  const before = { KUBECONFIG: process.env.KUBECONFIG, KUBECACHEDIR: process.env.KUBECACHEDIR };
  let cluster: AgreementCluster;
  beforeAll(async () => {
    cluster = await startEmbedded();
    process.env.KUBECONFIG = cluster.kubeconfigFile;
    process.env.KUBECACHEDIR = cluster.cacheDirectory;
  });
  afterAll(async () => {
    for (const [name, value] of Object.entries(before))
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    await cluster.close();
  });
  beforeEach(({ task, skip }) => skip(task.name === tooSlow, 'takes 20 s'));

  await import('../realcluster/rollouts.test.ts');
  await import('../realcluster/delivery.test.ts');
});
