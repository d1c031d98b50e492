import { TagboatError } from '../../errors.ts';
import type { Parsed, SourceEvent } from '../../event.ts';
import type { Queues } from '../../queues/queues.ts';
import { redeliveryArrivesMs, redeliverySkewMs } from '../queue/schedule.ts';
import { type HookJob, sendHookJobs } from './hook-job.ts';
import { type IntakeAnswer, type IntakeContext, intake } from './intake.ts';

/** The answer to a hook that will be taken in later, in the place of what it releases. */
type Deferred = { readonly deferred: true; readonly message: string };

const deferred: Deferred = {
  deferred: true,
  message: 'it cannot be recorded now: it is kept in a queue, and taken in as soon as that is possible',
};

/** What the sender did wrong stays wrong, whenever it is tried. */
const isRefusal = (error: unknown): boolean => error instanceof TagboatError && error.status < 500;

/** When a hook was delivered first that its sender was just asked to deliver again: nobody asks for a second attempt then. */
const firstDelivery = async (
  { source, delivery }: SourceEvent,
  { store, clock }: IntakeContext,
): Promise<number | undefined> => {
  const known = await store.redeliveries.find(source, delivery);
  if (known === undefined || clock.now() > known.askedAt + redeliveryArrivesMs) return undefined;
  return known.firstAt - redeliverySkewMs;
};

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
    return await intake(parsed, context, { firstReceived: (event) => firstDelivery(event, context) });
  } catch (error) {
    if (isRefusal(error)) throw error;
    const { queues, logger } = context;
    logger.warn('the hook cannot be taken in now, and goes to the queue', { ...hook, error });
    await sendHookJobs(queues, { ...hook, events: parsed.events });
    return deferred;
  }
};
