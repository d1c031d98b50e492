import { createHash, randomBytes } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { KMSClient } from '@aws-sdk/client-kms';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { JSONWebKeySet } from 'jose';
import { monotonicFactory } from 'ulid';
import { awsOptions } from '../aws-options.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { Config } from '../config/types.ts';
import { TagboatError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { once } from '../once.ts';
import { createQueues, type Queues } from '../queues/queues.ts';
import type { RegistryClient } from '../registry/client.ts';
import type { Context } from '../release/queue/context.ts';
import { createJobs } from '../release/queue/jobs.ts';
import { createLeases, type Leases } from '../release/record/lease.ts';
import { createStore } from '../release/record/store.ts';
import { createKmsClient } from '../secrets/client.ts';
import { createSecrets, type Secrets } from '../secrets/unseal.ts';
import { createTable } from '../store/table.ts';
import { createTimeLeft, type TimeLeft } from '../time-left.ts';

/** Make clients of AWS. A function's are made, and their code loaded, when they are first needed, and then kept. */
type ClientFactories = {
  readonly kms: () => Promise<KMSClient>;
  readonly sqs: () => Promise<SQSClient>;
  readonly dynamodb: () => Promise<DynamoDBClient>;
};

/** What the local stack does otherwise than AWS. Handed in by it, and by nothing that is deployed. */
type LocalOptions = {
  /** `file:` secrets are relative to it. */
  readonly baseDirectory: string;
  /** Where `env:` secrets come from. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Answers for every registry host without an endpoint of its own. */
  readonly registryEndpoint?: string;
  /** Stands in for https://api.github.com. */
  readonly githubApi?: string;
  /** Stands in for https://slack.com/api. */
  readonly slackApi?: string;
  /** Where a response_url may lie besides Slack's own host. */
  readonly slackResponses?: string;
  /** Stand in for the keys of every issuer of tokens (JWKS). */
  readonly identityKeys?: JSONWebKeySet;
  /** Within so many milliseconds, and within the invocation, a request of Slack's is answered; Slack waits for 3,000. */
  readonly slackAnswerMs?: number;
};

export type RuntimeOptions = {
  /** The one place the environment is read. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly config: Config;
  readonly local?: LocalOptions | undefined;
  readonly logger: Logger;
  /** Clients that several runtimes share; its own where absent. */
  readonly aws?: ClientFactories;
  readonly clock?: Clock;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
};

/** What every function is wired from. Clients are made, and their code loaded, when they are first needed. */
export type Runtime = Context & {
  readonly secrets: Secrets;
  readonly registry: () => Promise<RegistryClient>;
  /** Rows that one process at a time may work on. */
  readonly leases: Leases;
  readonly queues: Queues;
  /** What calls to AWS are bounded by. */
  readonly timeLeft: TimeLeft;
  readonly local: LocalOptions | undefined;
};

/** Clients as the environment says, with the settings of the deployed functions. */
export const createAwsClients = (env: RuntimeOptions['env']): ClientFactories => ({
  kms: once(() => createKmsClient(env)),
  sqs: once(async () => {
    const { SQSClient } = await import('@aws-sdk/client-sqs');
    // Our own queue client checks nothing that TLS does not; hashing every body costs cold start.
    return new SQSClient({ ...awsOptions(env, 'SQS'), useQueueUrlAsEndpoint: true, md5: false });
  }),
  dynamodb: once(
    async () => new (await import('@aws-sdk/client-dynamodb')).DynamoDBClient(awsOptions(env, 'DYNAMODB')),
  ),
});

const secureRandom = (): number => randomBytes(4).readUInt32LE() / 2 ** 32;

/**
 * @throws TagboatError `environment-invalid`
 */
export const createRuntime = ({
  env,
  config,
  local,
  logger,
  aws = createAwsClients(env),
  clock = systemClock,
  random = secureRandom,
}: RuntimeOptions): Runtime => {
  const required = (name: string): string => {
    const value = env[name];
    if (value === undefined || value === '')
      throw new TagboatError('environment-invalid', `${name} is not set`);
    return value;
  };
  const ulid = monotonicFactory(random);
  const newId = (now = clock.now()) => ulid(now);
  // On the local stack everything is on a loopback address.
  const timeLeft = createTimeLeft(clock, { patient: local !== undefined });
  const secrets = createSecrets({
    kms: aws.kms,
    local: local && { env: local.env, baseDirectory: local.baseDirectory },
    clock,
    timeLeft,
  });
  const queues = createQueues(
    aws.sqs,
    {
      releases: required('TAGBOAT_RELEASES_QUEUE_URL'),
      rollouts: required('TAGBOAT_ROLLOUTS_QUEUE_URL'),
      images: required('TAGBOAT_IMAGES_QUEUE_URL'),
      notifications: required('TAGBOAT_NOTIFICATIONS_QUEUE_URL'),
      commands: required('TAGBOAT_COMMANDS_QUEUE_URL'),
      hooks: required('TAGBOAT_HOOKS_QUEUE_URL'),
    },
    timeLeft,
  );
  const tableName = required('TAGBOAT_TABLE');
  const table = createTable(aws.dynamodb, tableName, timeLeft);
  return {
    config,
    clock,
    logger,
    newId,
    secrets,
    local,
    store: createStore({ table, clock, newId }),
    timeLeft,
    leases: createLeases({ table, clock, newId }),
    queues,
    jobs: createJobs(queues),
    registry: once(async () => {
      const { createRegistryClient } = await import('../registry/client.ts');
      return createRegistryClient({
        registries: config.registries,
        unseal: secrets.unseal,
        clock,
        ...(local?.registryEndpoint === undefined ? {} : { defaultEndpoint: local.registryEndpoint }),
      });
    }),
  };
};

/** Credentials change when a secret is sealed anew; connections are kept by what they were made with. */
export const fingerprint = (text: string): string => createHash('sha256').update(text).digest('base64url');
