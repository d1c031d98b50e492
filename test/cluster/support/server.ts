import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSimulatedTime, type SimulatedTime, watchTraffic } from '@tagboat/embedded-cluster';
import { type Cluster, connect } from '../../../lib/cluster/connect/connect.ts';
import { now } from './fixture.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => void;

export type TestServer = {
  readonly cluster: Cluster;
  /** `GET /api/v1/…?watch=true…` of each request, in order. */
  readonly requests: readonly {
    readonly method: string;
    readonly url: URL;
    readonly headers: IncomingMessage['headers'];
  }[];
  /** Connections on which a response is still being sent. */
  openResponses(): number;
  /** Stands still until it is let go by, which it does as soon as all that is asked is answered. */
  readonly time: SimulatedTime;
};

export const kubeconfigOf = (server: string, user: Record<string, unknown> = { token: 't0ken' }): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });

/** Runs a test against a real HTTP server on a free port of the loopback interface. */
export const withServer = async (
  handler: Handler,
  use: (server: TestServer) => Promise<void>,
  options: { readonly timeoutMs?: number } = {},
): Promise<void> => {
  const requests: { method: string; url: URL; headers: IncomingMessage['headers'] }[] = [];
  let open = 0;
  let port = 0;
  const traffic = watchTraffic((request) => request.getHeader('host') === `127.0.0.1:${port}`);
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    requests.push({ method: request.method ?? '', url, headers: request.headers });
    open++;
    response.on('close', () => open--);
    traffic.seen(request, response);
    handler(request, response, url);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
  const time = createSimulatedTime(() => ({ busy: !traffic.isQuiet(), count: traffic.count() }), now);
  const cluster = connect({ kubeconfig: kubeconfigOf(`http://127.0.0.1:${port}`), ...options });
  try {
    await use({ cluster, requests, openResponses: () => open, time });
  } finally {
    cluster.close();
    time.close();
    traffic.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
};

export const sendJson = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};
