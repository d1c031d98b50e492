import { createHmac } from 'node:crypto';
import { equalInConstantTime } from '../constant-time.ts';
import { TagboatError } from '../errors.ts';
import type { RawRequest } from '../http.ts';

/** How far a signed timestamp may be from now, in either direction: 5 minutes. */
const windowSeconds = 300;

/**
 * Verifies that a request is from Slack: `X-Slack-Signature` is `v0=` and the HMAC-SHA256 of `v0:<timestamp>:<raw body>`.
 * https://docs.slack.dev/authentication/verifying-requests-from-slack
 * @param now milliseconds since the epoch
 * @throws TagboatError `signature-missing`, `signature-wrong`, `signature-expired`
 */
export const verifySlackRequest = (request: RawRequest, signingSecret: string, now: number): void => {
  const signature = request.headers['x-slack-signature'] ?? '';
  const timestamp = request.headers['x-slack-request-timestamp'] ?? '';
  if (signature === '' || timestamp === '')
    throw new TagboatError(
      'signature-missing',
      'the header X-Slack-Signature or X-Slack-Request-Timestamp is missing',
    );
  const digest = createHmac('sha256', signingSecret)
    .update(`v0:${timestamp}:`)
    .update(request.body)
    .digest('hex');
  const genuine = equalInConstantTime(signature, `v0=${digest}`);
  // Without a secret, every sender could make the signature
  if (signingSecret === '' || !/^\d{1,12}$/.test(timestamp) || !genuine)
    throw new TagboatError('signature-wrong', 'X-Slack-Signature does not match body, timestamp and secret');
  if (Math.abs(now / 1000 - Number(timestamp)) > windowSeconds)
    throw new TagboatError(
      'signature-expired',
      'X-Slack-Request-Timestamp is more than five minutes away from now',
    );
};
