import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { notifiers } from '../lib/notifiers/registry.ts';
import { handleBatch } from '../lib/queues/batch.ts';
import { keyOf, parseMessage } from '../lib/release/messages.ts';
import { notify } from '../lib/release/notify.ts';
import { boundCalls, forLambda } from './lambda.ts';
import type { Runtime } from './runtime.ts';
import { createSlack } from './slack-client.ts';

/** SQS notifications: tells people. What cannot be told now is told later, by itself. */
export const createHandler = (runtime: Runtime) => {
  const parts = { slack: createSlack(runtime) };
  const context = { ...runtime, notifiers: Object.values(notifiers).map((create) => create(parts)) };
  return middy<SQSEvent, SQSBatchResponse>()
    .use(boundCalls(runtime))
    .handler(async (event: SQSEvent) =>
      handleBatch(event, runtime.logger, async ({ body }) => {
        const message = parseMessage('notifications', body);
        await notify(keyOf(message), context);
      }),
    );
};

export const handler = forLambda(createHandler);
