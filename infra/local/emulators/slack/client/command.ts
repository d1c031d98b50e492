import { createHmac, randomUUID } from 'node:crypto';

export type SlashCommand = {
  /** `/undo okeydokey` */
  readonly line: string;
  readonly user: string;
  readonly channel: string;
  readonly responseUrl: string;
};

/** The form body that Slack posts for a slash command. https://docs.slack.dev/interactivity/implementing-slash-commands */
export const slashCommandBody = (command: SlashCommand): string => {
  const [, name = '', text = ''] = /^(\S+)\s*(.*)$/s.exec(command.line.trim()) ?? [];
  return new URLSearchParams({
    team_id: 'T0LOCAL',
    team_domain: 'local',
    channel_id: command.channel,
    channel_name: 'deploys',
    user_id: command.user,
    user_name: 'you',
    command: name,
    text,
    response_url: command.responseUrl,
    trigger_id: randomUUID(),
  }).toString();
};

/**
 * `X-Slack-Signature` of a request. https://docs.slack.dev/authentication/verifying-requests-from-slack
 * @param timestamp of `X-Slack-Request-Timestamp`: seconds since 1970, or what a test sends instead
 */
export const slackSignature = (
  signingSecret: string,
  body: string | Uint8Array,
  timestamp: number | string,
): string =>
  `v0=${createHmac('sha256', signingSecret).update(`v0:${timestamp}:`).update(body).digest('hex')}`;

/**
 * The headers that Slack signs a request with.
 * @param seconds since 1970
 */
export const slackHeaders = (
  signingSecret: string,
  body: string,
  seconds: number,
): Readonly<Record<string, string>> => ({
  'content-type': 'application/x-www-form-urlencoded',
  'x-slack-request-timestamp': String(seconds),
  'x-slack-signature': slackSignature(signingSecret, body, seconds),
});
