import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { boundCalls, forLambda } from '../lib/app/lambda.ts';
import type { Runtime } from '../lib/app/runtime.ts';
import { handleBatch } from '../lib/queues/batch.ts';
import { checkImage } from '../lib/release/intake/image-wait.ts';
import { keyOf, parseMessage } from '../lib/release/queue/jobs.ts';
import { withUndo } from '../lib/release/undo/request-undo.ts';

/** SQS images: asks the registry for an image that a release waits for, and sends jobs that had to be delayed. */
export const createHandler = (runtime: Runtime) =>
  middy<SQSEvent, SQSBatchResponse>()
    .use(boundCalls(runtime))
    .handler(async (event: SQSEvent) =>
      handleBatch(event, runtime.logger, async ({ body }) => {
        const message = parseMessage('images', body);
        if (message.type === 'delayed-process-queue')
          await runtime.jobs.processQueue(message.group, message.deduplication);
        else await checkImage(keyOf(message), message.round, withUndo(runtime));
      }),
    );

export const handler = forLambda(createHandler);
