import type { Clock } from '../clock.ts';
import type { Config, SlackConfig } from '../config/types.ts';
import type { Logger } from '../logger.ts';
import type { SlackMessage } from '../slack/messages.ts';
import type { CommandJob } from './command-job.ts';
import type { CommandContext } from './commands/command-request.ts';
import type { RequestLog } from './request-log.ts';

/** What a request of Slack's is taken with, by the function that Slack waits for. */
export type RequestContext = {
  readonly config: Config;
  readonly slack: SlackConfig;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly requests: Pick<RequestLog, 'withdraw' | 'isKnown'>;
  readonly signingSecret: () => Promise<string>;
  /** What it was before, where that is taken as well. */
  readonly previousSigningSecret?: (() => Promise<string>) | undefined;
  /** Puts it on the queue; the signal ends the attempts. */
  readonly enqueue: (job: CommandJob, signal: AbortSignal) => Promise<void>;
  /** Where a response_url may lie besides Slack's own host. */
  readonly allowedBase?: string | undefined;
};

/** What a command is carried out with, and answered, by the worker. */
export type WorkerContext = CommandContext & {
  readonly requests: Pick<RequestLog, 'acquire'>;
  /** Into a response_url. */
  readonly respond: (responseUrl: string, message: SlackMessage) => Promise<void>;
};
