import { isCertificateError } from '../certificate-errors.ts';
import type { Clock } from '../clock.ts';
import { TagboatError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { type Exchange, exchangeOnce, type HttpAnswer, StaleConnectionError } from './http-exchange.ts';
import type { Limits } from './limits.ts';
import { followRedirect } from './redirect.ts';
import { statusError } from './status-error.ts';
import { words } from './words.ts';

/** Sent as basic authentication with every request, and to no other host. */
export type GitCredentials = { readonly username: string; readonly password: string };

type GitRequest = {
  readonly method: 'GET' | 'POST';
  /** Where the repository is, without a slash at its end. */
  readonly base: string;
  /** Behind it: `/info/refs`, `/git-upload-pack`, `/git-receive-pack`. */
  readonly suffix: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
};

export type GitAnswer = {
  readonly body: Buffer;
  readonly contentType: string;
  /** Where the repository turned out to be. */
  readonly base: string;
  /** The request was sent twice, and the first one may have arrived. */
  readonly repeated: boolean;
};

/** HTTP as Git uses it. Only a 200 is an answer; everything else is thrown. */
export type Transport = {
  /** @throws TagboatError `git-unreachable`, `git-denied`, `git-not-found`, `git-protocol`, `git-too-large`, `git-push-refused` */
  send(request: GitRequest): Promise<GitAnswer>;
  /** Makes a message of the server safe to show. */
  words(text: string): string;
};

type TransportOptions = {
  readonly credentials?: GitCredentials | undefined;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal?: AbortSignal | undefined;
};

const maxRedirects = 5;
const userAgent = 'git/2.0 (tagboat)';

const basicAuthorization = ({ username, password }: GitCredentials): string =>
  `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;

const unreachable = (host: string, why: string, cause: unknown): TagboatError =>
  new TagboatError('git-unreachable', `the Git server ${host} ${why}`, { cause });

/** Names the failure without quoting it: messages of node:http can hold the request. */
const failureOf = (error: unknown, host: string, timer: AbortSignal, limits: Limits): TagboatError => {
  if (error instanceof TagboatError) return error;
  if (timer.aborted) return unreachable(host, `did not answer within ${limits.requestTimeoutMs} ms`, error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no code';
  if (code === 'ABORT_ERR') return unreachable(host, 'was not waited for any longer', error);
  if (code.startsWith('Z_'))
    return new TagboatError('git-protocol', 'the answer does not decompress', { cause: error });
  if (isCertificateError(error))
    return new TagboatError(
      'git-unreachable',
      `the certificate of the Git server ${host} cannot be trusted (${code})`,
      {
        cause: error,
        retry: 'terminal',
      },
    );
  return unreachable(host, `cannot be reached, or broke off (${code})`, error);
};

export const createTransport = (options: TransportOptions): Transport => {
  const { credentials, limits, clock, logger } = options;
  const secrets =
    credentials === undefined
      ? []
      : [
          credentials.password || credentials.username,
          basicAuthorization(credentials).slice('Basic '.length),
        ];

  const exchange = async (
    request: GitRequest,
    url: URL,
  ): Promise<{ answer: HttpAnswer; repeated: boolean }> => {
    const timer = AbortSignal.timeout(limits.requestTimeoutMs);
    const details: Exchange = {
      method: request.method,
      url,
      headers: {
        accept: '*/*',
        'accept-encoding': 'gzip',
        'user-agent': userAgent,
        ...request.headers,
        ...(credentials === undefined ? {} : { authorization: basicAuthorization(credentials) }),
      },
      body: request.body,
      signal: options.signal === undefined ? timer : AbortSignal.any([timer, options.signal]),
      maxBytes: limits.responseBytes,
    };
    try {
      return { answer: await exchangeOnce(details, false), repeated: false };
    } catch (error) {
      if (!(error instanceof StaleConnectionError)) throw failureOf(error, url.host, timer, limits);
    }
    try {
      return { answer: await exchangeOnce(details, true), repeated: true };
    } catch (error) {
      throw failureOf(error, url.host, timer, limits);
    }
  };

  return {
    words: (text) => words(text, secrets),
    send: async (request) => {
      let url = new URL(`${request.base}${request.suffix}${request.query ?? ''}`);
      for (let hop = 0; hop <= maxRedirects; hop += 1) {
        const started = clock.now();
        const { answer, repeated } = await exchange(request, url);
        const { status, headers, body } = answer;
        const milliseconds = clock.now() - started;
        const fields = { host: url.host, request: request.suffix, status, bytes: body.length, milliseconds };
        logger.debug('git request', fields);
        const contentType = (headers['content-type'] ?? '').split(';', 1)[0]?.trim() ?? '';
        if (status === 200) {
          const base = `${url.origin}${url.pathname.slice(0, -request.suffix.length)}`;
          return { body, contentType, base, repeated };
        }
        const next = followRedirect(url, { status, location: headers.location }, request.suffix);
        if (next === undefined) {
          const said = contentType === 'text/plain' ? words(body.toString('utf8'), secrets) : '';
          throw statusError(answer, said, {
            now: clock.now(),
            pushing: request.suffix === '/git-receive-pack',
          });
        }
        url = next;
      }
      throw new TagboatError('git-not-found', `${url.host} redirects in circles`);
    },
  };
};
