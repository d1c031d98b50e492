import type { IncomingMessage } from 'node:http';
import type { GitServer } from '../../emulators/git-server/git-server.ts';
import type { LocalRegistry } from '../../emulators/registry/registry.ts';
import type { SlackServer } from '../../emulators/slack/server/server.ts';
import type { Agent } from '../../gitops/agent.ts';
import { handleAgent } from '../../gitops/agent-server.ts';
import { respondJson } from '../../runtime/gateway/respond.ts';
import type { AwsEmulators } from '../services/aws.ts';
import type { LocalCluster } from '../services/cluster.ts';
import type { RequestHandler } from './listener.ts';

type Routes = {
  readonly aws: AwsEmulators;
  readonly registry: LocalRegistry;
  readonly git: GitServer;
  readonly cluster: LocalCluster;
  readonly slack: SlackServer;
  readonly agent: Agent;
  readonly gateway: { readonly handle: RequestHandler };
  /** What `GET /healthz` answers. */
  readonly health: () => unknown;
  /** What `GET /` answers. */
  readonly index: string;
};

/** Everything on one port: finds the part that a request is for. What is left is for the functions' gateway. */
export const createRouter =
  (routes: Routes): RequestHandler =>
  (request, response) =>
    find(routes, request)(request, response);

const find = (routes: Routes, request: IncomingMessage): RequestHandler => {
  const service = routes.aws.handlerFor(request);
  if (service !== undefined) return service;
  const pathname = (request.url ?? '/').split('?')[0] ?? '/';
  if (pathname === '/' && (request.method === 'GET' || request.method === 'HEAD'))
    return (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(routes.index);
    };
  if (pathname === '/healthz') return (_request, response) => respondJson(response, 200, routes.health());
  if (pathname === '/v2' || pathname.startsWith('/v2/')) return routes.registry.handle;
  if (pathname.startsWith('/git/')) return routes.git.handle;
  if (pathname === '/local/slack' || pathname.startsWith('/local/slack/')) return routes.slack.handle;
  if (pathname === '/local/agent' || pathname.startsWith('/local/agent/'))
    return (asked, response) => void handleAgent(routes.agent, asked, response);
  return routes.cluster.handlerFor(pathname) ?? routes.gateway.handle;
};
