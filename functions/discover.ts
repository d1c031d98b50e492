import middy from '@middy/core';
import type { Context, EventBridgeEvent } from 'aws-lambda';
import { createAppRepositories } from '../lib/app/app-repositories.ts';
import { createConfigRepos } from '../lib/app/config-repos.ts';
import { boundCalls, forLambda } from '../lib/app/lambda.ts';
import type { Runtime } from '../lib/app/runtime.ts';
import { discover } from '../lib/release/discover/discover.ts';

/**
 * On a schedule: finds the tags that no hook announced, and the config repos that somebody changed by hand, for the apps whose
 * turn it is (`reconcile` in tagboat.yml).
 */
export const createHandler = (runtime: Runtime) => {
  const context = {
    ...runtime,
    gitTags: createAppRepositories(runtime),
    openRemote: createConfigRepos(runtime, { signs: false }),
  };
  return middy<EventBridgeEvent<'Scheduled Event', unknown>, Awaited<ReturnType<typeof discover>>>()
    .use(boundCalls(runtime))
    .handler((_event: EventBridgeEvent<'Scheduled Event', unknown>, lambda: Context) =>
      discover(context, lambda.getRemainingTimeInMillis()),
    );
};

export const handler = forLambda(createHandler);
