import type { IncomingMessage, ServerResponse } from 'node:http';
import { RegistryError } from './errors.ts';

/** One request and its response, as the routes see them. */
export type Exchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
};

type Headers = Readonly<Record<string, string | number>>;

export const send = (
  { request, response }: Exchange,
  status: number,
  headers: Headers = {},
  body: Uint8Array | string = '',
): void => {
  // What is left of a body that is not wanted any more; else a client that still writes would see a broken connection.
  request.resume();
  const length = status === 204 ? {} : { 'content-length': Buffer.byteLength(body) };
  response.writeHead(status, { ...length, ...headers });
  response.end(request.method === 'HEAD' ? undefined : body);
};

export const sendJson = (exchange: Exchange, status: number, value: unknown): void =>
  send(exchange, status, { 'content-type': 'application/json' }, `${JSON.stringify(value)}\n`);

/** Answers with the error document of the specification. */
export const sendError = (exchange: Exchange, { status, code, message, detail }: RegistryError): void =>
  sendJson(exchange, status, { errors: [{ code, message, detail }] });

/** @throws RegistryError `UNSUPPORTED` */
export const methodNotAllowed = ({ request, response }: Exchange, allowed: string): never => {
  response.setHeader('allow', allowed);
  throw new RegistryError('UNSUPPORTED', `${request.method ?? ''} is not supported here`);
};
