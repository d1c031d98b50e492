import type { SlackConfig } from '../../config/types.ts';
import type { Context } from '../../release/queue/context.ts';
import type { Paused, PauseRequest } from '../../release/rollout/pause.ts';
import type { Action, Asker, Command } from '../../slack/commands.ts';
import type { SlackMessage } from '../../slack/messages.ts';

/** A genuine command or button, with all that makes it this one and no other. */
export type Asked = Extract<Action, { readonly type: 'run' }> & {
  readonly asker: Asker;
  /** Given again with the same id, it is the same command, and is carried out once. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
};

export type CommandContext = Context & {
  readonly slack: SlackConfig;
  /** Absent where clusters cannot be reached from: the function that answers Slack holds no kubeconfig. */
  readonly pauseRollout?: (request: PauseRequest) => Promise<Paused>;
};

/** What carrying out a command came to. */
export type Carried =
  | { readonly type: 'answer'; readonly message: SlackMessage }
  /** Only the worker can do it. */
  | { readonly type: 'later' };

/** A command for one place. */
export type Placed<T extends Command['type']> = Extract<Command, { readonly type: T }> & {
  readonly app: string;
  readonly environment: string;
};

export const answer = (message: SlackMessage): Carried => ({ type: 'answer', message });

export const requester = ({ asker }: Asked): string => `slack:${asker.userId}`;
