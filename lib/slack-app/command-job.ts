import * as z from 'zod/mini';
import { TagboatError } from '../errors.ts';
import { jsonOrUndefined } from '../json.ts';
import type { Queues } from '../queues/queues.ts';
import { isAction } from '../slack/action.ts';
import type { Action, Asker } from '../slack/commands.ts';

/** A verified request of Slack's, on its way through the queue `commands` to the worker. */
export type CommandJob = {
  /** The same for the same signed request; see `requestIdOf`. */
  readonly id: string;
  /** When it was received, in milliseconds since 1970: of a replay, another time under the same id. */
  readonly at: number;
  readonly action: Action;
  readonly asker: Asker;
  /** Of a button: whether only the asker sees the message that it belongs to. */
  readonly button?: { readonly isEphemeral: boolean } | undefined;
};

const text = z.string().check(z.maxLength(4000));
const shape = z.object({
  v: z.literal(2),
  type: z.literal('command'),
  id: text,
  at: z.number(),
  action: z.custom<Action>(isAction),
  asker: z.object({
    userId: text,
    userName: text,
    channelId: text,
    teamId: text,
    responseUrl: text,
    triggerId: text,
  }),
  button: z.optional(z.object({ isEphemeral: z.boolean() })),
});

/**
 * @param signal ends the attempts once the request is answered
 * @throws TagboatError `queue-unreachable`
 */
export const sendCommandJob = (queues: Queues, job: CommandJob, signal: AbortSignal): Promise<void> =>
  queues.send('commands', { v: 2, type: 'command', ...job }, { signal });

/**
 * @param body of an SQS record
 * @throws TagboatError `message-invalid`
 */
export const parseCommandJob = (body: string): CommandJob => {
  const result = shape.safeParse(jsonOrUndefined(body));
  if (!result.success) throw new TagboatError('message-invalid', 'a message on commands has another shape');
  const { v: _v, type: _type, ...job } = result.data;
  return job;
};
