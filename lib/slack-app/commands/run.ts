import { isRetryable, TagboatError } from '../../errors.ts';
import type { Asker, Command } from '../../slack/commands.ts';
import { askEnvironment, helpMessage, refusal } from '../../slack/messages.ts';
import { allowOf, isAllowed, notAllowed, whoMay } from './allow.ts';
import { assertStillMeant } from './assert-not-stale.ts';
import { type Asked, answer, type Carried, type CommandContext } from './command-request.ts';
import { holdTag, liftTag } from './hold.ts';
import { pauseOrResume } from './pause.ts';
import { history, holds, status } from './query.ts';
import { releaseByHand } from './release.ts';
import { undo } from './undo.ts';

/** True for what needs a cluster, which only the worker may speak to. */
export const isForWorker = ({ type }: Command): boolean => type === 'pause' || type === 'resume';

/**
 * Carries out a genuine command or button, once however often it is given, and says what to answer. What somebody did
 * wrong, or may not do, is an answer and no error: Slack shows people nothing else.
 * @throws TagboatError what may go well another time (`store-unreachable`, `cluster-unreachable`)
 */
export const runCommand = async (asked: Asked, context: CommandContext): Promise<Carried> => {
  const { command, asker } = asked;
  try {
    const carried = await carryOut(asked, context);
    context.logger.info('command carried out', { by: asker.userId, id: asked.id, command });
    return carried;
  } catch (error) {
    if (!(error instanceof TagboatError) || isRetryable(error)) throw error;
    context.logger.warn('command refused', { by: asker.userId, id: asked.id, command, error });
    return answer(refuse(error, command, context, asker));
  }
};

/** A refusal that says whom to ask, where somebody else may do it. */
export const refuse = (
  error: TagboatError,
  command: Command | undefined,
  { config }: CommandContext,
  asker?: Asker,
) => {
  const app = command !== undefined && 'app' in command ? command.app : undefined;
  const environment = command !== undefined && 'environment' in command ? command.environment : undefined;
  const others = whoMay(config, app, environment).filter((userId) => userId !== asker?.userId);
  return refusal(error, error.code === 'not-allowed' ? others : []);
};

const carryOut = async (asked: Asked, context: CommandContext): Promise<Carried> => {
  const { command } = asked;
  switch (command.type) {
    case 'help':
      return answer(helpMessage());
    case 'status':
      return status(command, asked, context);
    case 'history':
      return history(command, asked, context);
    case 'holds':
      return holds(command, asked, context);
  }
  const { app, environment } = command;
  const names = environmentsOf(app, context);
  // One of several is not taken because the others are none of the asker's business: it may not be the one that is meant.
  const only = environment ?? (names.length === 1 ? names[0] : undefined);
  if (only === undefined) return answer(askEnvironment(command, allowedOf(app, names, asked, context)));
  const allow = allowOf(context.config, app, only);
  if (!isAllowed(allow, asked.asker)) throw notAllowed(allow, asked.asker, ` in ${app} ${only}`);
  const place = { app, environment: only };
  if (command.type === 'undo' || command.type === 'release')
    await assertStillMeant({ ...command, ...place }, asked, context);
  switch (command.type) {
    case 'undo':
      return undo({ ...command, ...place }, asked, context);
    case 'hold':
      return holdTag({ ...command, ...place }, asked, context);
    case 'unhold':
      return liftTag({ ...command, ...place }, asked, context);
    case 'release':
      return releaseByHand({ ...command, ...place }, asked, context);
    case 'pause':
    case 'resume':
      return pauseOrResume({ ...command, ...place }, asked, context);
  }
};

const environmentsOf = (app: string, { config }: CommandContext): readonly string[] => {
  const names = Object.keys(
    (Object.hasOwn(config.apps, app) ? config.apps[app] : undefined)?.environments ?? {},
  );
  if (names.length === 0) throw new TagboatError('app-unknown', `no app is called "${app}" any more`);
  return names.sort();
};

/** Those in which the asker may do something: nobody is offered a button that refuses. */
const allowedOf = (
  app: string,
  names: readonly string[],
  { asker }: Asked,
  { config }: CommandContext,
): readonly string[] => {
  const allowed = names.filter((name) => isAllowed(allowOf(config, app, name), asker));
  if (allowed.length === 0) throw notAllowed(allowOf(config, app), asker, ` in ${app}`);
  return allowed;
};
