import middy from '@middy/core';
import type { Context, EventBridgeEvent } from 'aws-lambda';
import { boundCalls, forLambda } from '../lib/app/lambda.ts';
import { receiveEvent } from '../lib/app/receive-event.ts';
import type { Runtime } from '../lib/app/runtime.ts';
import { intakeOrDefer } from '../lib/release/intake/intake-or-defer.ts';
import { deferHookMs } from '../lib/release/queue/schedule.ts';

/**
 * EventBridge, "ECR Image Action": records what is to be released, as `webhook` does; where that is not possible, hands it to the
 * hook worker. What fails is tried again by Lambda, and goes to the dead-letter queue after that.
 */
export const createHandler = (runtime: Runtime) =>
  middy<EventBridgeEvent<string, unknown>, void>()
    .use(boundCalls(runtime, deferHookMs))
    .handler(async (event: EventBridgeEvent<string, unknown>, { awsRequestId: requestId }: Context) => {
      const receivedAt = runtime.clock.now();
      for (const { source, parsed } of receiveEvent(event, 'ecr', runtime.config)) {
        const answer = await intakeOrDefer(parsed, { source, requestId, receivedAt }, runtime);
        runtime.logger.info('event accepted', { requestId, source, ...answer });
      }
    });

export const handler = forLambda(createHandler);
