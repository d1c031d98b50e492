import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { boundCalls, forLambda } from '../lib/app/lambda.ts';
import type { Runtime } from '../lib/app/runtime.ts';
import { createRequestContext } from '../lib/app/slack-request-context.ts';
import { httpErrors, json, toRawRequest } from '../lib/http.ts';
import { isSslCheck } from '../lib/slack/command.ts';
import { handleRequest } from '../lib/slack-app/handle-request.ts';

/** Slack waits for three seconds, and the way to it and back is part of them. */
const deployedAnswerMs = 2_500;
/** Of the invocation, for the answer itself. */
const reserveMs = 500;

/** POST /slack/commands, /slack/interactions: verifies the request, puts it on the queue for the worker, and acknowledges it. */
export const createHandler = (runtime: Runtime) => {
  const answerWithinMs = runtime.local?.slackAnswerMs ?? deployedAnswerMs;
  return middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .use(httpErrors(runtime.logger))
    .use(boundCalls(runtime))
    .handler(async (event: APIGatewayProxyEventV2, context: Context) => {
      const now = runtime.clock.now();
      const request = toRawRequest(event);
      if (isSslCheck(request)) return json(200, {});
      // The clock of API Gateway may be ahead.
      const arrived = Math.min(event.requestContext.timeEpoch || now, now);
      const until = Math.min(arrived + answerWithinMs, now + context.getRemainingTimeInMillis() - reserveMs);
      const message = await handleRequest(request, now, until, createRequestContext(runtime));
      return message === undefined ? { statusCode: 200, body: '' } : json(200, message);
    });
};

export const handler = forLambda(createHandler);
