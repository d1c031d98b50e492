import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { TagboatError } from '../errors.ts';
import type { LogFields, Logger } from '../logger.ts';
import { json } from './respond.ts';

const maxCauses = 5;
/** `Retry-After` of a 503 where the error does not say how long to wait. */
export const retryLaterSeconds = 5;

/** Everything about an error that the logs should have; `JSON.stringify` alone makes `{}` of one. */
const errorFields = (error: unknown, depth = 0): LogFields => {
  if (!(error instanceof Error)) return { name: typeof error, message: String(error) };
  const cause =
    error.cause === undefined || depth >= maxCauses ? {} : { cause: errorFields(error.cause, depth + 1) };
  const code = error instanceof TagboatError ? { code: error.code } : {};
  return { name: error.name, ...code, message: error.message, stack: error.stack, ...cause };
};

/**
 * The one map from errors to HTTP, as middy middleware. What the caller did wrong (4xx) is explained:
 * `{error: {code, message, next, requestId}}`. What we did wrong (5xx) shows `{requestId}` and nothing else; the logs have
 * the rest under that id. A 503 carries `Retry-After`: what the error knows, or a few seconds.
 */
export const httpErrors = (
  logger: Logger,
): MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> & {
  readonly onError: NonNullable<
    MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>['onError']
  >;
} => ({
  onError: (request) => {
    const { error } = request;
    const requestId = request.event.requestContext?.requestId ?? request.context.awsRequestId;
    // The route and never the path: a path may end in a key, /webhooks/dockerhub/<key>
    const route = request.event.routeKey;
    if (error instanceof TagboatError && error.status < 500) {
      const { code, message, next, status } = error;
      logger.warn('request refused', { requestId, route, status, code, message });
      request.response = json(status, { error: { code, message, next, requestId } });
      return;
    }
    const status = error instanceof TagboatError ? error.status : 500;
    logger.error('request failed', { requestId, route, status, error: errorFields(error) });
    const response = json(status, { requestId });
    const { retryAfterSeconds: seconds = retryLaterSeconds } = error instanceof TagboatError ? error : {};
    request.response =
      status === 503
        ? {
            ...response,
            headers: { ...response.headers, 'retry-after': String(Math.max(1, Math.ceil(seconds))) },
          }
        : response;
  },
});
