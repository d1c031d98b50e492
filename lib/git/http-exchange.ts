import { Agent, type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps, Agent as TlsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import { createGunzip, createInflate } from 'node:zlib';
import { TagboatError } from '../errors.ts';
import { proxyEnv } from '../http/proxy.ts';
import { protocolError } from './protocol-error.ts';

export type Exchange = {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer | undefined;
  /** Ends the exchange, whatever it is doing. */
  readonly signal: AbortSignal;
  /** Bytes of a 200's body, before and after decompression; of another body only the beginning is read. */
  readonly maxBytes: number;
};

export type HttpAnswer = {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
};

/**
 * A kept connection ended before any answer came: most likely it was closed before the request was written to it. The
 * server may still have received the request.
 */
export class StaleConnectionError extends Error {}

/** How much of the body of an error is worth reading. */
const maxErrorBytes = 4096;

/** Connections outlive an invocation, which saves the next one the TLS handshake. Idle ones keep no process alive. */
const agents = {
  'http:': new Agent({ keepAlive: true, scheduling: 'lifo', proxyEnv }),
  'https:': new TlsAgent({ keepAlive: true, scheduling: 'lifo', proxyEnv }),
} as const;

/** For one request, on a connection of its own. */
const freshAgent = (secure: boolean): Agent =>
  secure ? new TlsAgent({ proxyEnv }) : new Agent({ proxyEnv });

const tooLarge = (maxBytes: number): TagboatError =>
  new TagboatError('git-too-large', `the Git server sent more than ${maxBytes} bytes`);

/** Undoes the Content-Encoding; whatever breaks in either stream breaks the one returned. */
const decoded = (response: IncomingMessage): Readable => {
  const encoding = (response.headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding === 'identity') return response;
  if (encoding !== 'gzip' && encoding !== 'x-gzip' && encoding !== 'deflate')
    throw protocolError(`the Git server answered in the unknown encoding ${JSON.stringify(encoding)}`);
  const decoder = encoding === 'deflate' ? createInflate() : createGunzip();
  response.once('error', (error) => decoder.destroy(error));
  response.once('aborted', () => decoder.destroy(new Error('the connection was closed within the answer')));
  return response.pipe(decoder);
};

const readBody = async (response: IncomingMessage, maxBytes: number): Promise<Buffer> => {
  const complete = response.statusCode === 200;
  if (complete && Number(response.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of decoded(response) as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (complete && length > maxBytes) throw tooLarge(maxBytes);
    if (!complete && length > maxErrorBytes) break;
  }
  return Buffer.concat(chunks);
};

const send = (exchange: Exchange, fresh: boolean): ClientRequest => {
  const secure = exchange.url.protocol === 'https:';
  const agent = fresh ? freshAgent(secure) : agents[secure ? 'https:' : 'http:'];
  const headers = { ...exchange.headers, 'content-length': String(exchange.body?.length ?? 0) };
  const options = { method: exchange.method, headers, agent, signal: exchange.signal };
  return (secure ? requestHttps : requestHttp)(exchange.url, options);
};

/**
 * One request and its answer, no redirects followed.
 * @param fresh on a connection of its own instead of a kept one
 * @throws StaleConnectionError where a kept connection turned out to be closed: send it again on a fresh one
 * @throws TagboatError `git-too-large`, `git-protocol`; and what node:http and node:zlib throw
 */
export const exchangeOnce = async (exchange: Exchange, fresh: boolean): Promise<HttpAnswer> => {
  const request = send(exchange, fresh);
  let response: IncomingMessage | undefined;
  try {
    response = await new Promise<IncomingMessage>((resolve, reject) => {
      request.once('response', resolve);
      // Not `once`: what breaks later breaks the response too, and is dealt with there
      request.on('error', (error) => {
        const stale = request.reusedSocket && !exchange.signal.aborted;
        reject(stale ? new StaleConnectionError('stale', { cause: error }) : error);
      });
      request.end(exchange.body);
    });
    const body = await readBody(response, exchange.maxBytes);
    return { status: response.statusCode ?? 0, headers: response.headers, body };
  } finally {
    // After a complete answer this does nothing: the connection went back to the agent
    if (response?.complete !== true) request.destroy();
  }
};
