import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

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

/** CGI, RFC 3875: headers and a blank line in front of the body, the status among the headers. */
const runBackend = (request: IncomingMessage, response: ServerResponse, options: GitServerOptions): void => {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const protocol = request.headers['git-protocol'];
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_PROJECT_ROOT: options.directory,
      GIT_HTTP_EXPORT_ALL: '1',
      REMOTE_USER: 'tester',
      REQUEST_METHOD: request.method,
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      ...(request.headers['content-length'] === undefined
        ? {}
        : { CONTENT_LENGTH: request.headers['content-length'] }),
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      ...(typeof protocol === 'string' && options.protocol2 !== false ? { GIT_PROTOCOL: protocol } : {}),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => {});
  request.pipe(child.stdin);
  let head: Buffer | undefined = Buffer.alloc(0);
  child.stdout.on('data', (chunk: Buffer) => {
    if (head === undefined) {
      response.write(chunk);
      return;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end === -1) return;
    for (const line of head.toString('latin1', 0, end).split('\r\n')) {
      const [name = '', value = ''] = line.split(/:\s*/, 2);
      if (name.toLowerCase() === 'status') response.statusCode = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.write(head.subarray(end + 4));
    head = undefined;
  });
  child.on('close', () => response.end());
};

/** `git http-backend` behind HTTP, as any Git host runs it. */
export const startGitServer = async (options: GitServerOptions): Promise<GitServer> => {
  const requests: SeenRequest[] = [];
  const server = createServer(async (request, response) => {
    requests.push({
      method: request.method ?? '',
      url: request.url ?? '',
      authorization: request.headers.authorization,
    });
    if (await started.intercept(request, response)) return;
    if (isAllowed(request, options)) runBackend(request, response, options);
    else response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
  });
  const started: GitServer = {
    origin: await listen(server),
    requests,
    intercept: () => false,
    close: () => closeServer(server),
  };
  return started;
};
