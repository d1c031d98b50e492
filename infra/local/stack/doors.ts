import type { IncomingMessage } from 'node:http';
import type { GitServer } from '../emulators/git-server/git-server.ts';
import type { LocalRegistry } from '../emulators/registry/registry.ts';
import type { SlackInbox } from '../emulators/slack/inbox.ts';
import { respondJson } from '../runtime/gateway/respond.ts';
import type { LocalCluster } from './cluster.ts';
import type { Emulators } from './emulators.ts';
import type { Door } from './front-door.ts';

export type Doors = {
  readonly emulators: Emulators;
  readonly registry: LocalRegistry;
  readonly git: GitServer;
  readonly cluster: LocalCluster;
  readonly slack: SlackInbox;
  readonly gateway: { readonly handle: Door };
  /** What `GET /healthz` answers. */
  readonly health: () => unknown;
  /** What `GET /` answers. */
  readonly index: string;
};

/** Everything on one port: finds the part that a request is for. What is nobody's is for the functions' gateway. */
export const createDoor =
  (doors: Doors): Door =>
  (request, response) =>
    find(doors, request)(request, response);

const find = (doors: Doors, request: IncomingMessage): Door => {
  const emulator = doors.emulators.doorFor(request);
  if (emulator !== undefined) return emulator;
  const pathname = (request.url ?? '/').split('?')[0] ?? '/';
  if (pathname === '/' && (request.method === 'GET' || request.method === 'HEAD'))
    return (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(doors.index);
    };
  if (pathname === '/healthz') return (_request, response) => respondJson(response, 200, doors.health());
  if (pathname === '/v2' || pathname.startsWith('/v2/')) return doors.registry.handle;
  if (pathname.startsWith('/git/')) return doors.git.handle;
  if (pathname === '/local/slack' || pathname.startsWith('/local/slack/')) return doors.slack.handle;
  return doors.cluster.doorFor(pathname) ?? doors.gateway.handle;
};
