import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { startEmbeddedCluster } from '../../infra/local/cluster/cluster.ts';
import { type AgreementCluster, type Interruption, reachCluster } from './cluster.ts';
import { serve } from './serve.ts';

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

/** Passes everything on, and can break the watches that go through it. */
const createFront = (handle: RequestListener) => {
  const watches = new Map<ServerResponse, string>();
  return {
    handle: (request: IncomingMessage, response: ServerResponse): void => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'https://front');
      if (searchParams.has('watch')) {
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
 * An embedded cluster over TLS on a free port. Its registry lacks every tag with `bad` in it. kubectl and the poller
 * come to it through a front that can break their watches.
 */
export const startEmbedded = async (): Promise<AgreementCluster> => {
  const cluster = await startEmbeddedCluster({
    timings,
    resolveImage: async (reference) => (reference.includes(':bad') ? undefined : { digest }),
  });
  const front = createFront(cluster.handle);
  const [before, direct] = await Promise.all([
    serve(front.handle, cluster.token),
    serve(cluster.handle, cluster.token),
  ]);
  return await reachCluster({
    kubeconfig: before.kubeconfig,
    direct: direct.kubeconfig,
    interrupt: front.interrupt,
    close: async () => {
      await cluster.close();
      before.close();
      direct.close();
    },
  });
};
