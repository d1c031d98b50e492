import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';
import type { Logger } from '../../../../lib/logger.ts';
import type { FunctionDescription } from '../service/service.ts';

/** What `createHandler(runtime)` of a function's module returns. */
export type Handler = (event: unknown, context: Context) => Promise<unknown>;

/** How an invocation ended, as Lambda's callers (API Gateway, the queue poller) are told. */
export type Invocation =
  | { readonly type: 'returned'; readonly value: unknown }
  | { readonly type: 'failed' }
  /** Not begun: too many run and wait already. */
  | { readonly type: 'throttled' }
  | { readonly type: 'timed-out' };

export type LambdaFunction = {
  readonly name: string;
  invoke(event: unknown): Promise<Invocation>;
  /** How many invocations are under way. */
  readonly running: () => number;
};

/**
 * Runs a handler the way Lambda does: with its own context, a deadline, and errors that stay inside. What cannot be
 * done in one process is to freeze it: a handler that timed out goes on in the background, which is one more reason
 * for every step to be repeatable.
 */
export const createFunction = (
  description: Pick<FunctionDescription, 'name' | 'timeoutSeconds' | 'memoryMb'>,
  handler: Handler,
  logger: Logger,
): LambdaFunction => {
  let running = 0;
  const invoke = async (event: unknown): Promise<Invocation> => {
    const deadline = Date.now() + description.timeoutSeconds * 1000;
    const context = contextFor(description, deadline);
    const fields = { function: description.name, requestId: context.awsRequestId };
    const { promise: timeUp, resolve } = Promise.withResolvers<Invocation>();
    const timer = setTimeout(() => resolve({ type: 'timed-out' }), description.timeoutSeconds * 1000);
    running += 1;
    try {
      const outcome = await Promise.race([call(handler, event, context, logger, fields), timeUp]);
      if (outcome.type === 'timed-out') logger.error('the function timed out', fields);
      return outcome;
    } finally {
      running -= 1;
      clearTimeout(timer);
    }
  };
  return { name: description.name, invoke, running: () => running };
};

const call = async (
  handler: Handler,
  event: unknown,
  context: Context,
  logger: Logger,
  fields: Readonly<Record<string, unknown>>,
): Promise<Invocation> => {
  try {
    // Through JSON and back, as on the wire: a handler must not see what JSON cannot carry.
    return { type: 'returned', value: await handler(JSON.parse(JSON.stringify(event)), context) };
  } catch (error) {
    logger.error('the function failed', { ...fields, error });
    return { type: 'failed' };
  }
};

const contextFor = (
  { name, memoryMb }: Pick<FunctionDescription, 'name' | 'memoryMb'>,
  deadline: number,
): Context => ({
  callbackWaitsForEmptyEventLoop: false,
  functionName: name,
  functionVersion: '$LATEST',
  invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
  memoryLimitInMB: String(memoryMb),
  awsRequestId: randomUUID(),
  logGroupName: `/aws/lambda/${name}`,
  logStreamName: 'local',
  getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  done: () => {},
  fail: () => {},
  succeed: () => {},
});
