import { Logger as Powertools } from '@aws-lambda-powertools/logger';
import type { Context as LambdaContext } from 'aws-lambda';
import type { Config } from '../config/types.ts';
import { TagboatError } from '../errors.ts';
import { safeValue } from '../log-line.ts';
import type { LogFields, Logger } from '../logger.ts';
import { createRuntime, type Runtime } from './runtime.ts';

/** Written into the bundle when it is packaged: see infra/aws/esbuild.cjs. */
declare const __TAGBOAT_CONFIG__: Config | undefined;

/** JSON lines for CloudWatch, without credentials and control characters, whatever field they hide in. */
const createLogger = (): Logger => {
  const powertools = new Powertools({
    serviceName: 'tagboat',
    jsonReplacerFn: safeValue,
  });
  const log =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: LogFields = {}) =>
      powertools[level](message, fields as Record<string, string>);
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
};

/**
 * Middleware that says how long the invocation may run, for what bounds the calls to AWS.
 * @param keepMs of it, in milliseconds, for calls that are made where the others have failed
 */
export const boundCalls = ({ timeLeft }: Pick<Runtime, 'timeLeft'>, keepMs = 0) => ({
  before: ({ context }: { readonly context: Pick<LambdaContext, 'getRemainingTimeInMillis'> }): void =>
    timeLeft.begin(context.getRemainingTimeInMillis(), keepMs),
});

/**
 * The handler that AWS calls: made from the process's environment and the packaged configuration at the first
 * invocation, so that a mistake in either is an error that the log explains, and not a function that does not start.
 */
export const forLambda = <E, C, R>(
  createHandler: (runtime: Runtime) => (event: E, context: C) => Promise<R> | R,
): ((event: E, context: C) => Promise<R>) => {
  let handler: ((event: E, context: C) => Promise<R> | R) | undefined;
  return async (event, context) => {
    if (handler === undefined) {
      if (typeof __TAGBOAT_CONFIG__ === 'undefined')
        throw new TagboatError('config-not-found', 'the bundle was made without a configuration');
      handler = createHandler(
        createRuntime({ env: process.env, config: __TAGBOAT_CONFIG__, logger: createLogger() }),
      );
    }
    return handler(event, context);
  };
};
