import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from 'node:https';
import { TagboatError } from '../../errors.ts';
import { proxyEnv } from '../../http/proxy.ts';
import { fromNetwork } from './api-error.ts';

export type ApiRequest = {
  readonly method: 'GET' | 'PATCH' | 'POST' | 'DELETE';
  /** Absolute path on the API server, already escaped: `/api/v1/namespaces/default/pods`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  readonly body?: { readonly type: string; readonly value: unknown } | undefined;
  /** What is being done, for messages: `list pods in default`. */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
};

/** Opens a request and answers with its response once the headers are there; the body is still to be read. */
export type Open = (request: ApiRequest, timeoutMs: number) => Promise<IncomingMessage>;

/** `code` of a request that took too long. */
const timedOut = (timeoutMs: number): Error =>
  Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: 'ETIMEDOUT' });

const urlOf = (server: string, request: ApiRequest): URL => {
  const url = new URL(server + request.path);
  // A segment `..` goes up the path, however it came there: another object would be asked for, or changed.
  if (!url.pathname.endsWith(request.path))
    throw new TagboatError('cluster-refused', `${request.what}: no path of the API: ${request.path}`);
  for (const [key, value] of Object.entries(request.query ?? {}))
    if (value !== undefined) url.searchParams.set(key, String(value));
  return url;
};

/**
 * Requests over node:http(s), which leave bodies as they are. The generated clients of the SDK do not: they drop every
 * field that they do not know, and would so remove fields from a manifest. Connections are kept alive.
 * @param credentials TLS material, Authorization header and, for a proxy, the agent: from the KubeConfig
 */
export const createTransport = (
  server: string,
  credentials: () => Promise<RequestOptions>,
  proxied: boolean,
): { readonly open: Open; readonly close: () => void } => {
  const secure = server.startsWith('https:');
  const keepAlive = secure
    ? new HttpsAgent({ keepAlive: true, proxyEnv })
    : new HttpAgent({ keepAlive: true, proxyEnv });

  const attempt = async (
    request: ApiRequest,
    timeoutMs: number,
    retried: boolean,
  ): Promise<IncomingMessage> => {
    const shared = await credentials();
    request.signal?.throwIfAborted();
    const payload = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body.value));
    const options: RequestOptions = {
      ...shared,
      method: request.method,
      agent: proxied ? shared.agent : keepAlive,
      signal: request.signal,
      headers: {
        ...shared.headers,
        accept: 'application/json',
        'user-agent': 'tagboat',
        ...(payload === undefined
          ? {}
          : { 'content-type': request.body?.type, 'content-length': payload.length }),
      },
    };
    return await new Promise((resolve, reject) => {
      const outgoing = (secure ? httpsRequest : httpRequest)(urlOf(server, request), options, (response) => {
        clearTimeout(timer);
        resolve(response);
      });
      const timer = setTimeout(() => outgoing.destroy(timedOut(timeoutMs)), timeoutMs);
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        if (request.signal?.aborted === true) reject(request.signal.reason);
        // A kept-alive connection that the server had closed meanwhile, usual after a function was frozen. Every
        // request made here can be sent twice.
        else if (!retried && outgoing.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(error.code ?? ''))
          resolve(attempt(request, timeoutMs, true));
        else reject(fromNetwork(request.what, server, error));
      });
      outgoing.end(payload);
    });
  };

  return {
    open: (request, timeoutMs) => attempt(request, timeoutMs, false),
    close: () => keepAlive.destroy(),
  };
};
