import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createNotifiers } from '../lib/notifiers/registry.ts';
import { handleBatch } from '../lib/queues/batch.ts';
import { keyOf, parseMessage } from '../lib/release/messages.ts';
import { notify } from '../lib/release/notify.ts';
import { forLambda } from './lambda.ts';
import type { Runtime } from './runtime.ts';

/** SQS notifications: tells people. What cannot be told now is told later, by itself. */
export const createHandler = (runtime: Runtime) => {
  const notifiers = createNotifiers({
    config: runtime.config,
    secrets: runtime.secrets,
    slack: runtime.local,
  });
  return middy<SQSEvent, SQSBatchResponse>().handler(async (event: SQSEvent) =>
    handleBatch(event, runtime.logger, async ({ body }) => {
      const message = parseMessage('notifications', body);
      await notify(keyOf(message), message.state, { ...runtime, notifiers });
    }),
  );
};

export const handler = forLambda(createHandler);
