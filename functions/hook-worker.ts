import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { boundCalls, forLambda } from '../lib/app/lambda.ts';
import type { Runtime } from '../lib/app/runtime.ts';
import { handleBatch } from '../lib/queues/batch.ts';
import { parseHookJob } from '../lib/release/intake/hook-job.ts';
import { intake } from '../lib/release/intake/intake.ts';

/** SQS hooks: takes in what was verified, and could not be recorded when it came. */
export const createHandler = (runtime: Runtime) =>
  middy<SQSEvent, SQSBatchResponse>()
    .use(boundCalls(runtime))
    .handler(async (event: SQSEvent) =>
      handleBatch(event, runtime.logger, async ({ body }) => {
        const { events, ...hook } = parseHookJob(body);
        const answer = await intake({ events, ignored: [] }, runtime, {
          firstReceived: async () => hook.receivedAt,
        });
        runtime.logger.info('deferred webhook taken in', { ...hook, ...answer });
      }),
    );

export const handler = forLambda(createHandler);
