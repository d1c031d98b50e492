import { pauseDone, type SlackMessage } from '../../slack/messages.ts';
import {
  type CommandContext,
  type CommandRequest,
  type CommandTarget,
  requester,
} from './command-request.ts';

/** `/tagboat pause` and `/tagboat resume`: act on the rollout in the cluster. */
export const pauseOrResume = async (
  { type, app, environment }: CommandTarget<'pause' | 'resume'>,
  request: CommandRequest,
  context: CommandContext,
): Promise<SlackMessage> => {
  const paused = type === 'pause';
  const by = requester(request);
  const done = await context.pauseRollout({ app, environment, paused, by, expect: request.expect });
  return pauseDone({ app, environment, paused, by, ...done });
};
