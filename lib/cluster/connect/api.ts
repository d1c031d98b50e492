import type { IncomingMessage } from 'node:http';
import { systemClock } from '../../clock.ts';
import { TagboatError } from '../../errors.ts';
import { retryAfterSeconds } from '../../http/retry-after.ts';
import { jsonOrUndefined } from '../../json.ts';
import { fromNetwork, fromResponse } from './api-error.ts';
import type { ApiRequest, Open } from './transport.ts';

type RequestOptions = {
  /** false: the server's words may repeat a secret, and stay out of the error. */
  readonly quote?: boolean;
};

/** The JSON API of the API server. Every method throws the cluster errors of lib/errors.ts. */
export type Api = {
  json(request: ApiRequest, options?: RequestOptions): Promise<unknown>;
  text(request: ApiRequest): Promise<string>;
  /** The lines of a body that goes on for up to `seconds`: a watch. Ends when the server ends it. */
  lines(request: ApiRequest, seconds: number): AsyncGenerator<string, void, undefined>;
};

/** Far above any list that is read here; protects the function's memory where the URL is not an API server's. */
const maxBodyBytes = 64 * 1024 * 1024;

const readBody = async (response: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBodyBytes)
      throw Object.assign(new Error('the answer is larger than 64 MiB'), { code: 'EMSGSIZE' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

/** Splits a body at its newlines, as it arrives. What follows the last newline was cut off, and is dropped. */
async function* splitLines(response: IncomingMessage): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response as AsyncIterable<Buffer>) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > maxBodyBytes)
      throw Object.assign(new Error('a line of the watch is larger than 64 MiB'), { code: 'EMSGSIZE' });
    for (const line of lines) if (line !== '') yield line;
  }
}

const isSuccess = (response: IncomingMessage): boolean =>
  response.statusCode !== undefined && response.statusCode >= 200 && response.statusCode < 300;

/** Cuts a response off when it has not ended in time. */
const guard = (response: IncomingMessage, milliseconds: number): (() => void) => {
  const timer = setTimeout(
    () => response.destroy(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })),
    milliseconds,
  );
  return () => clearTimeout(timer);
};

/** @param timeoutMs for the headers, and again for the body */
export const createApi = (server: string, open: Open, timeoutMs: number): Api => {
  /** Reads a response to its end under a time limit; whatever goes wrong becomes a TagboatError. */
  async function* reading<T>(
    request: ApiRequest,
    milliseconds: number,
    body: (response: IncomingMessage) => AsyncIterable<T> | Iterable<T>,
    options: RequestOptions = {},
  ): AsyncGenerator<T, void, undefined> {
    const response = await open(request, timeoutMs);
    const stop = guard(response, isSuccess(response) ? milliseconds : timeoutMs);
    try {
      if (!isSuccess(response)) {
        const answer = {
          status: response.statusCode ?? 0,
          body: await readBody(response),
          retryAfterSeconds: retryAfterSeconds(response.headers['retry-after'], systemClock.now()),
        };
        throw fromResponse(request.what, answer, options.quote);
      }
      yield* body(response);
    } catch (error) {
      request.signal?.throwIfAborted();
      throw error instanceof TagboatError ? error : fromNetwork(request.what, server, error);
    } finally {
      stop();
      // Where reading stopped early, the connection is closed with what was not read.
      if (!response.complete) response.destroy();
    }
  }

  const text = async (request: ApiRequest, options?: RequestOptions): Promise<string> => {
    const once = async function* (response: IncomingMessage) {
      yield await readBody(response);
    };
    let body = '';
    for await (const whole of reading(request, timeoutMs, once, options)) body = whole;
    return body;
  };

  return {
    text: (request) => text(request),
    json: async (request, options) => {
      const value = jsonOrUndefined(await text(request, options));
      if (value === undefined)
        throw new TagboatError('cluster-unreachable', `${request.what}: ${server} does not answer in JSON`);
      return value;
    },
    // The server was asked to end the watch after so many seconds; a connection that died on the way never ends.
    lines: (request, seconds) => reading(request, seconds * 1000 + timeoutMs, splitLines),
  };
};
