import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/** A JSON answer that nothing on the way stores or sniffs. */
export const json = (status: number, body: unknown): APIGatewayProxyStructuredResultV2 => ({
  statusCode: status,
  headers: {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  },
  body: JSON.stringify(body),
});
