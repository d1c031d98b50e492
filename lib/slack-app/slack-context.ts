import type { Inbox } from '../release/record/request-store.ts';
import type { Store } from '../release/record/store.ts';
import type { SlackMessage } from '../slack/messages.ts';
import type { CommandContext } from './commands/command-request.ts';

/** What requests of Slack's are taken and carried out with. */
export type Desk = CommandContext & {
  readonly inbox: Inbox;
  /** The record, until the signal is aborted. Absent where calls end by themselves. */
  readonly storeUntil?: (signal: AbortSignal) => Store;
  readonly signingSecret: () => Promise<string>;
  /** Into a response_url. */
  readonly respond: (responseUrl: string, message: SlackMessage) => Promise<void>;
  /** When the worker looks whether a command was carried out before its acknowledgement left: later than that may take. */
  readonly lookAfterSeconds: number;
  /** Where a response_url may lie besides Slack's own host. */
  readonly allowedBase?: string | undefined;
};
