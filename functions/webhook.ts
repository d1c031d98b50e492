import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { boundCalls, forLambda } from '../lib/app/lambda.ts';
import type { Runtime } from '../lib/app/runtime.ts';
import { unsealSource } from '../lib/app/source-secrets.ts';
import { TagboatError } from '../lib/errors.ts';
import { httpErrors, json, toRawRequest } from '../lib/http.ts';
import { intakeOrDefer } from '../lib/release/intake/intake-or-defer.ts';
import { deferHookMs } from '../lib/release/queue/schedule.ts';
import { sources } from '../lib/sources/catalog.ts';

/**
 * POST /webhooks/{source}[/{key}]: verify the raw bytes, parse, record what is to be released, answer 202 with the plan; where
 * it cannot be recorded, hand the hook to the hook worker, and answer 202 with `deferred`.
 */
export const createHandler = (runtime: Runtime) =>
  middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .use(httpErrors(runtime.logger))
    .use(boundCalls(runtime, deferHookMs))
    .handler(async (event: APIGatewayProxyEventV2) => {
      const receivedAt = runtime.clock.now();
      const request = toRawRequest(event);
      const name = event.pathParameters?.source ?? '';
      const source = Object.hasOwn(sources, name) ? sources[name] : undefined;
      const config = Object.hasOwn(runtime.config.sources, name) ? runtime.config.sources[name] : undefined;
      if (source === undefined || config === undefined)
        throw new TagboatError('source-unknown', `no source "${name.slice(0, 60)}" is configured`);
      const secrets = await unsealSource(name, config, runtime.secrets.unseal);
      await source.verify(request, secrets, event.pathParameters?.key);
      const { requestId } = event.requestContext;
      const parsed = source.parse(request, config);
      const answer = await intakeOrDefer(parsed, { source: name, requestId, receivedAt }, runtime);
      runtime.logger.info('webhook accepted', { requestId, source: name, ...answer });
      return json(202, { requestId, ...answer });
    });

export const handler = forLambda(createHandler);
