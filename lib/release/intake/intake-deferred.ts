import { parseHookJob } from './hook-job.ts';
import { type IntakeContext, intake } from './intake.ts';

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
