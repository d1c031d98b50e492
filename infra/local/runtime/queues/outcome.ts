import type { Message } from '@aws-sdk/client-sqs';
import { isMapping } from '../../../../lib/mapping.ts';
import type { Invocation } from '../lambda/function.ts';

/**
 * Which messages of a batch were not handled, by the rules of an event source mapping: all of them where the function
 * failed, or answered with a report that cannot be read; with ReportBatchItemFailures those that it names; else none.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 * @returns ids of the messages that stay in the queue
 */
export const unhandled = (
  messages: readonly Message[],
  invocation: Invocation,
  reportsFailures: boolean,
): ReadonlySet<string> => {
  const all = new Set(messages.map((message) => message.MessageId ?? ''));
  if (invocation.type !== 'returned') return all;
  if (!reportsFailures || invocation.value === undefined || invocation.value === null) return new Set();
  if (!isMapping(invocation.value)) return all;
  const failures = invocation.value.batchItemFailures;
  if (failures === undefined || failures === null) return new Set();
  if (!Array.isArray(failures)) return all;
  const failed = new Set<string>();
  for (const failure of failures) {
    const id: unknown = isMapping(failure) ? failure.itemIdentifier : undefined;
    // An empty or unknown identifier makes the whole batch count as failed.
    if (typeof id !== 'string' || !all.has(id)) return all;
    failed.add(id);
  }
  return failed;
};
