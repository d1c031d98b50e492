import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Certificate } from '@tagboat/embedded-cluster';
import { TagboatError } from '../../../../lib/errors.ts';
import { respondJson, respondUnavailable } from '../../runtime/gateway/respond.ts';
import { createBoth, serveBoth } from './http-and-tls.ts';
import { isMeantForLoopback, isOfForeignPage, refuseForeignPage, refuseMisdirected } from './loopback.ts';

/** Takes a request and answers it, sooner or later. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** Longer than the AWS clients keep an idle connection, so that it is never closed under a request of theirs. */
const keepAliveMs = 120_000;

/**
 * Listens on the stack's one port, for HTTP and TLS.
 * @throws TagboatError `port-in-use`
 */
export const listen = async (options: {
  readonly host: string;
  readonly port: number;
  readonly certificate: Certificate;
}) => {
  let handler: RequestHandler = (_request, response) => respondUnavailable(response, { status: 'starting' });
  const both = createBoth(options.certificate, (request, response) => {
    // A socket that breaks off is its client's affair.
    request.on('error', () => {});
    const answer = refusalOf(request, options.host) ?? handler;
    (async () => answer(request, response))().catch(() => {
      if (response.headersSent) response.destroy();
      else respondJson(response, 500, { message: 'Internal Server Error' });
    });
  });
  for (const server of [both.http, both.tls]) {
    server.keepAliveTimeout = keepAliveMs;
    // A watch of kubectl, or an image layer, takes as long as it takes.
    server.requestTimeout = 0;
  }
  both.tls.on('tlsClientError', () => {});
  const server = serveBoth(both);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, options)));
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    /** From now on requests go here; until then they are answered 503. */
    handOver: (next: RequestHandler): void => {
      handler = next;
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
};

const refusalOf = (request: IncomingMessage, host: string): RequestHandler | undefined => {
  if (!isMeantForLoopback(request, host)) return refuseMisdirected;
  return isOfForeignPage(request, host) ? refuseForeignPage : undefined;
};

const listenError = (
  error: Error,
  { host, port }: { readonly host: string; readonly port: number },
): Error => {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return new TagboatError('port-in-use', `port ${port} of ${host} is taken`);
  if (code === 'EACCES') return new TagboatError('port-in-use', `port ${port} of ${host} may not be opened`);
  return error;
};
