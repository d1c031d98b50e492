import middy from '@middy/core';
import type { EventBridgeEvent } from 'aws-lambda';
import { createGithub } from '../lib/app/github-client.ts';
import { boundCalls, forLambda } from '../lib/app/lambda.ts';
import type { Runtime } from '../lib/app/runtime.ts';
import { redeliver } from '../lib/release/intake/redeliver.ts';

/** On a schedule: has GitHub deliver the webhooks again that it could not deliver. */
export const createHandler = (runtime: Runtime) => {
  const context = { ...runtime, github: createGithub(runtime) };
  return middy<EventBridgeEvent<'Scheduled Event', unknown>, Awaited<ReturnType<typeof redeliver>>>()
    .use(boundCalls(runtime))
    .handler(() => redeliver(context));
};

export const handler = forLambda(createHandler);
