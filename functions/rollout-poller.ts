import middy from '@middy/core';
import type { Context as LambdaContext, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { handleBatch } from '../lib/queues/batch.ts';
import { keyOf, parseMessage } from '../lib/release/messages.ts';
import { type WatchContext, watchRelease } from '../lib/release/watch.ts';
import { createClusters } from './clusters.ts';
import { boundCalls, forLambda } from './lambda.ts';
import type { Runtime } from './runtime.ts';

/** SQS rollouts: watches one rollout until its verdict, or until this invocation has to end. */
export const createHandler = (runtime: Runtime) => {
  const context: WatchContext = {
    ...runtime,
    cluster: createClusters(runtime),
    watchRollout: async (cluster, rollout) =>
      (await import('../lib/cluster/rollout.ts')).watchRollout(cluster, rollout),
  };
  return middy<SQSEvent, SQSBatchResponse>()
    .use(boundCalls(runtime))
    .handler(async (event: SQSEvent, lambda: LambdaContext) =>
      handleBatch(event, runtime.logger, async ({ body }) => {
        const message = parseMessage('rollouts', body);
        await watchRelease(keyOf(message), message.round, lambda.getRemainingTimeInMillis(), context);
      }),
    );
};

export const handler = forLambda(createHandler);
