import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { GitServer } from '../../../infra/local/emulators/git-server/git-server.ts';

/** What went over the wire, HTTP's own lines included. */
export type Traffic = { readonly requests: number; readonly down: number; readonly up: number };

/** A door in front of a Git server that counts, and lets every request wait for so many milliseconds. */
export const serve = async (git: GitServer, latencyMs: number) => {
  const sockets = new Set<Socket>();
  let requests = 0;
  const server = createServer(async (request, response) => {
    requests += 1;
    if (latencyMs > 0) await delay(latencyMs);
    git.handle(request, response);
  });
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sum = (pick: (socket: Socket) => number): number =>
    [...sockets].reduce((total, socket) => total + pick(socket), 0);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/git/config.git`,
    traffic: (): Traffic => ({
      requests,
      down: sum((socket) => socket.bytesWritten),
      up: sum((socket) => socket.bytesRead),
    }),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

export const difference = (before: Traffic, after: Traffic): Traffic => ({
  requests: after.requests - before.requests,
  down: after.down - before.down,
  up: after.up - before.up,
});
