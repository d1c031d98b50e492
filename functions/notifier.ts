import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { boundCalls, forLambda } from '../lib/app/lambda.ts';
import type { Runtime } from '../lib/app/runtime.ts';
import { createSlack } from '../lib/app/slack-client.ts';
import { notifiers } from '../lib/notifiers/catalog.ts';
import { handleBatch } from '../lib/queues/batch.ts';
import { notify } from '../lib/release/notify/notify.ts';
import { keyOf, parseMessage } from '../lib/release/queue/jobs.ts';

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
