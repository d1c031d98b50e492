import type { Queues } from '../../../../lib/queues/queues.ts';
import type { Item, Table } from '../../../../lib/store/table.ts';
import { memoryTable } from '../../../release/support/memory-table.ts';

const refuse = (what: string): never => {
  throw new Error(`AWS refuses ${what}`);
};

/** Whether every text within can be written as UTF-8. */
const isWellFormed = (value: unknown): boolean => {
  if (typeof value === 'string') return value.isWellFormed();
  return typeof value !== 'object' || value === null || Object.entries(value).flat().every(isWellFormed);
};

/**
 * A table in memory with the limits of DynamoDB:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
 */
export const limitedTable = (): Table => {
  const table = memoryTable();
  const checkKey = (pk: string, sk: string): void => {
    const [partition, sort] = [Buffer.byteLength(pk), Buffer.byteLength(sk)];
    if (partition < 1 || partition > 2048 || sort < 1 || sort > 1024) refuse('a key of that length');
    if (!pk.isWellFormed() || !sk.isWellFormed()) refuse('a key that is not UTF-8');
  };
  const checkItem = (item: Item): void => {
    checkKey(item.pk, item.sk);
    if (Buffer.byteLength(JSON.stringify(item)) > 400 * 1024) refuse('an item of more than 400 KiB');
    if (!isWellFormed(item)) refuse('an item that is not UTF-8');
  };
  return {
    ...table,
    get: async (pk, sk) => {
      checkKey(pk, sk);
      return table.get(pk, sk);
    },
    put: async (item, condition) => {
      checkItem(item);
      return table.put(item, condition);
    },
  };
};

/**
 * Queues with the limits of SQS, which takes no characters but those of XML:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
export const limitedQueues = (keep: (queue: string, body: string) => void): Queues => ({
  send: async (queue, message) => {
    const body = JSON.stringify(message);
    if (Buffer.byteLength(body) > 256 * 1024) refuse('a message of more than 256 KiB');
    if (/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(body))
      refuse('a character in a message');
    keep(queue, body);
  },
});
