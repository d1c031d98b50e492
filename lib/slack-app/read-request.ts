import { TagboatError } from '../errors.ts';
import type { RawRequest } from '../http.ts';
import { parseSlashCommand } from '../slack/command.ts';
import type { Command } from '../slack/commands.ts';
import { parseInteraction } from '../slack/interaction.ts';
import { helpMessage, type SlackMessage } from '../slack/messages.ts';
import { parseCommand } from '../slack/parse.ts';
import type { CommandJob } from './command-job.ts';
import { refuse } from './commands/refuse.ts';
import { requestIdOf } from './request-log.ts';
import type { RequestContext } from './slack-context.ts';

/** What a request comes to: a job for the worker, or an answer that needs nothing but the request. */
export type Read =
  | {
      readonly type: 'job';
      readonly job: CommandJob;
      /** As it was typed, for the acknowledgement. */
      readonly words: string;
    }
  | { readonly type: 'answer'; readonly message: SlackMessage };

/**
 * Reads a verified request.
 * @throws TagboatError `payload-invalid`
 */
export const readRequest = (request: RawRequest, receivedAt: number, context: RequestContext): Read =>
  request.path.endsWith('/interactions')
    ? readInteraction(request, receivedAt, context)
    : readCommand(request, receivedAt, context);

const readCommand = (request: RawRequest, receivedAt: number, context: RequestContext): Read => {
  const { config, slack, logger } = context;
  const { command: name, text, channelName: _, ...asker } = parseSlashCommand(request, context);
  let command: Command;
  try {
    command = parseCommand(name, text, { apps: config.apps, now: receivedAt, timeZone: slack.timeZone });
  } catch (error) {
    if (!(error instanceof TagboatError)) throw error;
    logger.warn('command not understood', { by: asker.userId, command: name, error });
    return { type: 'answer', message: refuse(error, undefined, config) };
  }
  if (command.type === 'help') return { type: 'answer', message: helpMessage() };
  const job = { id: requestIdOf(request), at: receivedAt, action: { type: 'run', command }, asker } as const;
  return { type: 'job', job, words: `${name} ${text}`.trim() };
};

const readInteraction = (request: RawRequest, receivedAt: number, context: RequestContext): Read => {
  const { action, asker, isEphemeral } = parseInteraction(request, context);
  const job = { id: requestIdOf(request), at: receivedAt, action, asker, button: { isEphemeral } };
  return { type: 'job', job, words: action.type === 'run' ? `/tagboat ${action.command.type}` : 'Cancel' };
};
