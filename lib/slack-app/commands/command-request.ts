import type { Actor } from '../../actor.ts';
import type { SlackConfig } from '../../config/types.ts';
import type { Context } from '../../release/queue/context.ts';
import type { Paused, PauseRequest } from '../../release/rollout/pause.ts';
import type { Action, Asker, Command } from '../../slack/commands.ts';

/** A genuine command or button, with all that makes it this one and no other. */
export type CommandRequest = Extract<Action, { readonly type: 'run' }> & {
  readonly asker: Asker;
  /** Given again with the same id, it is the same command, and is carried out once. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
};

export type CommandContext = Context & {
  readonly slack: SlackConfig;
  readonly pauseRollout: (request: PauseRequest) => Promise<Paused>;
};

/** A command for one place. */
export type CommandTarget<T extends Command['type']> = Extract<Command, { readonly type: T }> & {
  readonly app: string;
  readonly environment: string;
};

export const requester = ({ asker }: CommandRequest): Actor => ({ type: 'slack', user: asker.userId });
