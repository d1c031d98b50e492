import { Logger as Powertools } from '@aws-lambda-powertools/logger';
import type { Context as LambdaContext } from 'aws-lambda';
import type { Config } from '../config/types.ts';
import { TagboatError } from '../errors.ts';
import type { LogFields, Logger } from '../logger.ts';
import { redact } from '../redact.ts';
import { createRuntime, type Runtime } from './runtime.ts';

/** Written into the bundle when it is packaged: see infra/aws/esbuild.cjs. */
declare const __TAGBOAT_CONFIG__: Config | undefined;

/** What becomes of each value of a log line: credentials are masked, whatever field they hide in. */
export const logValue = (_key: string, value: unknown): unknown =>
  typeof value === 'string' ? redact(value) : value;

/** JSON lines for CloudWatch. */
const createLogger = (): Logger => {
  const powertools = new Powertools({
    serviceName: 'tagboat',
    jsonReplacerFn: logValue,
  });
  const log =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: LogFields = {}) =>
      powertools[level](message, fields as Record<string, string>);
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
};

/** Middleware that says how long the invocation may run, for what bounds the calls to AWS. */
export const boundCalls = ({ timeLeft }: Pick<Runtime, 'timeLeft'>) => ({
  before: ({ context }: { readonly context: Pick<LambdaContext, 'getRemainingTimeInMillis'> }): void =>
    timeLeft.begin(context.getRemainingTimeInMillis()),
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
