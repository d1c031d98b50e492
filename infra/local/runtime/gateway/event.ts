import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { decode } from './routes.ts';

const textTypes = /^(?:text\/|application\/(?:json|javascript|xml)\b)/i;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * The event that an HTTP API hands to a function, payload format 2.0, with its peculiarities: header names in lower
 * case and repeated ones joined, cookies apart, and every body but plain text, JSON, JavaScript and XML in Base64,
 * form bodies included.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export const toEvent = (
  request: IncomingMessage,
  body: Buffer,
  match: { readonly routeKey: string; readonly parameters: Readonly<Record<string, string>> },
): APIGatewayProxyEventV2 => {
  const [rawPath = '/', ...rest] = (request.url ?? '/').split('?');
  const rawQueryString = rest.join('?');
  const headers = joinHeaders(request);
  const cookies = request.headers.cookie?.split(/;\s*/);
  const query = joinQuery(rawQueryString);
  const isText = textTypes.test(headers['content-type'] ?? '');
  const now = new Date();
  return {
    version: '2.0',
    routeKey: match.routeKey,
    rawPath: decode(rawPath),
    rawQueryString,
    ...(cookies === undefined ? {} : { cookies }),
    headers,
    ...(Object.keys(query).length === 0 ? {} : { queryStringParameters: query }),
    ...(Object.keys(match.parameters).length === 0 ? {} : { pathParameters: { ...match.parameters } }),
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      domainName: headers.host ?? '127.0.0.1',
      domainPrefix: 'local',
      http: {
        method: request.method ?? 'GET',
        path: decode(rawPath),
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomBytes(12).toString('base64url').slice(0, 15),
      routeKey: match.routeKey,
      stage: '$default',
      time: apacheTime(now),
      timeEpoch: now.getTime(),
    },
    ...(body.length === 0 ? {} : { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
};

/** Repeated headers are joined with a comma; cookies travel apart. */
const joinHeaders = (request: IncomingMessage): Record<string, string> => {
  const joined: Record<string, string> = {};
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    if (values === undefined || name === 'cookie') continue;
    joined[name] = values.join(',');
  }
  const address = request.socket.remoteAddress ?? '127.0.0.1';
  const forwarded = joined['x-forwarded-for'];
  return {
    ...joined,
    'x-forwarded-for': forwarded === undefined ? address : `${forwarded}, ${address}`,
    'x-forwarded-proto': 'http',
    'x-forwarded-port': String(request.socket.localPort ?? 0),
    'x-amzn-trace-id': `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`,
  };
};

const joinQuery = (rawQueryString: string): Record<string, string> => {
  // Through a Map: a parameter may be called `constructor`, or `__proto__`.
  const query = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    const before = query.get(name);
    query.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(query);
};

/** `12/Mar/2026:19:03:58 +0000` */
const apacheTime = (date: Date): string => {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${two(date.getUTCDate())}/${months[date.getUTCMonth()]}/${date.getUTCFullYear()}`;
  return `${day}:${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`;
};
