import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { describe, expect, it, onTestFinished } from 'vitest';
import { awsAccess, clientOptions } from '../../../../infra/local/emulators/aws/endpoints.ts';
import { createQueues } from '../../../../infra/local/emulators/aws/queues.ts';
import { createSqs } from '../../../../infra/local/emulators/aws/sqs.ts';
import type { Invocation } from '../../../../infra/local/runtime/lambda/function.ts';
import { type PollerOptions, startPoller } from '../../../../infra/local/runtime/queues/poller.ts';
import { countMessages } from '../../../../infra/local/stack/functions/idle.ts';
import { silentLogger } from '../../../../lib/logger.ts';
import { serve } from '../../serve.ts';

const returned = (value: unknown = undefined): Invocation => ({ type: 'returned', value });

const setUp = async ({ fifo = false, visibilityTimeout = 30, maxReceiveCount = 3 } = {}) => {
  const sqs = await createSqs({ region: 'us-east-1' });
  const origin = await serve(sqs.handle);
  const access = awsAccess({}, origin, { accessKeyId: 'id', secretAccessKey: 'key' });
  const client = new SQSClient(clientOptions(access, 'SQS'));
  /** What was asked of the queue, and how a request ended that had no answer. */
  const requests: string[] = [];
  client.middlewareStack.add((next, { commandName = '' }) => async (args) => {
    requests.push(commandName);
    return next(args).catch((error: unknown) => {
      requests.push(`${commandName}: ${error instanceof Error ? error.name : error}`);
      throw error;
    });
  });
  const suffix = fifo ? '.fifo' : '';
  const attributes: Record<string, string> = fifo
    ? { FifoQueue: 'true', ContentBasedDeduplication: 'true' }
    : {};
  const queue = { type: 'queue', attributes } as const;
  const created = await createQueues(
    client,
    [
      {
        ...queue,
        id: 'Work',
        name: `work${suffix}`,
        attributes: { ...attributes, VisibilityTimeout: String(visibilityTimeout) },
        redrive: { maxReceiveCount, target: 'Dead' },
      },
      { ...queue, id: 'Dead', name: `dead${suffix}`, redrive: undefined },
    ],
    origin,
  );
  onTestFinished(async () => {
    client.destroy();
    await sqs.close();
  });
  const [url, arn, dead] = [created.Work?.ref ?? '', created.Work?.arn ?? '', created.Dead?.ref ?? ''];

  const poll = (invoke: (event: SQSEvent) => Promise<Invocation>, options: Partial<PollerOptions> = {}) => {
    const poller = startPoller({
      client,
      queue: { url, arn, region: 'us-east-1' },
      mapping: { batchSize: 10, reportsFailures: true },
      invoke: (event) => invoke(event as SQSEvent),
      concurrency: 4,
      logger: silentLogger,
      ...options,
    });
    onTestFinished(() => poller.close());
    return poller;
  };
  const send = (body: string, group?: string) =>
    client.send(
      new SendMessageCommand({
        QueueUrl: url,
        MessageBody: body,
        ...(group === undefined ? {} : { MessageGroupId: group }),
      }),
    );
  const isEmpty = async () => (await countMessages(client, url)) === 0;
  return { client, url, arn, dead, poll, send, isEmpty, requests };
};

const bodies = (event: SQSEvent) => event.Records.map(({ body }) => body);

