import type { SlackClient } from '../../../lib/slack/client.ts';
import type { SlackMessage } from '../../../lib/slack/messages.ts';

/** What was sent to Slack, in order. `to`: a channel, or a response_url. */
export type SaidToSlack = {
  readonly how: 'post' | 'update' | 'respond';
  readonly to: string;
  readonly text: string;
  readonly message: SlackMessage;
};

/**
 * A Slack that takes everything, and notes it. Channel names have ids: `#deploys` is `C0DEPLOYS`.
 * @param refuse called before each, to throw in its stead
 */
export const slackChannel = (refuse: (one: SaidToSlack) => void = () => {}) => {
  const said: SaidToSlack[] = [];
  const messages = new Map<string, string>();
  const take = (how: SaidToSlack['how'], to: string, message: SlackMessage): void => {
    const one = { how, to, text: message.text, message };
    refuse(one);
    said.push(one);
  };
  const client: SlackClient = {
    respond: async (responseUrl, message) => take('respond', responseUrl, message),
    post: async (channel, message) => {
      take('post', channel, message);
      const ts = `${said.length}.0`;
      messages.set(ts, message.text);
      return { channel: channel === '#deploys' ? 'C0DEPLOYS' : channel, ts };
    },
    update: async (channel, ts, message) => {
      take('update', channel, message);
      messages.set(ts, message.text);
      return { channel, ts };
    },
  };
  /** What the messages in channels say now. */
  const shown = (): readonly string[] => [...messages.values()];
  return { client, said, shown };
};
