import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What goes to and fro between a server and the clients (of node:http) that are in the same process. */
export type Traffic = {
  /** Told of every request that the server is handed. */
  seen(request: IncomingMessage, response: ServerResponse): void;
  /** How many it has been. */
  count(): number;
  /** Whether every request but for watches is answered, and all that was written by one side has been read by the other. */
  isQuiet(): boolean;
  close(): void;
};

/** `created` tells sooner; versions of Node before 22.12 have `start` only. */
const channels = ['http.client.request.created', 'http.client.request.start'];

const isWatch = (url = ''): boolean => /[?&]watch=(?:1|true)\b/.test(url);

/** @param isOurs whether a request goes to that server */
export const watchTraffic = (isOurs: (request: ClientRequest) => boolean): Traffic => {
  let count = 0;
  const unanswered = new Set<ClientRequest | ServerResponse>();
  const known = new WeakSet<ClientRequest>();
  const clients = new Set<Socket>();
  const servers = new Map<number | undefined, Socket>();

  const onRequest = (message: unknown): void => {
    const { request } = message as { readonly request: ClientRequest };
    if (known.has(request) || !isOurs(request)) return;
    known.add(request);
    unanswered.add(request);
    const settle = (): void => {
      unanswered.delete(request);
    };
    request
      .once('response', (response: IncomingMessage) => {
        if (isWatch(request.path)) settle();
        else response.once('close', settle);
      })
      .once('close', settle)
      .once('socket', (socket) => {
        // A connection is used again and again.
        if (clients.has(socket)) return;
        clients.add(socket);
        socket.once('close', () => clients.delete(socket));
      });
  };
  for (const channel of channels) subscribe(channel, onRequest);

  /** Nothing is on its way. */
  const hasArrived = (client: Socket): boolean => {
    if (client.destroyed || client.localPort === undefined) return true;
    const server = servers.get(client.localPort);
    if (server === undefined) return true;
    return (
      !server.destroyed &&
      server.bytesWritten === client.bytesRead &&
      client.bytesWritten === server.bytesRead
    );
  };

  return {
    seen: (request, response) => {
      count += 1;
      const { socket } = request;
      servers.set(socket.remotePort, socket);
      if (isWatch(request.url)) return;
      unanswered.add(response);
      response.once('close', () => unanswered.delete(response));
    },
    count: () => count,
    isQuiet: () => unanswered.size === 0 && [...clients].every(hasArrived),
    close: () => {
      for (const channel of channels) unsubscribe(channel, onRequest);
    },
  };
};
