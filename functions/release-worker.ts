import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { handleBatch } from '../lib/queues/batch.ts';
import { parseMessage } from '../lib/release/messages.ts';
import { type WorkContext, work } from '../lib/release/work.ts';
import { createClusters } from './clusters.ts';
import { createConfigRepos } from './config-repos.ts';
import { boundCalls, forLambda } from './lambda.ts';
import type { Runtime } from './runtime.ts';

/** SQS releases.fifo: one commit for everything that waits for a config repo, then the deliveries. */
export const createHandler = (runtime: Runtime) => {
  const context: WorkContext = {
    ...runtime,
    openRemote: createConfigRepos(runtime),
    cluster: createClusters(runtime),
    deliver: async (cluster, delivery) =>
      (await import('../lib/cluster/deliver.ts')).deliver(cluster, delivery),
    setPaused: async (...args) => (await import('../lib/cluster/pause.ts')).setPaused(...args),
  };
  return middy<SQSEvent, SQSBatchResponse>()
    .use(boundCalls(runtime))
    .handler(async (event: SQSEvent) => {
      // Whatever a batch announces is on record when its first message is handled: one run does for all of a group.
      const runs = new Map<string, Promise<void>>();
      return handleBatch(event, runtime.logger, async ({ body }) => {
        const { group } = parseMessage('releases', body);
        const run = runs.get(group) ?? work(group, context);
        runs.set(group, run);
        await run;
      });
    });
};

export const handler = forLambda(createHandler);
