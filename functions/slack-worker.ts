import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createClusters } from '../lib/app/clusters.ts';
import { boundCalls, forLambda } from '../lib/app/lambda.ts';
import type { Runtime } from '../lib/app/runtime.ts';
import { createDesk } from '../lib/app/slack-context.ts';
import { handleBatch } from '../lib/queues/batch.ts';
import { parseMessage } from '../lib/release/queue/jobs.ts';
import { commandMaxReceives } from '../lib/release/queue/schedule.ts';
import { type PauseContext, pauseRollout } from '../lib/release/rollout/pause.ts';
import { carryOutLater } from '../lib/slack-app/process-request.ts';

/** SQS commands: carries out what was acknowledged, unless it is done already. */
export const createHandler = (runtime: Runtime) => {
  const desk = createDesk(runtime);
  const pauseContext: PauseContext = {
    ...runtime,
    cluster: createClusters(runtime),
    setPaused: async (...args) => (await import('../lib/cluster/deliver/pause.ts')).setPaused(...args),
  };
  return middy<SQSEvent, SQSBatchResponse>()
    .use(boundCalls(runtime))
    .handler(async (event: SQSEvent) =>
      handleBatch(event, runtime.logger, async ({ body, attributes }) => {
        const { v: _v, type: _type, ...request } = parseMessage('commands', body);
        const isLastTry = Number(attributes.ApproximateReceiveCount) >= commandMaxReceives;
        await carryOutLater(request, isLastTry, {
          ...desk(),
          pauseRollout: (asked) => pauseRollout(asked, pauseContext),
        });
      }),
    );
};

export const handler = forLambda(createHandler);
