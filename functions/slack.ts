import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { TagboatError } from '../lib/errors.ts';
import { httpErrors, json, toRawRequest } from '../lib/http.ts';
import { runCommand } from '../lib/release/command.ts';
import { isSslCheck, parseSlashCommand } from '../lib/slack/command.ts';
import { verifySlackRequest } from '../lib/slack/verify.ts';
import { forLambda } from './lambda.ts';
import type { Runtime } from './runtime.ts';

/** POST /slack/commands: verify the raw bytes, record what was asked for, acknowledge within Slack's three seconds. */
export const createHandler = (runtime: Runtime) =>
  middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .use(httpErrors(runtime.logger))
    .handler(async (event: APIGatewayProxyEventV2) => {
      const { config, secrets, clock, local } = runtime;
      const request = toRawRequest(event);
      if (config.slack === undefined) throw new TagboatError('source-unknown', 'no `slack` is configured');
      const signingSecret = await secrets.unseal(config.slack.signingSecret, 'slack/signingSecret');
      verifySlackRequest(request, signingSecret, clock.now());
      if (isSslCheck(request)) return json(200, {});
      const command = parseSlashCommand(request, { allowedBase: local?.slackResponses });
      return json(200, await runCommand(command, config.slack, runtime));
    });

export const handler = forLambda(createHandler);
