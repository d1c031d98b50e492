import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { Logger } from '../../../../lib/logger.ts';
import { maxHeadBytes, splitCgiOutput } from './cgi-head.ts';
import { gitEnvironment } from './git.ts';

/** One request for one repository. */
type BackendRequest = {
  /** Path of git-http-backend. */
  readonly backend: string;
  /** Absolute path of the bare repository. */
  readonly repository: string;
  /** What follows the repository in the URL, decoded: `/info/refs`. */
  readonly pathInfo: string;
  /** Without `?`. */
  readonly query: string;
  /** Whom pushes are recorded for. */
  readonly user: string;
  readonly logger: Logger;
};

const maxDiagnosticBytes = 8 * 1024;

/**
 * Hands a request to `git http-backend` as a CGI program, streaming both ways, and ends the program when the client
 * goes away. https://git-scm.com/docs/git-http-backend
 */
export const runBackend = (
  request: IncomingMessage,
  response: ServerResponse,
  { backend, repository, pathInfo, query, user, logger }: BackendRequest,
): void => {
  const child = spawn(backend, [], {
    env: {
      ...gitEnvironment(),
      ...cgiVariables(request),
      GIT_PROJECT_ROOT: repository,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: pathInfo,
      QUERY_STRING: query,
      REMOTE_USER: user,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const fail = (message: string, fields: Readonly<Record<string, unknown>>): void => {
    logger.error(message, { pathInfo, ...fields });
    if (response.headersSent) response.destroy();
    else response.writeHead(500, { 'content-type': 'text/plain' }).end(`${message}\n`);
  };

  response.once('close', () => {
    // The client went away. http-backend passes the signal on to the program it started.
    if (!response.writableFinished) child.kill('SIGTERM');
  });
  // The backend may answer, and end, before it has read everything; the rest of the body is of no interest then.
  child.stdin.on('error', () => request.resume());
  request.on('error', () => child.kill('SIGTERM'));
  request.pipe(child.stdin);

  const diagnostics = collect(child.stderr);
  child.once('error', (error) => fail('git http-backend could not be started', { reason: error.message }));
  child.once('close', (exitCode, signal) => {
    const said = diagnostics();
    if (said !== '') logger.warn('git http-backend said', { pathInfo, said });
    if (!response.headersSent && !response.destroyed)
      fail('git http-backend ended without an answer', { exitCode, signal });
  });
  relay(child.stdout, response, () => {
    child.kill('SIGTERM');
    fail('git http-backend did not write a head', {});
  });
};

/** The variables of RFC 3875 that http-backend reads, but for the ones that depend on the repository. */
const cgiVariables = (request: IncomingMessage): Record<string, string> => {
  const variables: Record<string, string> = {
    REQUEST_METHOD: request.method ?? 'GET',
    REMOTE_ADDR: request.socket.remoteAddress ?? '',
    SERVER_PROTOCOL: `HTTP/${request.httpVersion}`,
  };
  const set = (name: string, value: string | string[] | undefined): void => {
    if (typeof value === 'string') variables[name] = value;
  };
  set('CONTENT_TYPE', request.headers['content-type']);
  // Absent for a chunked body: http-backend then reads to the end.
  set('CONTENT_LENGTH', request.headers['content-length']);
  set('HTTP_CONTENT_ENCODING', request.headers['content-encoding']);
  set('HTTP_ACCEPT_ENCODING', request.headers['accept-encoding']);
  set('GIT_PROTOCOL', request.headers['git-protocol']);
  return variables;
};

/** Writes the head as soon as it is complete, then lets the rest flow with the client's speed. */
const relay = (output: Readable, response: ServerResponse, onNoHead: () => void): void => {
  let pending = Buffer.alloc(0);
  const onData = (chunk: Buffer): void => {
    pending = Buffer.concat([pending, chunk]);
    const parts = splitCgiOutput(pending);
    if (parts === undefined) {
      if (pending.length <= maxHeadBytes) return;
      output.off('data', onData);
      // Not read to its end: what the program started may outlive it, and write for ever
      output.destroy();
      onNoHead();
      return;
    }
    output.off('data', onData);
    output.pause();
    for (const [name, value] of parts.headers) response.setHeader(name, value);
    response.writeHead(parts.status);
    if (parts.body.length > 0) output.unshift(parts.body);
    output.pipe(response);
  };
  output.on('data', onData);
};

const collect = (stream: Readable): (() => string) => {
  const chunks: Buffer[] = [];
  let length = 0;
  stream.on('data', (chunk: Buffer) => {
    if (length < maxDiagnosticBytes) chunks.push(chunk);
    length += chunk.length;
  });
  return () => Buffer.concat(chunks).toString('utf8').slice(0, maxDiagnosticBytes).trim();
};
