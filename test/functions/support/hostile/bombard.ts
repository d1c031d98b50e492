import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { createHandler as createSlack } from '../../../../functions/slack.ts';
import { createHandler as createWebhook } from '../../../../functions/webhook.ts';
import type { Config } from '../../../../lib/config/types.ts';
import { TagboatError } from '../../../../lib/errors.ts';
import { safeValue } from '../../../../lib/log-line.ts';
import type { LogFields, Logger } from '../../../../lib/logger.ts';
import type { IntakeAnswer } from '../../../../lib/release/intake/intake.ts';
import { parseCommandJob } from '../../../../lib/slack-app/command-job.ts';
import { httpEvent } from '../../../http/event.ts';
import { configWith } from '../../../release/support/context.ts';
import { memoryRuntime } from '../memory-runtime.ts';
import { anybody, type Choice, type Genuine, secrets } from './genuine.ts';
import { limitedQueues, limitedTable } from './limited.ts';
import { mutateBytes, mutateHeaders, mutateJson, mutateValue, nastyText } from './mutations.ts';
import { unnamed } from './named.ts';
import { createRandom, type Random } from './random.ts';
import { appsOfSamples, sourceEnv, sourceMap, tokenVerifier } from './sources.ts';

const env = { ...secrets };
/** A secret that stands in a URL. */
const hubKey = sourceEnv.dockerhub_key ?? '';
const config: Config = {
  ...configWith(),
  apps: {
    ...Object.fromEntries(
      Object.entries(configWith().apps).map(([name, app]) => {
        const production = app.environments.production;
        if (production === undefined) throw new Error('the test configuration has no production');
        return [name, { ...app, environments: { production, tags: { ...production, on: 'tag-push' } } }];
      }),
    ),
    ...appsOfSamples,
  },
  sources: sourceMap,
  slack: {
    signingSecret: 'env:signing',
    allow: { users: ['U024BE7LH'], channels: ['C0DEPLOYS'] },
    confirm: false,
    timeZone: 'UTC',
  },
};

/** What is known of a request before it is sent. `forged`: nobody who knows the secret made it. */
type Kind = 'signed' | 'forged' | 'tampered';
type Attempt = {
  readonly kind: Kind;
  readonly to: Genuine['to'];
  readonly source: string;
  readonly body: Buffer;
  readonly event: APIGatewayProxyEventV2;
};

/** A request as it was sent, or changed in up to four places. */
const attempt = (choose: Choice, random: Random, now: number): Attempt => {
  const given = choose(random, now);
  let { payload } = given;
  for (let rounds = random.below(4); rounds > 0; rounds -= 1) payload = mutateValue(payload, random);
  let text = JSON.stringify(payload);
  if (random.once(8) && given.path !== '/slack/commands') text = mutateJson(text, random);
  let body: Buffer = Buffer.from(given.encode(text));
  if (random.once(6)) body = mutateBytes(body, random);
  const isForged = random.once(4);
  const isTampered = !isForged && random.once(6);
  let headers = given.headers(body, isForged);
  if (isTampered) headers = mutateHeaders(headers, random);
  if (random.once(400)) body = Buffer.concat([body, Buffer.alloc(1024 * 1024 + 1, 0x20)]);
  const pathParameters = (isForged ? given.forgedPathParameters : undefined) ?? given.pathParameters;
  // A hook that was set up wrongly: its key in another place
  const isAstray = isTampered && random.once(3);
  const event = httpEvent({
    path: isAstray ? `/webhooks/${hubKey}` : given.path,
    routeKey: 'POST /webhooks/{source}/{key}',
    headers: isTampered && random.once(3) ? { ...headers, cookie: hubKey } : headers,
    query: random.once(10) ? { key: hubKey, token: nastyText(random) } : {},
    body,
  });
  return {
    kind: isForged ? 'forged' : isTampered ? 'tampered' : 'signed',
    to: given.to,
    source: given.source,
    body,
    event: {
      ...event,
      pathParameters: isAstray ? { source: hubKey } : pathParameters,
      requestContext: { ...event.requestContext, timeEpoch: random.pick([now, 0, now * 2, now - 1000]) },
    },
  };
};

