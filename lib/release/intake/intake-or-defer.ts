import { TagboatError } from '../../errors.ts';
import type { Parsed } from '../../event.ts';
import type { Queues } from '../../queues/queues.ts';
import { type HookJob, parseHookJob, sendHookJobs } from './hook-job.ts';
import { type IntakeAnswer, type IntakeContext, intake } from './intake.ts';

/** The answer to a hook that will be taken in later, in the place of what it releases. */
type Deferred = { readonly deferred: true; readonly message: string };

const deferred: Deferred = {
  deferred: true,
  message: 'it cannot be recorded now: it is kept in a queue, and taken in as soon as that is possible',
};

/** What the sender did wrong stays wrong, whenever it is tried. */
const isRefusal = (error: unknown): boolean => error instanceof TagboatError && error.status < 500;

/**
 * Takes a verified webhook in; where that fails by no fault of its sender, since the table does not answer or for whatever
 * reason of ours, puts it on the queue `hooks`, from where the hook worker takes it in. What is decided about it is decided then.
 * @throws TagboatError `queue-unreachable`: neither could be done, and the sender has to deliver again
 */
export const intakeOrDefer = async (
  parsed: Parsed,
  hook: Omit<HookJob, 'events'>,
  context: IntakeContext & { readonly queues: Queues },
): Promise<IntakeAnswer | Deferred> => {
  try {
    return await intake(parsed, context);
  } catch (error) {
    if (isRefusal(error)) throw error;
    const { queues, logger } = context;
    logger.warn('the hook cannot be taken in now, and goes to the queue', { ...hook, error });
    await sendHookJobs(queues, { ...hook, events: parsed.events });
    return deferred;
  }
};

/**
 * Takes in what was put on the queue `hooks`, once: what the hook has released already, when it came or from the same message,
 * is found.
 * @param body of an SQS record
 * @throws TagboatError `message-invalid`, `store-unreachable`
 */
export const intakeDeferred = async (body: string, context: IntakeContext): Promise<void> => {
  const { events, ...hook } = parseHookJob(body);
  const firstReceived = async () => hook.receivedAt;
  const answer = await intake({ events, ignored: [] }, context, { firstReceived });
  context.logger.info('deferred webhook taken in', { ...hook, ...answer });
};
