import type { Config, SlackConfig } from '../config/types.ts';
import { TagboatError } from '../errors.ts';
import { once } from '../once.ts';
import type { SlackClient } from '../slack/client.ts';
import type { Runtime } from './runtime.ts';

/** @throws TagboatError `source-unknown` without a `slack:` in tagboat.yml */
export const slackConfigOf = ({ slack }: Config): SlackConfig => {
  if (slack === undefined) throw new TagboatError('source-unknown', 'no `slack` is configured');
  return slack;
};

/** Slack's API with the bot token, where there is one. On the local stack a stand-in takes the messages, and needs none. */
export const createSlack = ({
  config,
  secrets,
  local,
  clock,
}: Runtime): { readonly client: () => Promise<SlackClient>; readonly posts: boolean } => {
  const token = config.slack?.botToken;
  const botToken =
    token !== undefined
      ? () => secrets.unseal(token, 'slack/botToken')
      : local?.slackApi !== undefined
        ? async () => 'local'
        : undefined;
  return {
    posts: botToken !== undefined,
    client: once(async () => {
      const [{ createSlackClient }, { slackApi }] = await Promise.all([
        import('../slack/client.ts'),
        import('../slack/hosts.ts'),
      ]);
      return createSlackClient({
        botToken,
        clock,
        apiBase: local?.slackApi ?? slackApi(config.slack?.gov ?? false),
        allowedResponseBase: local?.slackResponses,
      });
    }),
  };
};
