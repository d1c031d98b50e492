import type { Parsed } from '../../event.ts';
import { parseHookJob } from './hook-job.ts';
import { type IntakeContext, intake } from './intake.ts';

/**
 * Takes in what was put on the queue `hooks`, once: what the hook has released already, when it came or from the same message,
 * is found.
 * @param body of an SQS record
 * @param withinScope what the source may announce now: a secret that was stolen may have been taken out since
 * @throws TagboatError `message-invalid`, `store-unreachable`
 */
export const intakeDeferred = async (
  body: string,
  withinScope: (parsed: Parsed, source: string) => Parsed,
  context: IntakeContext,
): Promise<void> => {
  const { events, ...hook } = parseHookJob(body);
  const firstReceived = async () => hook.receivedAt;
  const allowed = withinScope({ events, ignored: [] }, hook.source);
  const answer = await intake(allowed, context, { firstReceived });
  context.logger.info('deferred webhook taken in', { ...hook, ...answer });
};
