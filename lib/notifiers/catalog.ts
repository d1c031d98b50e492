import type { SlackClient } from '../slack/client.ts';
import type { Notifier } from './notifier.ts';
import { createSlackNotifier } from './slack.ts';

/** What the notifiers are made from; clients are made when they are first needed. */
export type NotifierParts = {
  readonly slack: { readonly client: () => Promise<SlackClient>; readonly posts: boolean };
};

/** Every notifier there is, by the name of its file. */
export const notifiers: Readonly<Record<string, (parts: NotifierParts) => Notifier>> = {
  slack: ({ slack }) => createSlackNotifier(slack.client, slack.posts),
};
