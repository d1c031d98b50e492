import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { kubeconfigFor, selfSignedCertificate, startEmbeddedCluster } from '@tagboat/embedded-cluster';

const digest = `sha256:${'0'.repeat(64)}`;
const cluster = await startEmbeddedCluster({ resolveImage: async () => ({ digest }) });
const certificate = selfSignedCertificate(['127.0.0.1']);
const server = createServer(certificate, cluster.handle).listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
// In a file, the same text is what `kubectl --kubeconfig` takes.
const kubeconfig = kubeconfigFor({
  ...{ server: url, token: cluster.token },
  certificateAuthority: certificate.cert,
});

const config = new KubeConfig();
config.loadFromString(kubeconfig);
export const nodes = (await config.makeApiClient(CoreV1Api).listNode()).items;

await cluster.close();
server.close();
