import type { Config } from '../../config/types.ts';
import type { TagboatError } from '../../errors.ts';
import type { Asker, Command } from '../../slack/commands.ts';
import { refusal, type SlackMessage } from '../../slack/messages.ts';
import { whoMay } from './allow.ts';

/** A refusal that names the users who may do it, where there are any. */
export const refuse = (
  error: TagboatError,
  command: Command | undefined,
  config: Config,
  asker?: Asker,
): SlackMessage => {
  const app = command !== undefined && 'app' in command ? command.app : undefined;
  const environment = command !== undefined && 'environment' in command ? command.environment : undefined;
  const others = whoMay(config, app, environment).filter((userId) => userId !== asker?.userId);
  return refusal(error, error.code === 'not-allowed' ? others : []);
};
