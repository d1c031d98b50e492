import { TagboatError } from '../errors.ts';
import { commandLeaseMs, commandMaxAgeMs } from '../release/queue/schedule.ts';
import type { Lease } from '../release/record/lease.ts';
import { cancelled, refusal, type SlackMessage } from '../slack/messages.ts';
import type { CommandJob } from './command-job.ts';
import { runCommand } from './commands/run.ts';
import { answerButton, answerInto } from './reply.ts';
import type { WorkerContext } from './slack-context.ts';

/**
 * Carries out what was acknowledged, and answers. Run again it does nothing more: what it came to is kept before it is
 * answered, so that an invocation that dies after that is only answered for.
 * @param isLastTry whether the queue gives up after this one: then the user is told what went wrong
 * @throws TagboatError what may go well another time, so that the queue has to bring it again
 */
export const processRequest = async (
  job: CommandJob,
  isLastTry: boolean,
  context: WorkerContext,
): Promise<void> => {
  const { logger, clock } = context;
  const ageMs = clock.now() - job.at;
  if (ageMs > commandMaxAgeMs)
    return logger.error('a command is given up, it is too old', { id: job.id, ageMs });
  const lease = await acquire(job, isLastTry, context);
  switch (lease.type) {
    case 'done':
      return;
    case 'replayed':
      return logger.warn('a replayed request is refused', { id: job.id, code: 'request-replayed' });
    case 'withdrawn':
      return logger.warn('a command is not carried out: its user was told to try again', { id: job.id });
    case 'busy':
      // The process that holds it may die, and this message is what is left of the command then.
      throw new TagboatError('store-unreachable', 'another invocation carries this command out');
  }
  /** Carrying it out again because of this would be worse than answering it twice. */
  const note = async (noted: Promise<unknown>): Promise<void> => {
    await noted.catch((error: unknown) => {
      logger.error('what became of a command is not noted', { id: job.id, error });
    });
  };
  const { answer: known, ...state } = lease.state;
  const message = (known as SlackMessage | undefined) ?? (await run(job, isLastTry, lease, context));
  if (known === undefined) await note(lease.keep({ ...state, answer: message }));
  await answer(job, message, context);
  await note(lease.complete(state));
};

const acquire = async (job: CommandJob, isLastTry: boolean, context: WorkerContext) => {
  try {
    return await context.requests.acquire(job, commandLeaseMs);
  } catch (error) {
    if (isLastTry) await answer(job, refuseAtLast(job, error, context), context);
    throw error;
  }
};

const run = async (
  job: CommandJob,
  isLastTry: boolean,
  lease: Lease,
  context: WorkerContext,
): Promise<SlackMessage> => {
  const { action, asker, id, at } = job;
  if (action.type === 'cancel') return cancelled();
  try {
    return await runCommand({ ...action, asker, id, at }, context);
  } catch (error) {
    if (isLastTry) return refuseAtLast(job, error, context);
    await lease.giveBack(lease.state).catch((cause: unknown) => {
      context.logger.warn('the next try has to wait for the lease to run out', { id, error: cause });
    });
    throw error;
  }
};

const refuseAtLast = ({ id }: CommandJob, error: unknown, { logger }: WorkerContext): SlackMessage => {
  logger.error('a command is given up', { id, error });
  return refusal(
    error instanceof TagboatError ? error : new TagboatError('internal', 'something went wrong'),
  );
};

const answer = (
  { asker, button }: CommandJob,
  message: SlackMessage,
  context: WorkerContext,
): Promise<void> =>
  button === undefined
    ? answerInto(asker.responseUrl, message, context)
    : answerButton(asker.responseUrl, button, message, context);
