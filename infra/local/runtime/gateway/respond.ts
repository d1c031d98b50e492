import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { errorCatalogue } from '../../../../lib/error-catalogue.ts';
import type { ErrorCode } from '../../../../lib/errors.ts';
import { retryLaterSeconds } from '../../../../lib/http/errors.ts';
import { isMapping } from '../../../../lib/mapping.ts';

/** Answers with JSON. */
export const respondJson = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void => {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': bytes.length,
    ...headers,
  });
  response.end(bytes);
};

/** 503, with when to come again. */
export const respondUnavailable = (response: ServerResponse, body: unknown): void =>
  respondJson(response, 503, body, { 'retry-after': String(retryLaterSeconds) });

/** An error of the stack itself, in the shape that the functions answer with. */
export const respondError = (response: ServerResponse, code: ErrorCode, message: string): void => {
  const { status, next } = errorCatalogue[code];
  respondJson(response, status, { error: { code, message, next, requestId: randomUUID() } });
};

/**
 * Sends what a function returned, by the rules of payload format 2.0: with a `statusCode` it is a response, without
 * one the whole value is the JSON body of a 200.
 * @returns false where API Gateway would not accept the value, and nothing was sent
 */
export const respondWith = (response: ServerResponse, value: unknown): boolean => {
  if (typeof value === 'string') {
    respondBytes(response, 200, { 'content-type': 'application/json' }, Buffer.from(value));
    return true;
  }
  if (!isMapping(value)) return false;
  if (!('statusCode' in value)) {
    respondJson(response, 200, value);
    return true;
  }
  const status = Number(value.statusCode);
  const { body } = value;
  if (!Number.isInteger(status) || status < 100 || status > 599) return false;
  if (body !== undefined && typeof body !== 'string') return false;
  const headers: Record<string, string | string[]> = {};
  if (isMapping(value.headers))
    for (const [name, header] of Object.entries(value.headers)) headers[name.toLowerCase()] = String(header);
  if (Array.isArray(value.cookies)) headers['set-cookie'] = value.cookies.map(String);
  if (headers['content-type'] === undefined && body !== undefined)
    headers['content-type'] = 'text/plain; charset=utf-8';
  const bytes = Buffer.from(body ?? '', value.isBase64Encoded === true ? 'base64' : 'utf8');
  respondBytes(response, status, headers, bytes);
  return true;
};

const respondBytes = (
  response: ServerResponse,
  status: number,
  headers: Record<string, string | string[]>,
  bytes: Buffer,
): void => {
  response.writeHead(status, { ...headers, 'content-length': bytes.length });
  response.end(bytes);
};
