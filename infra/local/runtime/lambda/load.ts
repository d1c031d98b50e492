import { pathToFileURL } from 'node:url';
import { TagboatError } from '../../../../lib/errors.ts';
import type { FunctionDescription } from '../service/service.ts';
import type { Handler } from './function.ts';

/**
 * Imports the module that serverless.yml names and makes its handler: the very code that is deployed.
 * @param runtime what lib/app/runtime.ts made; handed through unseen, so that tests can use functions of their own
 */
export const loadHandler = async (description: FunctionDescription, runtime: unknown): Promise<Handler> => {
  const module: Readonly<Record<string, unknown>> = await import(pathToFileURL(description.file).href);
  const create = module.createHandler;
  if (typeof create !== 'function')
    throw new TagboatError('config-invalid', `functions/${description.name} does not export createHandler`);
  const handler: unknown = create(runtime);
  if (typeof handler !== 'function')
    throw new TagboatError(
      'config-invalid',
      `createHandler of functions/${description.name} made no function`,
    );
  // A handler takes whatever event its trigger sends, and checks it itself.
  return async (event, context) => handler(event, context);
};
