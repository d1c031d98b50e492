import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/** What a terminal may take for more than text, and JSON leaves as it is. */
const unseen = /(?![\u200c\u200d])(?:[\u007f-\u009f\u2028\u2029\p{Cf}\u115f\u1160\u3164\uffa0]|\u034f)/gu;

/** By its halves, where it has two. */
const escaped = (character: string): string =>
  character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');

/** A JSON answer that nothing on the way stores or sniffs. */
export const json = (status: number, body: unknown): APIGatewayProxyStructuredResultV2 => ({
  statusCode: status,
  headers: {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  },
  body: JSON.stringify(body).replace(unseen, escaped),
});
