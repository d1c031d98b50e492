import type { Message } from '@aws-sdk/client-sqs';
import type { SQSEvent, SQSRecord } from 'aws-lambda';

/**
 * The event that an event source mapping hands to a function.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */
export const toQueueEvent = (
  messages: readonly Message[],
  queue: { readonly arn: string; readonly region: string },
): SQSEvent => ({ Records: messages.map((message) => toRecord(message, queue)) });

const toRecord = (message: Message, queue: { readonly arn: string; readonly region: string }): SQSRecord => ({
  messageId: message.MessageId ?? '',
  receiptHandle: message.ReceiptHandle ?? '',
  body: message.Body ?? '',
  attributes: {
    ...message.Attributes,
    ApproximateReceiveCount: message.Attributes?.ApproximateReceiveCount ?? '1',
    SentTimestamp: message.Attributes?.SentTimestamp ?? '0',
    SenderId: message.Attributes?.SenderId ?? '',
    ApproximateFirstReceiveTimestamp: message.Attributes?.ApproximateFirstReceiveTimestamp ?? '0',
  },
  // Nothing here sends any.
  messageAttributes: {},
  md5OfBody: message.MD5OfBody ?? '',
  eventSource: 'aws:sqs',
  eventSourceARN: queue.arn,
  awsRegion: queue.region,
});
