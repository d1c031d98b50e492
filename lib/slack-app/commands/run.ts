import { isRetryable, TagboatError } from '../../errors.ts';
import { askEnvironment, helpMessage, type SlackMessage } from '../../slack/messages.ts';
import { allowOf, isAllowed, notAllowed } from './allow.ts';
import { assertNotStale } from './assert-not-stale.ts';
import type { CommandContext, CommandRequest } from './command-request.ts';
import { holdTag, liftTag } from './hold.ts';
import { pauseOrResume } from './pause.ts';
import { history, holds, status } from './query.ts';
import { refuse } from './refuse.ts';
import { releaseByHand } from './release.ts';
import { undo } from './undo.ts';

/**
 * Executes a verified command or button, once however often it is given, and returns the answer. A mistake of the user, or
 * a command that is not allowed, is an answer and no error: Slack shows users nothing else.
 * @throws TagboatError what may go well another time (`store-unreachable`, `cluster-unreachable`)
 */
export const runCommand = async (request: CommandRequest, context: CommandContext): Promise<SlackMessage> => {
  const { command, asker } = request;
  try {
    const answer = await execute(request, context);
    context.logger.info('command carried out', { by: asker.userId, id: request.id, command });
    return answer;
  } catch (error) {
    if (!(error instanceof TagboatError) || isRetryable(error)) throw error;
    context.logger.warn('command refused', { by: asker.userId, id: request.id, command, error });
    return refuse(error, command, context.config, asker);
  }
};

const execute = async (request: CommandRequest, context: CommandContext): Promise<SlackMessage> => {
  const { command } = request;
  switch (command.type) {
    case 'help':
      return helpMessage();
    case 'status':
      return status(command, request, context);
    case 'history':
      return history(command, request, context);
    case 'holds':
      return holds(command, request, context);
  }
  const { app, environment } = command;
  const names = environmentsOf(app, context);
  // One of several is not taken because the others are none of the asker's business: it may not be the one that is meant.
  const only = environment ?? (names.length === 1 ? names[0] : undefined);
  if (only === undefined) return askEnvironment(command, allowedOf(app, names, request, context));
  const allow = allowOf(context.config, app, only);
  if (!isAllowed(allow, request.asker)) throw notAllowed(allow, request.asker, ` in ${app} ${only}`);
  const place = { app, environment: only };
  if (command.type !== 'hold' && command.type !== 'unhold')
    await assertNotStale({ ...command, ...place }, request, context);
  switch (command.type) {
    case 'undo':
      return undo({ ...command, ...place }, request, context);
    case 'hold':
      return holdTag({ ...command, ...place }, request, context);
    case 'unhold':
      return liftTag({ ...command, ...place }, request, context);
    case 'release':
      return releaseByHand({ ...command, ...place }, request, context);
    case 'pause':
    case 'resume':
      return pauseOrResume({ ...command, ...place }, request, context);
  }
};

const environmentsOf = (app: string, { config }: CommandContext): readonly string[] => {
  const names = Object.keys(
    (Object.hasOwn(config.apps, app) ? config.apps[app] : undefined)?.environments ?? {},
  );
  if (names.length === 0) throw new TagboatError('app-unknown', `no app is called "${app}" any more`);
  return names.sort();
};

/** Those in which the user may give commands: no button is offered that would refuse. */
const allowedOf = (
  app: string,
  names: readonly string[],
  { asker }: CommandRequest,
  { config }: CommandContext,
): readonly string[] => {
  const allowed = names.filter((name) => isAllowed(allowOf(config, app, name), asker));
  if (allowed.length === 0) throw notAllowed(allowOf(config, app), asker, ` in ${app}`);
  return allowed;
};
