import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createClusters } from '../lib/app/clusters.ts';
import { createConfigRepos } from '../lib/app/config-repos.ts';
import { boundCalls, forLambda } from '../lib/app/lambda.ts';
import type { Runtime } from '../lib/app/runtime.ts';
import { handleBatch } from '../lib/queues/batch.ts';
import { type ProcessQueueContext, processQueue } from '../lib/release/commit/process-queue.ts';
import { parseMessage } from '../lib/release/queue/jobs.ts';
import { withUndo } from '../lib/release/undo/request-undo.ts';

/** SQS releases.fifo: one commit for everything that waits for a config repo, then the deliveries. */
export const createHandler = (runtime: Runtime) => {
  const context: ProcessQueueContext = {
    ...withUndo(runtime),
    openRemote: createConfigRepos(runtime),
    cluster: createClusters(runtime),
    preflight: async (cluster) =>
      (await import('../lib/cluster/deliver/preflight.ts')).openPreflight(cluster),
    deliver: async (cluster, delivery) =>
      (await import('../lib/cluster/deliver/deliver.ts')).deliver(cluster, delivery),
    setPaused: async (...args) => (await import('../lib/cluster/deliver/pause.ts')).setPaused(...args),
  };
  return middy<SQSEvent, SQSBatchResponse>()
    .use(boundCalls(runtime))
    .handler(async (event: SQSEvent) => {
      // Whatever a batch announces is on record when its first message is handled: one run does for all of a group.
      const runs = new Map<string, Promise<void>>();
      return handleBatch(event, runtime.logger, async ({ body }) => {
        const { group } = parseMessage('releases', body);
        const run = runs.get(group) ?? processQueue(group, context);
        runs.set(group, run);
        await run;
      });
    });
};

export const handler = forLambda(createHandler);
