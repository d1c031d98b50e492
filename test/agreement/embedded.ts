import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { startSimulatedCluster } from '@tagboat/embedded-cluster';
import { observerAgent } from './access.ts';
import { type AgreementCluster, type Interruption, reachCluster } from './cluster.ts';
import type { Judge } from './judge.ts';
import type { Host } from './serve.ts';

const timings = { pullMs: 5, startMs: 5, readyMs: 30, terminateMs: 20, backoffMs: 100 };
const digest = `sha256:${'a1'.repeat(32)}`;

/** What a real API server writes into a watch whose version it no longer has. */
const gone = {
  type: 'ERROR',
  object: {
    ...{ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' },
    ...{ message: 'too old resource version: 1 (2)', reason: 'Expired', code: 410 },
  },
};

/** Passes everything on, and can break the watches of kubectl and the poller. */
const createProxy = (handle: RequestListener) => {
  const watches = new Map<ServerResponse, string>();
  return {
    handle: (request: IncomingMessage, response: ServerResponse): void => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'https://proxy');
      if (searchParams.has('watch') && request.headers['user-agent'] !== observerAgent) {
        watches.set(response, pathname);
        response.on('close', () => watches.delete(response));
      }
      handle(request, response);
    },
    interrupt: (namespace: string, how: Interruption): void => {
      for (const [response, path] of watches) {
        if (!path.includes(`/namespaces/${namespace}/`)) continue;
        if (how === 'closed') response.destroy();
        else response.end(`${JSON.stringify(gone)}\n`);
      }
    },
  };
};

/**
 * An embedded cluster whose time is simulated. Its registry lacks every tag with `bad` in it. kubectl and the poller come
 * to it through a proxy that can break their watches.
 * @param cacheDirectory kubectl's, for all clusters of the host
 */
export const startEmbedded = async (
  host: Host,
  judge: Judge,
  cacheDirectory?: string,
): Promise<AgreementCluster> => {
  const cluster = await startSimulatedCluster({
    timings,
    resolveImage: async (reference) => (reference.includes(':bad') ? undefined : { digest }),
  });
  const { handle, interrupt } = createProxy(cluster.handle);
  const { close, ...kubeconfigs } = host.serve(handle, cluster.token);
  return await reachCluster({
    ...{ ...kubeconfigs, judge, interrupt },
    ...(cacheDirectory === undefined ? {} : { cacheDirectory }),
    time: { clock: () => cluster.time.clock, run: cluster.time.run },
    close: async () => {
      close();
      await cluster.close();
    },
  });
};
