import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { TagboatError } from '../errors.ts';

/** An HTTP request as its sender wrote it: the body is the very bytes a signature was made over. */
export type RawRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
};

/** 1 MiB: more than any supported source sends. */
export const maxBodyBytes = 1024 * 1024;

/** How many bytes the body has, without decoding it. */
const byteLength = (body: string, isBase64: boolean): number => {
  if (!isBase64) return Buffer.byteLength(body);
  const padding = body.endsWith('==') ? 2 : body.endsWith('=') ? 1 : 0;
  return Math.floor((body.length * 3) / 4) - padding;
};

const definedEntries = (
  record: Readonly<Record<string, string | undefined>> | undefined,
): [string, string][] =>
  Object.entries(record ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] satisfies [string, string]],
  );

/**
 * Takes the request out of an API Gateway HTTP API event (payload format 2.0), which base64-encodes form bodies.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 * @throws TagboatError `body-too-large`, before anything is decoded
 */
export const toRawRequest = (event: APIGatewayProxyEventV2): RawRequest => {
  const body = event.body ?? '';
  const isBase64 = event.isBase64Encoded;
  const bytes = byteLength(body, isBase64);
  if (bytes > maxBodyBytes)
    throw new TagboatError('body-too-large', `the body has ${bytes} bytes; at most ${maxBodyBytes} are read`);
  return {
    method: event.requestContext.http.method.toUpperCase(),
    path: event.rawPath,
    query: Object.fromEntries(definedEntries(event.queryStringParameters)),
    headers: Object.fromEntries(
      definedEntries(event.headers).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    body: Buffer.from(body, isBase64 ? 'base64' : 'utf8'),
  };
};
