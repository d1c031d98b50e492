import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { QueueResource } from '../../runtime/service/resources.ts';
import type { Created } from '../../runtime/service/values.ts';

/**
 * Creates the queues that are not there yet, dead-letter queues before those that point at them, and brings the
 * attributes of the others up to date.
 * @param embedded the origin that queue URLs get, where the queues are the stack's own
 */
export const createQueues = async (
  client: SQSClient,
  queues: readonly QueueResource[],
  embedded: string | undefined,
): Promise<Readonly<Record<string, Created>>> => {
  const created: Record<string, Created> = {};
  // CloudFormation would order them by reference; one chain of redrives is all there is.
  for (const queue of queues.toSorted((left, right) => depth(left, queues) - depth(right, queues))) {
    const target = queue.redrive === undefined ? undefined : created[queue.redrive.target];
    const redrive: Readonly<Record<string, string>> =
      queue.redrive === undefined || target === undefined
        ? {}
        : {
            RedrivePolicy: JSON.stringify({
              deadLetterTargetArn: target.arn,
              maxReceiveCount: queue.redrive.maxReceiveCount,
            }),
          };
    created[queue.id] = await createQueue(client, queue, redrive, embedded);
  }
  return created;
};

const depth = (queue: QueueResource, queues: readonly QueueResource[]): number => {
  const target = queues.find(({ id }) => id === queue.redrive?.target);
  return target === undefined || target === queue ? 0 : 1 + depth(target, queues);
};

const createQueue = async (
  client: SQSClient,
  queue: QueueResource,
  redrive: Readonly<Record<string, string>>,
  embedded: string | undefined,
): Promise<Created> => {
  const { FifoQueue, ...changeable } = queue.attributes;
  // Only what can never change is given here: CreateQueue refuses a queue that exists with other attributes.
  const { QueueUrl: url = '' } = await client.send(
    new CreateQueueCommand({
      QueueName: queue.name,
      ...(FifoQueue === undefined ? {} : { Attributes: { FifoQueue } }),
    }),
  );
  await client.send(
    new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { ...changeable, ...redrive } }),
  );
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
  );
  const ref = embedded === undefined ? url : new URL(new URL(url).pathname, embedded).href;
  return { ref, arn: Attributes?.QueueArn ?? '' };
};
