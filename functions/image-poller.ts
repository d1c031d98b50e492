import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { handleBatch } from '../lib/queues/batch.ts';
import { lookForImage } from '../lib/release/image-wait.ts';
import { keyOf, parseMessage } from '../lib/release/messages.ts';
import { boundCalls, forLambda } from './lambda.ts';
import type { Runtime } from './runtime.ts';

/** SQS images: asks the registry for an image that a release waits for; and passes on nudges that were put off. */
export const createHandler = (runtime: Runtime) =>
  middy<SQSEvent, SQSBatchResponse>()
    .use(boundCalls(runtime))
    .handler(async (event: SQSEvent) =>
      handleBatch(event, runtime.logger, async ({ body }) => {
        const message = parseMessage('images', body);
        if (message.type === 'work-later') await runtime.nudges.work(message.group, message.deduplication);
        else await lookForImage(keyOf(message), message.round, runtime);
      }),
    );

export const handler = forLambda(createHandler);