/** What is wrong with a log line, if anything. */
const lineProblem = (message: string, fields: LogFields): string | undefined => {
  let problem: string | undefined;
  const line = JSON.stringify({ message, ...fields }, (key, value: unknown) => {
    const plain =
      value instanceof Error
        ? { name: value.name, message: value.message, stack: value.stack, cause: value.cause }
        : safeValue(key, value);
    // Of all texts, a stack has several lines
    if (typeof plain === 'string' && /\p{Cc}/u.test(key === 'stack' ? plain.replaceAll('\n', '') : plain))
      problem = `a control character in ${key}: ${JSON.stringify(plain)}`;
    return plain;
  });
  const [leaked] = Object.entries(secrets).find(([, secret]) => line.includes(secret)) ?? [];
  return leaked === undefined ? problem : `the secret ${leaked} in ${line}`;
};

const answerProblem = (
  { kind, source, body: sent }: Attempt,
  { statusCode = 200, body = '' }: APIGatewayProxyStructuredResultV2,
): string | undefined => {
  if (statusCode >= 500) return `status ${statusCode}`;
  const answer: Readonly<Record<string, unknown>> = body === '' ? {} : JSON.parse(body);
  if (Object.values(secrets).some((secret) => body.includes(secret))) return 'a secret in the answer';
  if (String(answer.text).includes('Please try again')) return 'a command that was not taken';
  const { releases = [] } = answer as Partial<IntakeAnswer>;
  for (const release of releases) {
    const app = config.apps[release.app];
    const missing = app === undefined ? ['an app'] : unnamed(release, app, sent, config.sources[source]);
    if (missing.length > 0) return `released ${body}, and ${missing} is not in ${sent.toString()}`;
  }
  if (kind !== 'forged' || [401, 404, 413].includes(statusCode)) return undefined;
  // Anyone may have a certificate checked
  return statusCode === 200 && Object.keys(answer).length === 0 ? undefined : `forged, and answered ${body}`;
};

/** How the answers were, by `webhook 202 signed`; and how many of them `released` something. */
export type Tally = Readonly<Record<string, number>>;

/** So many requests to one process: enough that one can spoil the next, and few enough for the table in memory. */
const perProcess = 250;

/**
 * Sends that many requests, each changed in another way, to the real handlers over a table and queues with the limits of
 * AWS's, and looks at every answer, message and log line.
 * @param choose what is sent, before it is changed
 * @returns what went wrong, with the number of the request, which makes the same one again; and how the answers were
 */
export const bombard = async (
  count: number,
  seed: number,
  choose: Choice = anybody,
): Promise<{ readonly problems: readonly string[]; readonly tally: Tally }> => {
  const problems: string[] = [];
  const tally: Record<string, number> = {};
  const note = (number: number, problem: string | undefined): void => {
    if (problem !== undefined) problems.push(`${seed}/${number}: ${problem.slice(0, 600)}`);
  };
  const tallyUp = (key: string): void => {
    tally[key] = (tally[key] ?? 0) + 1;
  };
  for (let start = 0; start < count; start += perProcess) {
    let number = start;
    let said = '';
    const log = (message: string, fields: LogFields = {}) => {
      const { error } = fields;
      said = `${message}: ${error instanceof Error ? `${error}, ${error.cause}` : JSON.stringify(error)}`;
      note(number, lineProblem(message, fields));
    };
    const logger: Logger = { debug: log, info: log, warn: log, error: log };
    const queues = limitedQueues((queue, body) => {
      if (queue === 'commands') parseCommandJob(body);
    });
    const random = createRandom(seed + start);
    const digestOf = async () => {
      if (random.once(20)) throw new TagboatError('registry-unreachable', 'no answer');
      return random.once(3) ? undefined : `sha256:${String(random.below(10)).repeat(64)}`;
    };
    const { runtime, clock } = memoryRuntime(config, env, {
      logger,
      table: limitedTable(),
      queues,
      digestOf,
    });
    const handlers = { webhook: createWebhook(runtime, tokenVerifier(clock)), slack: createSlack(runtime) };
    const lambda = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 10_000 } as Context;
    for (; number < Math.min(start + perProcess, count); number += 1) {
      const one = attempt(choose, createRandom(seed * 7919 + number), clock.now());
      try {
        const answer = await handlers[one.to](one.event, lambda);
        const problem = answerProblem(one, answer);
        note(number, problem && `${problem}, ${said}`);
        tallyUp(`${one.to} ${answer.statusCode} ${one.kind}`);
        if (answer.body?.includes('"releases":[{') === true) tallyUp('released');
      } catch (error) {
        note(number, `thrown: ${String(Object(error).stack)}`);
      }
    }
  }
  return { problems, tally };
};
