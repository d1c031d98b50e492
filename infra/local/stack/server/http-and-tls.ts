import { createServer as createHttpServer, type Server as HttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import { createServer, type Server, type Socket } from 'node:net';
import type { Certificate } from '@tagboat/embedded-cluster';

/** The first byte of a TLS record that holds a handshake. */
const tlsHandshake = 0x16;

/**
 * One TCP port for both: a connection whose first byte starts a TLS handshake goes to the `tls` server, any other to `http`.
 * kubectl sends credentials over https only, while everything else on the local stack is plain http.
 * @returns a server to `listen` on; closing it ends every connection. The two servers handed in never listen themselves.
 */
export const serveBoth = (servers: { readonly http: HttpServer; readonly tls: HttpsServer }): Server => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.once('data', (first) => {
      const target = first[0] === tlsHandshake ? servers.tls : servers.http;
      socket.pause();
      socket.unshift(first);
      target.emit('connection', socket);
      // The target reads from the next turn on, once its own listeners stand.
      process.nextTick(() => socket.resume());
    });
  });
  const close = server.close.bind(server);
  server.close = (callback) => {
    close(callback);
    for (const socket of sockets) socket.destroy();
    return server;
  };
  return server;
};

/** Both servers around one listener, ready for `serveBoth`. */
export const createBoth = (
  certificate: Certificate,
  listener: RequestListener,
): { readonly http: HttpServer; readonly tls: HttpsServer } => ({
  http: createHttpServer(listener),
  tls: createHttpsServer(certificate, listener),
});
