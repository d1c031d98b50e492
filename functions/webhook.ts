import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { boundCalls, forLambda } from '../lib/app/lambda.ts';
import { receiveHook } from '../lib/app/receive-hook.ts';
import type { Runtime } from '../lib/app/runtime.ts';
import { createTokenVerification } from '../lib/app/token-verifier.ts';
import { httpErrors, json, toRawRequest } from '../lib/http.ts';
import { intakeOrDefer } from '../lib/release/intake/intake-or-defer.ts';
import { deferHookMs } from '../lib/release/queue/schedule.ts';

/**
 * POST /webhooks/{source}[/{key}]: verify the raw bytes, parse, record what is to be released, answer 202 with the plan; where
 * it cannot be recorded, hand the hook to the hook worker, and answer 202 with `deferred`.
 */
export const createHandler = (runtime: Runtime, verifyToken = createTokenVerification(runtime)) =>
  middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .use(httpErrors(runtime.logger))
    .use(boundCalls(runtime, deferHookMs))
    .handler(async (event: APIGatewayProxyEventV2) => {
      const receivedAt = runtime.clock.now();
      const request = toRawRequest(event);
      const { source: name = '', key } = event.pathParameters ?? {};
      const { requestId } = event.requestContext;
      const context = { ...runtime, verifyToken };
      const { parsed, provenBy } = await receiveHook(request, { source: name, key, requestId }, context);
      const answer = await intakeOrDefer(parsed, { source: name, requestId, receivedAt }, runtime);
      runtime.logger.info('webhook accepted', { requestId, source: name, provenBy, ...answer });
      return json(202, { requestId, ...answer });
    });

export const handler = forLambda(createHandler);
