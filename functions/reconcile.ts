import middy from '@middy/core';
import type { EventBridgeEvent } from 'aws-lambda';
import { boundCalls, forLambda } from '../lib/app/lambda.ts';
import type { Runtime } from '../lib/app/runtime.ts';
import { mapping } from '../lib/mapping.ts';
import { reconcile } from '../lib/release/lifecycle/reconcile.ts';
import { withUndo } from '../lib/release/undo/request-undo.ts';

/**
 * On a schedule: sends the jobs again of whatever was recorded and not picked up. An event whose `detail` has `nothingRuns: true`
 * has it send those of everything that is under way; a schedule sends no such event.
 */
export const createHandler = (runtime: Runtime) =>
  middy<EventBridgeEvent<'Scheduled Event', unknown>, Awaited<ReturnType<typeof reconcile>>>()
    .use(boundCalls(runtime))
    .handler(async ({ detail }: EventBridgeEvent<'Scheduled Event', unknown>) => {
      const nothingRuns = mapping(detail).nothingRuns === true;
      const sent = await reconcile(withUndo(runtime), { nothingRuns });
      if (sent.work + sent.images + sent.rollouts > 0) runtime.logger.warn('overdue jobs sent again', sent);
      return sent;
    });

export const handler = forLambda(createHandler);
