import { isRetryable } from '../errors.ts';
import type { SlackMessage } from '../slack/messages.ts';
import type { WorkerContext } from './slack-context.ts';

type Replying = Pick<WorkerContext, 'respond' | 'clock' | 'logger'>;

const gone: SlackMessage = { delete_original: true, text: '', blocks: [] };
/** Before another try, in milliseconds. */
const pausesMs = [1_000, 4_000];

/**
 * Answers into a response_url, where Slack has a bad moment more than once. An answer that cannot be given (after 30
 * minutes, say) is no reason to carry anything out again: what was released has messages of its own.
 */
export const answerInto = async (
  responseUrl: string,
  message: SlackMessage,
  { respond, clock, logger }: Replying,
): Promise<void> => {
  for (const pauseMs of [...pausesMs, undefined])
    try {
      return await respond(responseUrl, message);
    } catch (error) {
      if (pauseMs === undefined || !isRetryable(error))
        return logger.warn('an answer could not be given', { error });
      await clock.sleep(pauseMs);
    }
};

/**
 * Answers a button. An ephemeral question is replaced by an ephemeral answer. An answer for the channel cannot replace it in
 * Slack: it is posted, and the question deleted. Under any other message the answer is a new one: the message itself follows
 * its release.
 */
export const answerButton = async (
  responseUrl: string,
  { isEphemeral }: { readonly isEphemeral: boolean },
  message: SlackMessage,
  context: Replying,
): Promise<void> => {
  const isForAll = message.response_type === 'in_channel';
  await answerInto(responseUrl, { ...message, replace_original: isEphemeral && !isForAll }, context);
  if (isEphemeral && isForAll) await answerInto(responseUrl, gone, context);
};
