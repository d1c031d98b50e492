import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { boundCalls, forLambda } from '../lib/app/lambda.ts';
import { receiveHook } from '../lib/app/receive-hook.ts';
import type { Runtime } from '../lib/app/runtime.ts';
import { httpErrors, json, toRawRequest } from '../lib/http.ts';
import { intake } from '../lib/release/intake/intake.ts';

/** POST /webhooks/{source}[/{key}]: verify the raw bytes, parse, record what is to be released, answer 202 with the plan. */
export const createHandler = (runtime: Runtime) =>
  middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .use(httpErrors(runtime.logger))
    .use(boundCalls(runtime))
    .handler(async (event: APIGatewayProxyEventV2) => {
      const request = toRawRequest(event);
      const { parsed, secret } = await receiveHook(request, event.pathParameters ?? {}, runtime);
      const answer = await intake(parsed, runtime);
      const { requestId } = event.requestContext;
      const delivery = { requestId, source: event.pathParameters?.source, secret };
      runtime.logger.info('webhook accepted', {
        ...delivery,
        releases: answer.releases,
        skipped: answer.skipped,
      });
      return json(202, { requestId, ...answer });
    });

export const handler = forLambda(createHandler);
