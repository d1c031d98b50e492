import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { RuntimeOptions } from '../../../../lib/app/runtime.ts';
import { TagboatError } from '../../../../lib/errors.ts';
import type { Logger } from '../../../../lib/logger.ts';
import { createFunction, type LambdaFunction } from '../../runtime/lambda/function.ts';
import { loadHandler } from '../../runtime/lambda/load.ts';
import type { FunctionDescription, Service } from '../../runtime/service/service.ts';
import { type Created, resolveEnvironment } from '../../runtime/service/values.ts';

/**
 * Makes every function that serverless.yml declares, each with a runtime of its own, as on Lambda, where each has its
 * own process and environment.
 * @param project directory of serverless.yml
 * @param clientsOf makes what a function calls AWS with
 */
export const createFunctions = async (
  service: Service,
  project: string,
  created: Readonly<Record<string, Created>>,
  options: RuntimeOptions,
  clientsOf: (description: FunctionDescription) => Pick<RuntimeOptions, 'aws' | 'callAws'>,
  logger: Logger,
): Promise<ReadonlyMap<string, LambdaFunction>> => {
  const createRuntime = await loadCreateRuntime(project);
  const functions = await Promise.all(
    service.functions.map(async (description): Promise<[string, LambdaFunction]> => {
      const env = { ...options.env, ...resolveEnvironment(description.environment, created) };
      const clients = clientsOf(description);
      const handler = await loadHandler(description, createRuntime({ ...options, ...clients, env }));
      return [description.name, createFunction(withPatience(description), handler, logger)];
    }),
  );
  return new Map(functions);
};

/** Of a function that a client waits for, in seconds: one on a busy machine waits as long as it takes. */
const leastHttpSeconds = 60;

const withPatience = (description: FunctionDescription): FunctionDescription =>
  description.routes.length === 0
    ? description
    : { ...description, timeoutSeconds: Math.max(leastHttpSeconds, description.timeoutSeconds) };

const loadCreateRuntime = async (project: string): Promise<(options: RuntimeOptions) => unknown> => {
  const file = path.join(project, 'lib', 'app', 'runtime.ts');
  const module: Readonly<Record<string, unknown>> = await import(pathToFileURL(file).href);
  const { createRuntime } = module;
  if (typeof createRuntime !== 'function')
    throw new TagboatError('config-invalid', `${file} does not export createRuntime`);
  return (options) => createRuntime(options);
};
