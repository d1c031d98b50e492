import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { splitCgiOutput } from '../../../infra/local/emulators/git-server/cgi-head.ts';
import { findBackend } from '../../../infra/local/emulators/git-server/find-backend.ts';
import { withoutConfiguration } from './environment.ts';
import { runCommand } from './shell.ts';

export type SeenRequest = {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
};

export type GitServer = {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  readonly requests: SeenRequest[];
  /** What a test wants in the place of the real answer; true: it has answered. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;
  close(): Promise<void>;
};

export type GitServerOptions = {
  /** Holds `<name>.git`. */
  readonly directory: string;
  readonly credentials?: { readonly username: string; readonly password: string };
  /** False: the server answers as one that knows nothing of protocol version 2. */
  readonly protocol2?: boolean;
};

export const listen = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

export const closeServer = async (server: Server): Promise<void> => {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
};

const isAllowed = (request: IncomingMessage, options: GitServerOptions): boolean => {
  if (options.credentials === undefined) return true;
  const { username, password } = options.credentials;
  const expected = Buffer.from(`${username}:${password}`).toString('base64');
  return request.headers.authorization === `Basic ${expected}`;
};

type BackendOptions = GitServerOptions & {
  /** Path of git-http-backend: by way of `git`, each request is one more process. */
  readonly backend: string;
};

export const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

/** CGI, RFC 3875: headers and a blank line in front of the body, the status among the headers. */
const runBackend = async (
  request: IncomingMessage,
  response: ServerResponse,
  options: BackendOptions,
): Promise<void> => {
  const input = await readBody(request);
  const url = new URL(request.url ?? '/', 'http://localhost');
  const protocol = request.headers['git-protocol'];
  const { stdout } = await runCommand({
    command: [options.backend],
    env: {
      ...withoutConfiguration,
      GIT_PROJECT_ROOT: options.directory,
      GIT_HTTP_EXPORT_ALL: '1',
      REMOTE_USER: 'tester',
      REQUEST_METHOD: request.method,
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      CONTENT_LENGTH: String(input.length),
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: options.protocol2 === false ? undefined : protocol?.toString(),
    },
    input,
  });
  const output = splitCgiOutput(stdout);
  for (const [name, value] of output?.headers ?? []) response.setHeader(name, value);
  response.writeHead(output?.status ?? 500).end(output?.body);
};

/** A server that keeps what it is asked, and lets a test answer in its place. */
export const serveGit = async (
  answer: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>,
): Promise<GitServer> => {
  const requests: SeenRequest[] = [];
  const server = createServer(async (request, response) => {
    requests.push({
      method: request.method ?? '',
      url: request.url ?? '',
      authorization: request.headers.authorization,
    });
    if (!(await started.intercept(request, response))) await answer(request, response);
  });
  const started: GitServer = {
    origin: await listen(server),
    requests,
    intercept: () => false,
    close: () => closeServer(server),
  };
  return started;
};

/** `git http-backend` behind HTTP, as any Git host runs it. */
export const startGitServer = (options: GitServerOptions): Promise<GitServer> => {
  const backend = findBackend();
  return serveGit(async (request, response) => {
    if (isAllowed(request, options)) await runBackend(request, response, { ...options, backend });
    else response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
  });
};
