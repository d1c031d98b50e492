import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type Clock, systemClock } from '../../../../lib/clock.ts';

const attributes = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

/** How many messages a queue holds: waiting, being handled, and delayed. */
export const countMessages = async (client: SQSClient, url: string): Promise<number> => {
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...attributes] }),
  );
  return attributes.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
};

/**
 * Waits until `isQuiet` says so twice in a row: a message can be on its way between the places it looks at.
 * @param timeoutMs throws after so long
 */
export const untilQuiet = async (
  isQuiet: () => Promise<boolean>,
  timeoutMs: number,
  clock: Clock = systemClock,
): Promise<void> => {
  const deadline = clock.now() + timeoutMs;
  let quiet = 0;
  while (quiet < 2) {
    quiet = (await isQuiet()) ? quiet + 1 : 0;
    if (quiet === 2) return;
    if (clock.now() > deadline) throw new Error(`not idle after ${timeoutMs} ms`);
    await clock.sleep(20);
  }
};
