import type { APIGatewayProxyEventV2 } from 'aws-lambda';

export type Asked = {
  readonly method?: string;
  readonly path?: string;
  readonly routeKey?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
};

/** An event as API Gateway's HTTP API makes it: bodies given as bytes arrive base64-encoded. */
export const httpEvent = (asked: Asked = {}): APIGatewayProxyEventV2 => {
  const method = asked.method ?? 'POST';
  const path = asked.path ?? '/webhooks/github';
  const routeKey = asked.routeKey ?? '$default';
  const bytes = asked.body instanceof Uint8Array;
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: new URLSearchParams(asked.query).toString(),
    headers: { ...asked.headers },
    ...(asked.query === undefined ? {} : { queryStringParameters: { ...asked.query } }),
    requestContext: {
      accountId: '123456789012',
      apiId: 'api',
      domainName: 'example.test',
      domainPrefix: 'example',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
      requestId: 'request-1',
      routeKey,
      stage: '$default',
      time: '23/Nov/2026:00:00:00 +0000',
      timeEpoch: 1_795_392_000_000,
    },
    ...(asked.body === undefined
      ? {}
      : { body: bytes ? Buffer.from(asked.body).toString('base64') : String(asked.body) }),
    isBase64Encoded: bytes,
  };
};
