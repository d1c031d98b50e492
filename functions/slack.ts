import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { boundCalls, forLambda } from '../lib/app/lambda.ts';
import type { Runtime } from '../lib/app/runtime.ts';
import { createDesk } from '../lib/app/slack-context.ts';
import { TagboatError } from '../lib/errors.ts';
import { httpErrors, json, type RawRequest, toRawRequest } from '../lib/http.ts';
import type { SignedRequest } from '../lib/release/record/request-store.ts';
import { isSslCheck } from '../lib/slack/command.ts';
import { receive } from '../lib/slack-app/handle-request.ts';

/** Slack waits for three seconds, and the way to it and back is part of them. */
const deployedAnswerMs = 2_500;
/** Of the invocation, for the answer itself. */
const reserveMs = 500;
/** What Slack sends is small, but for a button under a message with long evidence; and it has to fit into a queue. */
const maxBytes = 200_000;

/** POST /slack/commands, /slack/interactions: takes it, puts it on record, carries it out if there is time, and answers. */
export const createHandler = (runtime: Runtime) => {
  const desk = createDesk(runtime);
  const answerWithinMs = runtime.local?.slackAnswerMs ?? deployedAnswerMs;
  return middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .use(httpErrors(runtime.logger))
    .use(boundCalls(runtime))
    .handler(async (event: APIGatewayProxyEventV2, context: Context) => {
      const now = runtime.clock.now();
      const raw = toRawRequest(event);
      const request = toSignedRequest(raw, now);
      if (isSslCheck(raw)) return json(200, {});
      const arrived = event.requestContext.timeEpoch || now;
      const until = Math.min(arrived + answerWithinMs, now + context.getRemainingTimeInMillis() - reserveMs);
      const message = await receive(request, until, desk());
      return message === undefined ? { statusCode: 200, body: '' } : json(200, message);
    });
};

const toSignedRequest = ({ path, headers, body }: RawRequest, receivedAt: number): SignedRequest => {
  if (body.byteLength > maxBytes)
    throw new TagboatError(
      'body-too-large',
      `the body has ${body.byteLength} bytes; at most ${maxBytes} are read`,
    );
  // A form is ASCII; anything else would not come out of the record as it was signed.
  if (body.some((byte) => byte > 0x7e)) throw new TagboatError('payload-invalid', 'the body is not a form');
  return {
    endpoint: path.endsWith('/interactions') ? 'interactions' : 'commands',
    body: Buffer.from(body).toString('latin1'),
    signature: headers['x-slack-signature'] ?? '',
    timestamp: headers['x-slack-request-timestamp'] ?? '',
    receivedAt,
  };
};

export const handler = forLambda(createHandler);
