import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, vi } from 'vitest';
import { kubeconfigFor, startEmbeddedCluster } from '../../infra/local/cluster/cluster.ts';
import { createBoth, selfSignedCertificate, serveBoth } from '../../infra/local/tls.ts';
import type { Theatre } from './stage.ts';
import { describeScenarios } from './suite.ts';

// They mostly wait.
vi.setConfig({ maxConcurrency: 40 });

const digest = `sha256:${'a1'.repeat(32)}`;

const denied =
  'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed';

let theatre: Theatre;
let close: () => Promise<void>;

beforeAll(async () => {
  const cluster = await startEmbeddedCluster({
    timings: { pullMs: 5, startMs: 5, readyMs: 30, terminateMs: 10, backoffMs: 600 },
    resolveImage: async (reference) => {
      if (reference.endsWith('-denied')) throw new Error(denied);
      return reference.endsWith('-bad') ? undefined : { digest };
    },
  });
  const certificate = selfSignedCertificate(['127.0.0.1']);
  const server = serveBoth(createBoth(certificate, cluster.handle));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const kubeconfig = kubeconfigFor({
    server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: cluster.token,
    certificateAuthority: certificate.cert,
  });
  theatre = { kubeconfig, haste: 15, timeout: 60 };
  close = async () => {
    await cluster.close();
    await new Promise((resolve) => server.close(resolve));
  };
});
afterAll(() => close());

describeScenarios('embedded', () => theatre);
