import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createClusters } from '../lib/app/clusters.ts';
import { boundCalls, forLambda } from '../lib/app/lambda.ts';
import type { Runtime } from '../lib/app/runtime.ts';
import { createWorkerContext } from '../lib/app/slack-worker-context.ts';
import { handleBatch } from '../lib/queues/batch.ts';
import { commandMaxReceives } from '../lib/release/queue/schedule.ts';
import { type PauseContext, pauseRollout } from '../lib/release/rollout/pause.ts';
import { parseCommandJob } from '../lib/slack-app/command-job.ts';
import { processRequest } from '../lib/slack-app/process-request.ts';

/** SQS commands: carries out what was acknowledged in Slack, unless it is done already, and answers. */
export const createHandler = (runtime: Runtime) => {
  const pauseContext: PauseContext = {
    ...runtime,
    cluster: createClusters(runtime),
    setPaused: async (...args) => (await import('../lib/cluster/deliver/pause.ts')).setPaused(...args),
  };
  return middy<SQSEvent, SQSBatchResponse>()
    .use(boundCalls(runtime))
    .handler(async (event: SQSEvent) =>
      handleBatch(event, runtime.logger, async ({ body, attributes }) => {
        const isLastTry = Number(attributes.ApproximateReceiveCount) >= commandMaxReceives;
        const context = createWorkerContext(runtime, (request) => pauseRollout(request, pauseContext));
        await processRequest(parseCommandJob(body), isLastTry, context);
      }),
    );
};

export const handler = forLambda(createHandler);
