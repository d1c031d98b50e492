import middy from '@middy/core';
import type { EventBridgeEvent } from 'aws-lambda';
import { boundCalls, forLambda } from '../lib/app/lambda.ts';
import type { Runtime } from '../lib/app/runtime.ts';
import { reconcile } from '../lib/release/lifecycle/reconcile.ts';
import { withUndo } from '../lib/release/undo/request-undo.ts';

/** On a schedule: sends the jobs again of whatever was recorded and not picked up. */
export const createHandler = (runtime: Runtime) =>
  middy<EventBridgeEvent<'Scheduled Event', unknown>, Awaited<ReturnType<typeof reconcile>>>()
    .use(boundCalls(runtime))
    .handler(async () => {
      const sent = await reconcile(withUndo(runtime));
      if (sent.work + sent.images + sent.rollouts > 0) runtime.logger.warn('overdue jobs sent again', sent);
      return sent;
    });

export const handler = forLambda(createHandler);
