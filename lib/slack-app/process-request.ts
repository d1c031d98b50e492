import { TagboatError } from '../errors.ts';
import { commandLeaseMs, commandMaxAgeMs } from '../release/queue/schedule.ts';
import { cancelled, refusal, type SlackMessage } from '../slack/messages.ts';
import type { CommandJob } from './command-job.ts';
import { runCommand } from './commands/run.ts';
import { answerButton, answerInto } from './reply.ts';
import type { WorkerContext } from './slack-context.ts';

/**
 * Carries out what was acknowledged, and answers. Run twice, it does nothing the second time.
 * @param isLastTry whether the queue gives up after this one: then the asker is told what went wrong
 * @throws TagboatError what may go well another time, so that the queue has to bring it again
 */
export const processRequest = async (
  job: CommandJob,
  isLastTry: boolean,
  context: WorkerContext,
): Promise<void> => {
  const { logger, clock, requests } = context;
  const ageMs = clock.now() - job.at;
  if (ageMs > commandMaxAgeMs)
    return logger.error('a command is given up, it is too old', { id: job.id, ageMs });
  const lease = await requests.acquire(job, commandLeaseMs);
  switch (lease.type) {
    case 'done':
      return;
    case 'replayed':
      return logger.warn('a replayed request is refused', { id: job.id, code: 'request-replayed' });
    case 'withdrawn':
      return logger.warn('a command is not carried out: the asker was told to try again', { id: job.id });
    case 'busy':
      // The process that holds it may die, and this message is what is left of the command then.
      throw new TagboatError('store-unreachable', 'another invocation carries this command out');
  }
  let message: SlackMessage;
  try {
    message = await run(job, isLastTry, context);
  } catch (error) {
    await lease.giveBack(lease.state).catch((cause: unknown) => {
      logger.warn('the next try has to wait for the lease to run out', { id: job.id, error: cause });
    });
    throw error;
  }
  await answer(job, message, context);
  await lease.complete(lease.state);
};

const run = async (
  { action, asker, id, at }: CommandJob,
  isLastTry: boolean,
  context: WorkerContext,
): Promise<SlackMessage> => {
  if (action.type === 'cancel') return cancelled();
  try {
    return await runCommand({ ...action, asker, id, at }, context);
  } catch (error) {
    if (!isLastTry) throw error;
    context.logger.error('a command is given up', { id, error });
    return refusal(
      error instanceof TagboatError ? error : new TagboatError('internal', 'something went wrong'),
    );
  }
};

const answer = (
  { asker, button }: CommandJob,
  message: SlackMessage,
  context: WorkerContext,
): Promise<void> =>
  button === undefined
    ? answerInto(asker.responseUrl, message, context)
    : answerButton(asker.responseUrl, button, message, context);
