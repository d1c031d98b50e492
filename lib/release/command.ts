import type { SlackConfig } from '../config/types.ts';
import { TagboatError } from '../errors.ts';
import type { SlashCommand } from '../slack/command.ts';
import { ackUndo, alreadyUnderWay, refusal, type SlackMessage } from '../slack/messages.ts';
import { parseUndo } from '../slack/undo-command.ts';
import type { Context } from './context.ts';
import { requestUndo } from './undo.ts';

/**
 * Carries out a genuine slash command and says what to answer. What was acknowledged is on record; what could not be
 * recorded is said to have failed. Slack shows people nothing of a response that is not a 200, so what they did wrong is
 * an answer, not an error.
 */
export const runCommand = async (
  command: SlashCommand,
  slack: SlackConfig,
  context: Context,
): Promise<SlackMessage> => {
  try {
    if (command.command !== '/undo')
      throw new TagboatError(
        'command-invalid',
        `${command.command} is not a command of Tagboat; there is /undo`,
      );
    authorize(command, slack);
    const { app, environment, to } = parseUndo(command.text, context.config);
    const by = `slack:${command.userId}`;
    const { release, undone, created } = await requestUndo(
      {
        app,
        environment,
        to,
        by,
        reason: 'undone from Slack',
        source: 'slack',
        delivery: command.triggerId,
        responseUrl: command.responseUrl,
      },
      context,
    );
    context.logger.info('undo accepted', { id: release.id, undoes: undone?.id, by, created });
    const ack = ackUndo({
      app,
      environment,
      to: release.tag,
      requestedBy: release.requestedBy.replace(/^slack:/, ''),
    });
    return created ? ack : alreadyUnderWay(ack);
  } catch (error) {
    context.logger.warn('command refused', {
      by: command.userId,
      command: command.command,
      error,
    });
    if (error instanceof TagboatError)
      return refusal(error, error.code === 'not-allowed' ? slack.allow.users : []);
    throw error;
  }
};

/** Whoever is on the list, in a channel that is on the list; an empty list of one kind restricts nothing of that kind. */
const authorize = ({ userId, channelId }: SlashCommand, { allow }: SlackConfig): void => {
  const userMay = allow.users.length === 0 || allow.users.includes(userId);
  const channelMay = allow.channels.length === 0 || allow.channels.includes(channelId);
  if (allow.users.length + allow.channels.length > 0 && userMay && channelMay) return;
  throw new TagboatError('not-allowed', userMay ? 'this channel may not do that' : 'you may not do that');
};
