import type { IncomingMessage, ServerResponse } from 'node:http';
import { buildApp } from 'fauxqs';

/** A message that is not handled yet, whether it waits, is delayed, or is being handled. */
export type WaitingMessage = {
  readonly body: string;
  readonly group: string | undefined;
  readonly deduplication: string | undefined;
  /** Not before this time, in milliseconds since 1970. */
  readonly dueAt: number | undefined;
};

/** An SQS in this process, answering requests that another server took. */
export type LocalSqs = {
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** What a queue holds, oldest first; empty where there is no such queue. */
  waiting(queueName: string): Promise<readonly WaitingMessage[]>;
  close(): Promise<void>;
};

/** True for what an AWS SDK sends to SQS. */
export const isSqsRequest = (request: IncomingMessage): boolean =>
  String(request.headers['x-amz-target'] ?? '').startsWith('AmazonSQS.');

/** Queues in memory. Their own server is never started, since it would listen on every interface. */
export const createSqs = async (options: { readonly region: string }): Promise<LocalSqs> => {
  const app = buildApp({ logger: false, defaultRegion: options.region });
  await app.ready();
  return {
    handle: (request, response) => app.routing(request, response),
    waiting: async (queueName) => {
      const response = await app.inject({ url: `/_fauxqs/queues/${encodeURIComponent(queueName)}` });
      if (response.statusCode !== 200) return [];
      const { messages } = response.json<Inspection>();
      const all = [
        ...messages.inflight.map(({ message }) => message),
        ...messages.ready,
        ...messages.delayed,
      ];
      return all
        .toSorted((left, right) => left.sentTimestamp - right.sentTimestamp)
        .map((message) => ({
          body: message.body,
          group: message.messageGroupId,
          deduplication: message.messageDeduplicationId,
          dueAt: message.delayUntil,
        }));
    },
    close: async () => {
      await app.close();
    },
  };
};

/** https://github.com/kibertoad/fauxqs#queue-inspection */
type Inspection = {
  readonly messages: {
    readonly ready: readonly Inspected[];
    readonly delayed: readonly Inspected[];
    readonly inflight: readonly { readonly message: Inspected }[];
  };
};

type Inspected = {
  readonly body: string;
  readonly sentTimestamp: number;
  readonly messageGroupId?: string;
  readonly messageDeduplicationId?: string;
  readonly delayUntil?: number;
};
