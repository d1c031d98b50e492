import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Logger } from '../logger.ts';

/**
 * The one map from errors to SQS: what threw is reported as failed and comes back after the visibility timeout, in the
 * end to the dead-letter queue and its alarm; the rest of the batch is done. Of a FIFO group, everything behind a
 * failure comes back too, since it must not overtake.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export const handleBatch = async (
  event: SQSEvent,
  logger: Logger,
  handle: (record: SQSRecord) => Promise<void>,
): Promise<SQSBatchResponse> => {
  const failures: SQSBatchResponse['batchItemFailures'] = [];
  const lanes = Map.groupBy(event.Records, (record) => record.attributes.MessageGroupId ?? record.messageId);
  await Promise.all(
    [...lanes.values()].map(async (lane) => {
      let broken = false;
      for (const record of lane) {
        if (!broken)
          try {
            await handle(record);
            continue;
          } catch (error) {
            broken = true;
            const received = Number(record.attributes.ApproximateReceiveCount);
            logger.error('message not handled', {
              messageId: record.messageId,
              received,
              error,
            });
          }
        failures.push({ itemIdentifier: record.messageId });
      }
    }),
  );
  return { batchItemFailures: failures };
};
