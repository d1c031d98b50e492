import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { handleBatch } from '../lib/queues/batch.ts';
import { carryOutLater } from '../lib/release/carry-out.ts';
import { parseMessage } from '../lib/release/messages.ts';
import { type PauseContext, pauseRollout } from '../lib/release/pause.ts';
import { createClusters } from './clusters.ts';
import { boundCalls, forLambda } from './lambda.ts';
import type { Runtime } from './runtime.ts';
import { createDesk } from './slack-desk.ts';

/** The queue gives up after so many; see infra/aws/queues.yml. */
const maxReceives = 4;

/** SQS commands: carries out what was acknowledged, unless it is done already. */
export const createHandler = (runtime: Runtime) => {
  const desk = createDesk(runtime);
  const pauseContext: PauseContext = {
    ...runtime,
    cluster: createClusters(runtime),
    setPaused: async (...args) => (await import('../lib/cluster/pause.ts')).setPaused(...args),
  };
  return middy<SQSEvent, SQSBatchResponse>()
    .use(boundCalls(runtime))
    .handler(async (event: SQSEvent) =>
      handleBatch(event, runtime.logger, async ({ body, attributes }) => {
        const { v: _v, type: _type, ...request } = parseMessage('commands', body);
        const isLastTry = Number(attributes.ApproximateReceiveCount) >= maxReceives;
        await carryOutLater(request, isLastTry, {
          ...desk(),
          pauseRollout: (asked) => pauseRollout(asked, pauseContext),
        });
      }),
    );
};

export const handler = forLambda(createHandler);
