import { startSimulatedCluster } from '@tagboat/embedded-cluster';
import { afterAll, beforeAll } from 'vitest';
import { type Host, openHost } from '../agreement/serve.ts';
import { describeScenarios } from './suite.ts';

const timings = { pullMs: 100, startMs: 100, readyMs: 500, terminateMs: 200, backoffMs: 10_000 };
const digest = `sha256:${'a1'.repeat(32)}`;

const denied =
  'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed';

const resolveImage = async (reference: string) => {
  if (reference.endsWith('-denied')) throw new Error(denied);
  return reference.endsWith('-bad') ? undefined : { digest };
};

let host: Host;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());

// Each scenario has a cluster of its own, whose time goes by as soon as all else is done.
describeScenarios('embedded', async (run) => {
  const { handle, token, time, close } = await startSimulatedCluster({ timings, resolveImage });
  const served = host.serve(handle, token);
  try {
    return await time.run(
      run({ kubeconfig: served.kubeconfig, clock: () => time.clock, timeoutSeconds: 60 }),
    );
  } finally {
    served.close();
    await close();
  }
});
