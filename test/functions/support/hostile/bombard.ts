import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { createHandler as createSlack } from '../../../../functions/slack.ts';
import { createHandler as createWebhook } from '../../../../functions/webhook.ts';
import type { Config } from '../../../../lib/config/types.ts';
import { TagboatError } from '../../../../lib/errors.ts';
import { safeValue } from '../../../../lib/log-line.ts';
import type { LogFields, Logger } from '../../../../lib/logger.ts';
import { parseCommandJob } from '../../../../lib/slack-app/command-job.ts';
import { httpEvent } from '../../../http/event.ts';
import { configWith } from '../../../release/support/context.ts';
import { memoryRuntime } from '../memory-runtime.ts';
import { type Genuine, genuine, secrets } from './genuine.ts';
import { limitedQueues, limitedTable } from './limited.ts';
import { mutateBytes, mutateHeaders, mutateJson, mutateValue, nastyText } from './mutations.ts';
import { createRandom, type Random } from './random.ts';

const env = { ...secrets };
const config: Config = {
  ...configWith(),
  apps: Object.fromEntries(
    Object.entries(configWith().apps).map(([name, app]) => {
      const production = app.environments.production;
      if (production === undefined) throw new Error('the test configuration has no production');
      return [name, { ...app, environments: { production, tags: { ...production, on: 'tag-push' } } }];
    }),
  ),
  sources: {
    github: { secret: 'env:github', previousSecret: 'env:previous' },
    dockerhub: { key: 'env:key' },
    distribution: { secret: 'env:distribution', host: 'docker.io' },
  },
  slack: {
    signingSecret: 'env:signing',
    allow: { users: ['U024BE7LH'], channels: ['C0DEPLOYS'] },
    confirm: false,
    timeZone: 'UTC',
  },
};

/** What is known of a request before it is sent. `forged`: nobody who knows the secret made it. */
type Kind = 'signed' | 'forged' | 'tampered';
type Attempt = { readonly kind: Kind; readonly to: Genuine['to']; readonly event: APIGatewayProxyEventV2 };

/** A request as it was sent, or changed in up to four places. */
const attempt = (random: Random, now: number): Attempt => {
  const given = genuine(random, now);
  let { payload } = given;
  for (let rounds = random.below(4); rounds > 0; rounds -= 1) payload = mutateValue(payload, random);
  let text = JSON.stringify(payload);
  if (random.once(8) && given.path !== '/slack/commands') text = mutateJson(text, random);
  let body: Buffer = Buffer.from(given.encode(text));
  if (random.once(6)) body = mutateBytes(body, random);
  const isForged = random.once(4);
  const isTampered = !isForged && random.once(6);
  let headers = given.headers(body, isForged ? `${secrets.github}x` : undefined);
  if (isTampered) headers = mutateHeaders(headers, random);
  if (random.once(400)) body = Buffer.concat([body, Buffer.alloc(1024 * 1024 + 1, 0x20)]);
  const pathParameters = (isForged ? given.forgedPathParameters : undefined) ?? given.pathParameters;
  // A hook that was set up wrongly: its key in another place
  const isAstray = isTampered && random.once(3);
  const event = httpEvent({
    path: isAstray ? `/webhooks/${secrets.key}` : given.path,
    routeKey: 'POST /webhooks/{source}/{key}',
    headers: isTampered && random.once(3) ? { ...headers, cookie: secrets.key } : headers,
    query: random.once(10) ? { key: secrets.key, token: nastyText(random) } : {},
    body,
  });
  return {
    kind: isForged ? 'forged' : isTampered ? 'tampered' : 'signed',
    to: given.to,
    event: {
      ...event,
      pathParameters: isAstray ? { source: secrets.key } : pathParameters,
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
  { kind }: Attempt,
  { statusCode = 200, body = '' }: APIGatewayProxyStructuredResultV2,
): string | undefined => {
  if (statusCode >= 500) return `status ${statusCode}`;
  const answer: Readonly<Record<string, unknown>> = body === '' ? {} : JSON.parse(body);
  if (Object.values(secrets).some((secret) => body.includes(secret))) return 'a secret in the answer';
  if (String(answer.text).includes('Please try again')) return 'a command that was not taken';
  if (kind !== 'forged' || [401, 404, 413].includes(statusCode)) return undefined;
  // Anyone may have a certificate checked
  return statusCode === 200 && Object.keys(answer).length === 0 ? undefined : `forged, and answered ${body}`;
};

/** How the answers were, by `webhook 202 signed`. */
export type Tally = Readonly<Record<string, number>>;

/** So many requests to one process: enough that one can spoil the next, and few enough for the table in memory. */
const perProcess = 250;

/**
 * Sends that many requests, each changed in another way, to the real handlers over a table and queues with the limits of
 * AWS's, and looks at every answer, message and log line.
 * @returns what went wrong, with the number of the request, which makes the same one again; and how the answers were
 */
export const bombard = async (
  count: number,
  seed: number,
): Promise<{ readonly problems: readonly string[]; readonly tally: Tally }> => {
  const problems: string[] = [];
  const tally: Record<string, number> = {};
  const note = (number: number, problem: string | undefined): void => {
    if (problem !== undefined) problems.push(`${seed}/${number}: ${problem.slice(0, 600)}`);
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
    const handlers = { webhook: createWebhook(runtime), slack: createSlack(runtime) };
    const lambda = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 10_000 } as Context;
    for (; number < Math.min(start + perProcess, count); number += 1) {
      const one = attempt(createRandom(seed * 7919 + number), clock.now());
      try {
        const answer = await handlers[one.to](one.event, lambda);
        const problem = answerProblem(one, answer);
        note(number, problem && `${problem}, ${said}`);
        const key = `${one.to} ${answer.statusCode} ${one.kind}`;
        tally[key] = (tally[key] ?? 0) + 1;
      } catch (error) {
        note(number, `thrown: ${String(Object(error).stack)}`);
      }
    }
  }
  return { problems, tally };
};
