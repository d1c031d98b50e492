import type { SQSClient } from '@aws-sdk/client-sqs';
import { TagboatError } from '../errors.ts';
import type { TimeLeft } from '../time-left.ts';

/**
 * The queues by what they carry. Bodies are JSON; `lib/release/queue/jobs.ts` has their shapes, and
 * `lib/slack-app/command-job.ts` that of `commands`, `lib/release/intake/hook-job.ts` that of `hooks`.
 */
export type QueueName = 'releases' | 'rollouts' | 'images' | 'notifications' | 'commands' | 'hooks';

export type Queues = {
  /**
   * Sends one message.
   * @param options `group` and `deduplication` for the FIFO queue only; `delaySeconds` 0 to 900, for the others only;
   *   `signal` ends the call, also one that is under way or would be tried again; `isLast`: nothing comes after it, so that
   *   it may take all that is left of the invocation, what is kept for last calls included
   * @throws TagboatError `queue-unreachable`
   */
  send(
    queue: QueueName,
    body: unknown,
    options?: {
      readonly group?: string;
      readonly deduplication?: string;
      readonly delaySeconds?: number;
      readonly signal?: AbortSignal;
      readonly isLast?: boolean;
    },
  ): Promise<void>;
};

/** SQS takes no longer delay: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const maxDelaySeconds = 900;

/** The share of the remaining time that sending a job may take: reconcile sends it otherwise, but the record comes first. */
const jobShare = 0.5;

/** JSON in the characters that SQS takes: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const toBody = (body: unknown): string =>
  JSON.stringify(body).replace(/[\ufffe\uffff]/g, (one) => `\\u${one.charCodeAt(0).toString(16)}`);

export const createQueues = (
  client: () => Promise<SQSClient>,
  urls: Readonly<Record<QueueName, string>>,
  timeLeft: TimeLeft,
): Queues => ({
  send: async (queue, body, options = {}) => {
    const { SendMessageCommand } = await import('@aws-sdk/client-sqs');
    const command = new SendMessageCommand({
      QueueUrl: urls[queue],
      MessageBody: toBody(body),
      MessageGroupId: options.group,
      MessageDeduplicationId: options.deduplication,
      ...(options.delaySeconds === undefined
        ? {}
        : { DelaySeconds: Math.min(maxDelaySeconds, Math.max(0, Math.round(options.delaySeconds))) }),
    });
    const { signal, isLast = false } = options;
    try {
      const bounds = timeLeft.forCall({ share: isLast ? 1 : jobShare, signal, isLast });
      await (await client()).send(command, bounds);
    } catch (error) {
      throw new TagboatError('queue-unreachable', `the queue for ${queue} did not take a message`, {
        cause: error,
      });
    }
  },
});
