import { slackSignature } from '../../infra/local/emulators/slack/client/command.ts';
import { type RawRequest, toRawRequest } from '../../lib/http.ts';
import { httpEvent } from '../http/event.ts';

export const signingSecret = '8f742231b10e8888abcd99yyyzzz85a5';

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
        'X-Slack-Signature': slackSignature(signingSecret, body, timestamp),
        ...headers,
      },
      body: Buffer.from(body),
    }),
  );
