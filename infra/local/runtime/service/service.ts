import path from 'node:path';
import { TagboatError } from '../../../../lib/errors.ts';
import { isMapping, mapping, type Unknowns } from '../../../../lib/mapping.ts';
import { type Resource, readResources } from './resources.ts';
import { readServiceFile } from './yaml.ts';

/** `POST /webhooks/{source}` */
export type Route = { readonly method: string; readonly path: string };

/** One event source mapping: this function is invoked with batches of that queue's messages. */
export type QueueMapping = {
  /** Logical id of the queue in the CloudFormation resources. */
  readonly queue: string;
  /** Messages per invocation at most; a receive brings ten. */
  readonly batchSize: number;
  readonly reportsFailures: boolean;
};

export type FunctionDescription = {
  /** Its key under `functions:`. */
  readonly name: string;
  /** The module that exports `createHandler`, as an absolute path. */
  readonly file: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  /** Values may hold intrinsic functions; `resolveEnvironment` fills them in once the resources exist. */
  readonly environment: Unknowns;
  /** `iamRoleStatements` as they stand there; what none of them allows, the function may not do. */
  readonly permissions: unknown;
  readonly routes: readonly Route[];
  readonly queues: readonly QueueMapping[];
  /** Every how many milliseconds, one entry for each schedule. */
  readonly schedules: readonly number[];
  /** Of rules of EventBridge: what an event has to look like. */
  readonly patterns: readonly Unknowns[];
};

/** What serverless.yml declares: all that the local stack knows about how the functions are deployed. */
export type Service = {
  readonly functions: readonly FunctionDescription[];
  readonly resources: Readonly<Record<string, Resource>>;
};

/**
 * Reads serverless.yml and the resources it includes.
 * @param file path of serverless.yml
 * @throws TagboatError `config-not-found`, `config-invalid`
 */
export const readService = (
  file: string,
  options: { readonly stage?: string; readonly region?: string } = {},
): Service => {
  const stage = options.stage ?? 'local';
  const document = readServiceFile(file, stage, options.region ?? 'us-east-1');
  const provider = mapping(document.provider);
  const functions = Object.entries(mapping(document.functions)).map(([name, value]) =>
    readFunction(name, mapping(value), provider, path.dirname(file)),
  );
  return { functions, resources: readResources(document.resources, `${document.service}-${stage}`) };
};

const readFunction = (
  name: string,
  value: Unknowns,
  provider: Unknowns,
  directory: string,
): FunctionDescription => {
  const handler = value.handler;
  if (typeof handler !== 'string')
    throw new TagboatError('config-invalid', `functions.${name} of serverless.yml has no handler`);
  const events = Array.isArray(value.events) ? value.events.filter(isMapping) : [];
  return {
    name,
    file: path.resolve(directory, handler.replace(/\.[\w$]+$/, '.ts')),
    // The defaults are those of the Serverless Framework.
    timeoutSeconds: Number(value.timeout ?? provider.timeout ?? 6),
    memoryMb: Number(value.memorySize ?? provider.memorySize ?? 1024),
    environment: { ...mapping(provider.environment), ...mapping(value.environment) },
    permissions: value.iamRoleStatements,
    routes: events.flatMap((event) => readRoute(event.httpApi)),
    queues: events.flatMap((event) => readMapping(event.sqs)),
    schedules: events.flatMap((event) => readSchedule(event.schedule)),
    patterns: events.flatMap((event) => {
      const { pattern } = mapping(event.eventBridge);
      return isMapping(pattern) ? [pattern] : [];
    }),
  };
};

const readRoute = (event: unknown): readonly Route[] => {
  if (typeof event === 'string') {
    const [method = '*', route = ''] = event.split(' ');
    return [{ method, path: route }];
  }
  if (!isMapping(event)) return [];
  return [{ method: String(event.method ?? '*').toUpperCase(), path: String(event.path ?? '') }];
};

const readMapping = (event: unknown): readonly QueueMapping[] => {
  if (!isMapping(event)) return [];
  const attribute = mapping(event.arn)['Fn::GetAtt'];
  if (!Array.isArray(attribute))
    throw new TagboatError('config-invalid', 'an sqs event of serverless.yml names no queue with Fn::GetAtt');
  return [
    {
      queue: String(attribute[0]),
      batchSize: Number(event.batchSize ?? 10),
      reportsFailures: event.functionResponseType === 'ReportBatchItemFailures',
    },
  ];
};

const unitMs: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

const readSchedule = (rate: unknown): readonly number[] => {
  const [, count, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(String(rate)) ?? [];
  return count === undefined ? [] : [Number(count) * (unitMs[unit] ?? 0)];
};
