import { pauseDone } from '../../slack/messages.ts';
import {
  type Asked,
  answer,
  type Carried,
  type CommandContext,
  type Placed,
  requester,
} from './command-request.ts';

/** `/tagboat pause` and `/tagboat resume`: act on the rollout in the cluster. */
export const pauseOrResume = async (
  { type, app, environment }: Placed<'pause' | 'resume'>,
  asked: Asked,
  context: CommandContext,
): Promise<Carried> => {
  if (context.pauseRollout === undefined) return { type: 'later' };
  const paused = type === 'pause';
  const by = requester(asked);
  const done = await context.pauseRollout({ app, environment, paused, by, expect: asked.expect });
  return answer(pauseDone({ app, environment, paused, by, ...done }));
};
