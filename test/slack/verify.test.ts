import fc from 'fast-check';
import { expect, test } from 'vitest';
import { slackSignature } from '../../infra/local/emulators/slack/client/command.ts';
import { TagboatError } from '../../lib/errors.ts';
import { verifySlackRequest } from '../../lib/slack/verify.ts';
import { signingSecret, slackRequest } from './requests.ts';

const timestamp = '1531420618';
const now = Number(timestamp) * 1000;
// The example of https://docs.slack.dev/authentication/verifying-requests-from-slack
const body =
  'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';

const codeOf = (action: () => void): string => {
  try {
    action();
    return 'accepted';
  } catch (error) {
    return error instanceof TagboatError ? error.code : String(error);
  }
};

test('the example of Slack’s documentation', () => {
  const request = slackRequest(body, timestamp, {
    'X-Slack-Signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
  });
  expect(() => verifySlackRequest(request, signingSecret, now)).not.toThrow();
});

test.each([
  ['no signature', { 'X-Slack-Signature': '' }, 'signature-missing'],
  ['no timestamp', { 'X-Slack-Request-Timestamp': '' }, 'signature-missing'],
  ['another secret', { 'X-Slack-Signature': slackSignature('guessed', body, timestamp) }, 'signature-wrong'],
  [
    'another version',
    { 'X-Slack-Signature': slackSignature(signingSecret, body, timestamp).replace('v0', 'v1') },
    'signature-wrong',
  ],
  ['another timestamp', { 'X-Slack-Request-Timestamp': '1531420619' }, 'signature-wrong'],
  [
    'a signed timestamp that is no number',
    { 'X-Slack-Request-Timestamp': 'NaN', 'X-Slack-Signature': slackSignature(signingSecret, body, 'NaN') },
    'signature-wrong',
  ],
])('refused: %s', (_name, headers, code) => {
  const request = slackRequest(body, timestamp, headers);
  expect(codeOf(() => verifySlackRequest(request, signingSecret, now))).toBe(code);
});

test.each([
  ['five minutes old', 300_000, 'accepted'],
  ['older', 300_001, 'signature-expired'],
  ['five minutes ahead', -300_000, 'accepted'],
  ['further ahead', -300_001, 'signature-expired'],
])('the window: %s', (_name, late, code) => {
  const request = slackRequest(body, timestamp);
  expect(codeOf(() => verifySlackRequest(request, signingSecret, now + late))).toBe(code);
});

test('an empty secret accepts nothing', () => {
  const request = slackRequest(body, timestamp, { 'X-Slack-Signature': slackSignature('', body, timestamp) });
  expect(codeOf(() => verifySlackRequest(request, '', now))).toBe('signature-wrong');
});

test('a body of which any one byte was changed is refused', () => {
  fc.assert(
    fc.property(fc.nat({ max: body.length - 1 }), fc.integer({ min: 1, max: 255 }), (index, flip) => {
      const genuine = slackRequest(body, timestamp);
      const changed = Buffer.from(genuine.body);
      changed[index] = (changed[index] ?? 0) ^ flip;
      const request = { ...genuine, body: changed };
      expect(codeOf(() => verifySlackRequest(request, signingSecret, now))).toBe('signature-wrong');
    }),
  );
});
