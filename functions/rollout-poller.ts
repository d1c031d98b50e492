import middy from '@middy/core';
import type { Context as LambdaContext, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createClusters } from '../lib/app/clusters.ts';
import { boundCalls, forLambda } from '../lib/app/lambda.ts';
import type { Runtime } from '../lib/app/runtime.ts';
import { handleBatch } from '../lib/queues/batch.ts';
import { keyOf, parseMessage } from '../lib/release/queue/jobs.ts';
import { type WatchContext, watchRelease } from '../lib/release/rollout/watch.ts';
import { withUndo } from '../lib/release/undo/request-undo.ts';

/** SQS rollouts: watches one rollout until its verdict, or until this invocation has to end. */
export const createHandler = (runtime: Runtime) => {
  const context: WatchContext = {
    ...withUndo(runtime),
    cluster: createClusters(runtime),
    manifests: runtime.registry,
    watchRollout: async (cluster, rollout) =>
      (await import('../lib/cluster/watch/watch-rollout.ts')).watchRollout(cluster, rollout),
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
