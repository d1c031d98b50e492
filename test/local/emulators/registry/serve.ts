import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Served = AsyncDisposable & {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
};

/** A handler on a real server, on a free port of the loopback interface. */
export const serve = async (handle: RequestListener): Promise<Served> => {
  const server = createServer(handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { url: `http://127.0.0.1:${port}`, port, close, [Symbol.asyncDispose]: close };
};
