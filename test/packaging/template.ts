import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const project = path.join(import.meta.dirname, '..', '..');

type Reference = { readonly Ref?: string; readonly 'Fn::GetAtt'?: readonly string[] };
type Resource = {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
};

export type Statement = {
  readonly Action: readonly string[];
  readonly Resource: readonly unknown[];
  readonly Condition: unknown;
};

export type DeployedFunction = {
  /** Logical id: `ReleaseDashworkerLambdaFunction`. */
  readonly id: string;
  readonly timeoutSeconds: number;
  readonly recursiveLoop: unknown;
  /** Logical id. */
  readonly role: string;
  readonly statements: readonly Statement[];
};

export type DeployedQueue = {
  readonly id: string;
  readonly visibilitySeconds: number;
  readonly retentionSeconds: number;
  /** Of a queue with a dead-letter queue. */
  readonly redrive: { readonly maxReceiveCount: number; readonly deadLetters: string } | undefined;
};

/** An event source mapping. */
export type DeployedMapping = {
  readonly function: string;
  readonly queue: string;
  readonly batchWindowSeconds: number;
  readonly maximumConcurrency: number | undefined;
};

export type Alarm = {
  readonly id: string;
  /** `AWS/Lambda Throttles` */
  readonly metric: string;
  /** The logical id of what it watches. */
  readonly of: string | undefined;
  readonly properties: Readonly<Record<string, unknown>>;
};

/** The template that `osls package` makes, and what this project's tests want to know of it. */
export const packageTemplate = async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'tagboat-template-'));
  try {
    await run('npx', ['osls', 'package', '--package', directory], { cwd: project });
    const text = await readFile(path.join(directory, 'cloudformation-template-update-stack.json'), 'utf8');
    const { Resources } = JSON.parse(text) as { readonly Resources: Readonly<Record<string, Resource>> };
    return viewOf(Resources);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

export type Template = Awaited<ReturnType<typeof packageTemplate>>;

const viewOf = (resources: Readonly<Record<string, Resource>>) => {
  const all = <T>(type: string, read: (id: string, properties: Resource['Properties']) => T): readonly T[] =>
    Object.entries(resources).flatMap(([id, { Type, Properties }]) =>
      Type === type ? [read(id, Properties)] : [],
    );
  const statementsOf = (role: string): readonly Statement[] =>
    (
      (resources[role]?.Properties.Policies ?? []) as readonly {
        readonly PolicyDocument: { readonly Statement: readonly Statement[] };
      }[]
    )
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
      .map(({ Action, Resource: on, Condition }) => ({
        Action: list(Action),
        Resource: list(on),
        Condition,
      }));
  const rules = all('AWS::Events::Rule', (_id, properties) => {
    const [target] = properties.Targets as readonly {
      readonly Arn: unknown;
      readonly DeadLetterConfig?: { readonly Arn: unknown };
    }[];
    return {
      function: referenced(target?.Arn),
      rate: properties.ScheduleExpression as string | undefined,
      pattern: properties.EventPattern,
      deadLetters: referenced(target?.DeadLetterConfig?.Arn),
    };
  });
  return {
    roles: all('AWS::IAM::Role', (id) => id),
    functions: all('AWS::Lambda::Function', (id, { Timeout, RecursiveLoop, Role }): DeployedFunction => {
      const role = referenced(Role);
      return {
        id,
        timeoutSeconds: Number(Timeout),
        recursiveLoop: RecursiveLoop,
        role,
        statements: statementsOf(role),
      };
    }),
    queues: all('AWS::SQS::Queue', (id, properties): DeployedQueue => {
      const redrive = properties.RedrivePolicy as
        | { readonly maxReceiveCount: number; readonly deadLetterTargetArn: unknown }
        | undefined;
      return {
        id,
        visibilitySeconds: Number(properties.VisibilityTimeout ?? 30),
        retentionSeconds: Number(properties.MessageRetentionPeriod ?? 345_600),
        redrive: redrive && {
          maxReceiveCount: redrive.maxReceiveCount,
          deadLetters: referenced(redrive.deadLetterTargetArn),
        },
      };
    }),
    mappings: all('AWS::Lambda::EventSourceMapping', (_id, properties): DeployedMapping => {
      const scaling = properties.ScalingConfig as { readonly MaximumConcurrency?: number } | undefined;
      return {
        function: referenced(properties.FunctionName),
        queue: referenced(properties.EventSourceArn),
        batchWindowSeconds: Number(properties.MaximumBatchingWindowInSeconds ?? 0),
        maximumConcurrency: scaling?.MaximumConcurrency,
      };
    }),
    integrations: all('AWS::ApiGatewayV2::Integration', (_id, properties) => ({
      function: referenced(properties.IntegrationUri),
      timeoutMs: Number(properties.TimeoutInMillis),
    })),
    scheduled: rules.filter(({ rate }) => rate !== undefined),
    /** Rules that wait for events. */
    waiting: rules.filter(({ pattern }) => pattern !== undefined),
    /** What becomes of an event that a function fails on. */
    failures: all('AWS::Lambda::EventInvokeConfig', (_id, properties) => ({
      function: referenced(properties.FunctionName),
      attempts: properties.MaximumRetryAttempts,
      deadLetters: referenced(
        (properties.DestinationConfig as { readonly OnFailure: { readonly Destination: unknown } }).OnFailure
          .Destination,
      ),
    })),
    /** By function, the service that may invoke it. */
    invokers: all('AWS::Lambda::Permission', (_id, properties) => ({
      function: referenced(properties.FunctionName),
      principal: properties.Principal,
    })),
    alarms: all('AWS::CloudWatch::Alarm', (id, properties): Alarm => {
      const [dimension] = properties.Dimensions as readonly { readonly Value: unknown }[];
      return {
        id,
        metric: `${properties.Namespace} ${properties.MetricName}`,
        of: referenced(dimension?.Value),
        properties,
      };
    }),
  };
};

const list = <T>(value: T | readonly T[]): readonly T[] =>
  Array.isArray(value) ? (value as readonly T[]) : [value as T];

/** The logical id in `{ Ref }` or `{ Fn::GetAtt: [id, …] }`. */
export const referenced = (value: unknown): string => {
  const { Ref: ref, 'Fn::GetAtt': attribute } = (value ?? {}) as Reference;
  return ref ?? attribute?.[0] ?? '';
};
