import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { type Clock, systemClock } from '../../../../lib/clock.ts';
import type { Logger } from '../../../../lib/logger.ts';
import type { Invocation } from '../lambda/function.ts';
import type { QueueMapping } from '../service/service.ts';
import { toQueueEvent } from './event.ts';
import { unhandled } from './outcome.ts';

export type PollerOptions = {
  readonly client: SQSClient;
  readonly queue: { readonly url: string; readonly arn: string; readonly region: string };
  readonly mapping: Omit<QueueMapping, 'queue'>;
  readonly invoke: (event: unknown) => Promise<Invocation>;
  /** Invocations at the same time. A FIFO queue itself hands out one per group. */
  readonly concurrency: number;
  /**
   * After so many seconds a message that was not handled is visible again. Absent: when the queue's visibility timeout
   * is over, as in AWS, which on a laptop is a long time to look at nothing.
   */
  readonly retrySeconds?: number | undefined;
  /**
   * How long a receive waits, in seconds, and whether closing breaks it off. A server that does not notice a broken
   * connection (moto) would still hand a message to it, and that message is gone until its visibility timeout is over.
   */
  readonly longPoll?: { readonly seconds: number; readonly breaksOff: boolean } | undefined;
  /** Every batch is handed over twice, as an at-least-once queue may. */
  readonly deliverTwice?: boolean | undefined;
  readonly logger: Logger;
  readonly clock?: Clock;
};

export type Poller = {
  /** Invocations under way. */
  readonly running: () => number;
  /** Takes no more messages, breaks off the poll under way, and waits for what runs as long as the caller likes. */
  close(): Promise<void>;
};

/** A receive brings no more than this. */
const receiveLimit = 10;
/** SQS waits no longer. */
const longestPoll = { seconds: 20, breaksOff: true };

/** Stands where Lambda's event source mapping stands: takes messages, invokes the function, deletes what it handled. */
export const startPoller = (options: PollerOptions): Poller => {
  const { client, mapping, queue, logger, clock = systemClock, longPoll = longestPoll } = options;
  const stop = new AbortController();
  const breakOff = new AbortController();
  const invocations = new Set<Promise<void>>();

  const receive = async (): Promise<readonly Message[]> => {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: queue.url,
        MaxNumberOfMessages: Math.min(receiveLimit, mapping.batchSize),
        WaitTimeSeconds: longPoll.seconds,
        MessageSystemAttributeNames: ['All'],
      }),
      { abortSignal: breakOff.signal },
    );
    return Messages;
  };

  const hand = async (messages: readonly Message[]): Promise<void> => {
    const event = toQueueEvent(messages, queue);
    const failed = new Set<string>();
    for (let time = 0; time < (options.deliverTwice === true ? 2 : 1); time += 1) {
      const invocation = await options.invoke(event);
      for (const id of unhandled(messages, invocation, mapping.reportsFailures)) failed.add(id);
    }
    await settle(options, messages, failed);
  };

  const poll = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      try {
        const messages = await receive();
        if (messages.length === 0) continue;
        if (stop.signal.aborted) return await giveBack(options, messages, 0);
        const invocation: Promise<void> = hand(messages)
          .catch((error: unknown) => logger.warn('a batch could not be settled', { queue: queue.url, error }))
          .finally(() => invocations.delete(invocation));
        invocations.add(invocation);
        while (invocations.size >= options.concurrency) await Promise.race(invocations);
      } catch (error) {
        if (stop.signal.aborted) return;
        logger.warn('the queue could not be read', { queue: queue.url, error });
        await clock.sleep(1000, stop.signal).catch(() => {});
      }
    }
  };

  const polling = poll();
  return {
    running: () => invocations.size,
    close: async () => {
      stop.abort();
      if (longPoll.breaksOff) breakOff.abort();
      await Promise.all([polling, ...invocations]);
    },
  };
};

/** Deletes the messages that were handled; the others come back. */
const settle = async (
  options: PollerOptions,
  messages: readonly Message[],
  failed: ReadonlySet<string>,
): Promise<void> => {
  const isFailed = ({ MessageId = '' }: Message) => failed.has(MessageId);
  const handled = messages.filter((message) => !isFailed(message));
  const Entries = handled.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
  if (Entries.length > 0)
    await options.client.send(new DeleteMessageBatchCommand({ QueueUrl: options.queue.url, Entries }));
  if (options.retrySeconds !== undefined)
    await giveBack(options, messages.filter(isFailed), options.retrySeconds);
};

/** Makes messages visible again after so many seconds. */
const giveBack = async (
  { client, queue }: PollerOptions,
  messages: readonly Message[],
  seconds: number,
): Promise<void> => {
  for (const { ReceiptHandle = '' } of messages)
    await client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: queue.url,
        ReceiptHandle,
        VisibilityTimeout: seconds,
      }),
    );
};