describe('startPoller', () => {
  it('hands over the event that Lambda hands over', async () => {
    const { arn, poll, send } = await setUp();
    const { promise, resolve } = Promise.withResolvers<SQSEvent>();
    await send('hello');

    poll(async (event) => {
      resolve(event);
      return returned();
    });

    expect((await promise).Records).toEqual([
      {
        messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        receiptHandle: expect.any(String),
        body: 'hello',
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: expect.stringMatching(/^\d{13}$/),
          SenderId: expect.any(String),
          ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
        },
        messageAttributes: {},
        md5OfBody: '5d41402abc4b2a76b9719d911017c592',
        eventSource: 'aws:sqs',
        eventSourceARN: arn,
        awsRegion: 'us-east-1',
      },
    ]);
  });

  it('deletes what was handled, and only that', async () => {
    const { client, url, poll, send } = await setUp({ visibilityTimeout: 1000 });
    await Promise.all([send('good'), send('bad'), send('fine')]);

    poll(async (event) =>
      returned({
        batchItemFailures: event.Records.filter(({ body }) => body === 'bad').map(({ messageId }) => ({
          itemIdentifier: messageId,
        })),
      }),
    );

    await expect
      .poll(async () => {
        const { Attributes } = await client.send(
          new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
        );
        return [Attributes?.ApproximateNumberOfMessages, Attributes?.ApproximateNumberOfMessagesNotVisible];
      })
      .toEqual(['0', '1']);
  });

  it.each<[string, Invocation]>([
    ['throws', { type: 'failed' }],
    ['times out', { type: 'timed-out' }],
    ['reports an id that was not in the batch', returned({ batchItemFailures: [{ itemIdentifier: 'x' }] })],
    ['reports an empty id', returned({ batchItemFailures: [{ itemIdentifier: '' }] })],
    ['answers nonsense', returned('nonsense')],
  ])(
    'tries again, then gives up into the dead-letter queue, where the function %s',
    async (_name, outcome) => {
      const { client, dead, poll, send } = await setUp({ maxReceiveCount: 2 });
      const receiveCounts: string[] = [];
      await send('poison');

      poll(
        async (event) => {
          receiveCounts.push(event.Records[0]?.attributes.ApproximateReceiveCount ?? '');
          return outcome;
        },
        { retrySeconds: 0 },
      );

      await expect.poll(() => countMessages(client, dead)).toBe(1);
      const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl: dead }));
      expect([receiveCounts, Messages[0]?.Body]).toEqual([['1', '2'], 'poison']);
    },
  );

  it('takes a failure without ReportBatchItemFailures for the whole batch, and anything else for none', async () => {
    const { poll, send, isEmpty } = await setUp();
    await send('one');

    poll(
      async (event) => returned({ batchItemFailures: [{ itemIdentifier: event.Records[0]?.messageId }] }),
      {
        mapping: { batchSize: 1, reportsFailures: false },
      },
    );

    await expect.poll(isEmpty).toBe(true);
  });

  it('leaves what failed to the visibility timeout of the queue', async () => {
    const { poll, send, isEmpty, requests } = await setUp({ visibilityTimeout: 1 });
    let times = 0;
    await send('one');

    poll(async () => {
      times += 1;
      return times === 1 ? { type: 'failed' } : returned();
    });

    await expect.poll(isEmpty).toBe(true);
    // Once more where deleting it takes longer than that second
    expect(times).toBeGreaterThanOrEqual(2);
    expect(requests).not.toContain('ChangeMessageVisibilityCommand');
  });

  it('hands the messages of one FIFO group over one after the other, and other groups meanwhile', async () => {
    const { poll, send, isEmpty } = await setUp({ fifo: true });
    const { promise: gate, resolve: openGate } = Promise.withResolvers<void>();
    const log: string[] = [];
    for (const [body, group] of [
      ['a1', 'a'],
      ['a2', 'a'],
      ['a3', 'a'],
      ['b1', 'b'],
      ['b2', 'b'],
    ] as const)
      await send(body, group);

    poll(
      async (event) => {
        log.push(`+${bodies(event)}`);
        if (bodies(event).includes('a1')) await gate;
        log.push(`-${bodies(event)}`);
        return returned();
      },
      { mapping: { batchSize: 1, reportsFailures: true } },
    );
    await expect.poll(() => log.includes('-b2')).toBe(true);
    const whileA1Runs = log.filter((entry) => entry.startsWith('+a'));
    openGate();
    await expect.poll(isEmpty).toBe(true);

    expect(whileA1Runs).toEqual(['+a1']);
    expect(log.filter((entry) => entry.includes('a'))).toEqual(['+a1', '-a1', '+a2', '-a2', '+a3', '-a3']);
  });

  it('hands a FIFO message that failed over again before the next of its group', async () => {
    const { poll, send, isEmpty } = await setUp({ fifo: true });
    const seen: string[] = [];
    await send('first', 'g');
    await send('second', 'g');

    poll(
      async (event) => {
        seen.push(...bodies(event));
        return seen.length === 1 ? { type: 'failed' } : returned();
      },
      { retrySeconds: 0 },
    );
    await expect.poll(isEmpty).toBe(true);

    expect(seen).toEqual(['first', 'first', 'second']);
  });

  it('runs no more invocations at a time than it may', async () => {
    const { poll, send, isEmpty } = await setUp();
    let [running, most] = [0, 0];
    await Promise.all(Array.from({ length: 8 }, (_, index) => send(String(index))));

    poll(
      async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return returned();
      },
      { mapping: { batchSize: 1, reportsFailures: true }, concurrency: 2 },
    );
    await expect.poll(isEmpty).toBe(true);

    expect(most).toBeLessThanOrEqual(2);
  });

  it('hands every batch over twice where it is told to, and deletes only what went well both times', async () => {
    const { poll, send, isEmpty } = await setUp();
    const seen: string[] = [];
    await send('one');

    poll(
      async (event) => {
        seen.push(event.Records[0]?.attributes.ApproximateReceiveCount ?? '');
        return seen.length === 2 ? { type: 'failed' } : returned();
      },
      { deliverTwice: true, retrySeconds: 0 },
    );
    await expect.poll(isEmpty).toBe(true);

    expect(seen).toEqual(['1', '1', '2', '2']);
  });

  it('ends at once, in the middle of a long poll', async () => {
    const { poll, requests } = await setUp();
    const poller = poll(async () => returned());
    await expect.poll(() => requests).toContain('ReceiveMessageCommand');

    await poller.close();

    expect(requests.at(-1)).toBe('ReceiveMessageCommand: AbortError');
  });

  it('sees a short poll through to its end where it must not break off, and gives back what that brings', async () => {
    const { client, url, poll, send } = await setUp({ visibilityTimeout: 1000 });
    const seen: string[] = [];
    const poller = poll(
      async (event) => {
        seen.push(...bodies(event));
        return returned();
      },
      { longPoll: { seconds: 1, breaksOff: false } },
    );
    await new Promise((resolve) => setImmediate(resolve));

    const closed = poller.close();
    await send('late');
    await closed;

    const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl: url }));
    expect([seen, Messages.map(({ Body }) => Body)]).toEqual([[], ['late']]);
  });
});
