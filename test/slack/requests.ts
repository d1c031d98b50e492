import { createHmac } from 'node:crypto';
import { type RawRequest, toRawRequest } from '../../lib/http.ts';
import { httpEvent } from '../http/event.ts';

export const signingSecret = '8f742231b10e8888abcd99yyyzzz85a5';

export const slackSignature = (
  body: string | Uint8Array,
  timestamp: string,
  secret = signingSecret,
): string => `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex')}`;

/** A request of Slack's as it reaches a function: the form arrives base64-encoded. */
export const slackRequest = (
  body: string,
  timestamp: string,
  headers: Readonly<Record<string, string>> = {},
): RawRequest =>
  toRawRequest(
    httpEvent({
      path: '/slack/commands',
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        'X-Slack-Request-Timestamp': timestamp,
        'X-Slack-Signature': slackSignature(body, timestamp),
        ...headers,
      },
      body: Buffer.from(body),
    }),
  );
