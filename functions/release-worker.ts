import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { handleBatch } from '../lib/queues/batch.ts';
import { parseMessage } from '../lib/release/messages.ts';
import { type WorkContext, work } from '../lib/release/work.ts';
import { createClusters } from './clusters.ts';
import { createConfigRepos } from './config-repos.ts';
import { forLambda } from './lambda.ts';
import type { Runtime } from './runtime.ts';

/** SQS releases.fifo: one commit for everything that waits for a config repo, then the deliveries. */
export const createHandler = (runtime: Runtime) => {
  const context: WorkContext = {
    ...runtime,
    openRemote: createConfigRepos(runtime),
    cluster: createClusters(runtime),
    deliver: async (cluster, delivery) =>
      (await import('../lib/cluster/deliver.ts')).deliver(cluster, delivery),
  };
  return middy<SQSEvent, SQSBatchResponse>().handler(async (event: SQSEvent) =>
    handleBatch(event, runtime.logger, async ({ body }) =>
      work(parseMessage('releases', body).group, context),
    ),
  );
};

export const handler = forLambda(createHandler);
