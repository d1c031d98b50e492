import { TagboatError } from '../errors.ts';
import type { Desk } from '../slack-app/slack-context.ts';
import type { Runtime } from './runtime.ts';
import { createSlack } from './slack-client.ts';

/** What both functions that serve Slack work with. @throws TagboatError `source-unknown` when it is asked for without a `slack:` */
export const createDesk = (runtime: Runtime): (() => Desk) => {
  const { config, secrets, local } = runtime;
  const { client } = createSlack(runtime);
  return () => {
    const { slack } = config;
    if (slack === undefined) throw new TagboatError('source-unknown', 'no `slack` is configured');
    return {
      ...runtime,
      slack,
      signingSecret: () => secrets.unseal(slack.signingSecret, 'slack/signingSecret'),
      respond: async (responseUrl, message) => (await client()).respond(responseUrl, message),
      // The local stack freezes no function, and has people who wait for it to come to rest.
      lookAfterSeconds: local === undefined ? 5 : 1,
      allowedBase: local?.slackResponses,
    };
  };
};
