import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { boundCalls, forLambda } from '../lib/app/lambda.ts';
import { withinConfig } from '../lib/app/receive-hook.ts';
import type { Runtime } from '../lib/app/runtime.ts';
import { handleBatch } from '../lib/queues/batch.ts';
import { intakeDeferred } from '../lib/release/intake/intake-deferred.ts';

/** SQS hooks: takes in what was verified, and could not be recorded when it came. */
export const createHandler = (runtime: Runtime) =>
  middy<SQSEvent, SQSBatchResponse>()
    .use(boundCalls(runtime))
    .handler(async (event: SQSEvent) =>
      handleBatch(event, runtime.logger, ({ body }) =>
        intakeDeferred(body, withinConfig(runtime.config), runtime),
      ),
    );

export const handler = forLambda(createHandler);
