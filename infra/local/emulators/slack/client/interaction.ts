import { randomUUID } from 'node:crypto';
import type { FoundButton } from './buttons.ts';

type Press = FoundButton & {
  readonly user: string;
  /** Where the message is, unless it says so itself. */
  readonly channel: string;
  readonly responseUrl: string;
  /** Milliseconds since 1970. */
  readonly now: number;
};

const team = { id: 'T0LOCAL', domain: 'local' };
const app = 'A0LOCAL';

/**
 * The form body that Slack posts when a user presses a button in a message.
 * https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
 */
export const interactionBody = ({ message, button, user, channel, responseUrl, now }: Press): string => {
  const channelId = message.channel ?? channel;
  const { ts, ephemeral, text, body } = message;
  const payload = {
    type: 'block_actions',
    user: { id: user, username: 'you', name: 'you', team_id: team.id },
    api_app_id: app,
    token: 'deprecated',
    container: { type: 'message', message_ts: ts, channel_id: channelId, is_ephemeral: ephemeral },
    trigger_id: `${Math.floor(now)}.${randomUUID()}`,
    team,
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: channelId, name: 'deploys' },
    // Slack keeps nothing of a message that only one person sees, and cannot send it along.
    ...(ephemeral
      ? {}
      : {
          message: {
            type: 'message',
            user: 'U0TAGBOAT',
            bot_id: 'B0LOCAL',
            app_id: app,
            team: team.id,
            ts,
            text,
            blocks: body.blocks ?? [],
          },
        }),
    state: { values: {} },
    response_url: responseUrl,
    actions: [
      {
        type: 'button',
        action_id: button.actionId,
        block_id: button.blockId,
        text: { type: 'plain_text', text: button.text, emoji: true },
        value: button.value,
        ...(button.style === undefined ? {} : { style: button.style }),
        action_ts: (now / 1000).toFixed(6),
      },
    ],
  };
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
};
