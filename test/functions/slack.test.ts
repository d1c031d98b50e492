import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { APIGatewayProxyEventV2, Context, SQSEvent } from 'aws-lambda';
import { describe, expect, it, type TestContext } from 'vitest';
import { parse } from 'yaml';
import { createRuntime } from '../../functions/runtime.ts';
import { createHandler as createSlack } from '../../functions/slack.ts';
import { createHandler as createWorker } from '../../functions/slack-worker.ts';
import { slackHeaders, slashCommandBody } from '../../infra/local/slack/command.ts';
import { silentLogger } from '../../lib/logger.ts';
import { reconcile } from '../../lib/release/reconcile.ts';
import { httpEvent } from '../http/event.ts';
import { configWith, requestFor } from '../release/support/context.ts';
import { startSlowAws } from './support/slow-aws.ts';

type Aws = Awaited<ReturnType<typeof startSlowAws>>;
const lambda = { awsRequestId: 'request-1' } as Context;
const signingSecret = 'the signing secret';
const undoing = 'Undoing okeydokey in production, from v1.1.0 back to v1.0.0';

/** The functions as they are deployed, but for Slack, which is played here. */
const arrange = async (test: TestContext) => {
  const aws = await startSlowAws(test);
  const slack = {
    signingSecret: await aws.seal('slack/signingSecret', signingSecret),
    allow: { users: ['U024BE7LH'], channels: [] },
    confirm: false,
    timeZone: 'UTC',
  };
  const runtimeNow = () =>
    createRuntime({
      env: aws.env,
      config: { ...configWith(), slack },
      local: { baseDirectory: '/', env: {}, slackResponses: aws.responseBase },
      logger: silentLogger,
    });
  const runtime = runtimeNow();
  for (const tag of ['v1.0.0', 'v1.1.0']) {
    const request = { ...requestFor(tag), claim: tag };
    const { release } = await runtime.store.record(request, 'work#nobody', Date.now());
    for (const state of ['committed', 'rolling-out', 'healthy'] as const)
      await runtime.store.advance(release, state, { commit: 'c0ffee' });
  }

  const command = (line: string, timeEpoch = Date.now()): APIGatewayProxyEventV2 => {
    const responseUrl = `${aws.responseBase}/${randomUUID()}`;
    const body = slashCommandBody({ line, user: 'U024BE7LH', channel: 'C0DEPLOYS', responseUrl });
    const headers = slackHeaders(signingSecret, body, Math.floor(Date.now() / 1000));
    const event = httpEvent({ path: '/slack/commands', headers, body: Buffer.from(body) });
    return { ...event, requestContext: { ...event.requestContext, timeEpoch } };
  };
  /** In a sandbox of its own, which has not unsealed anything yet. */
  const answer = async (event: APIGatewayProxyEventV2) => {
    const start = performance.now();
    const { statusCode, body } = await createSlack(runtimeNow())(event, lambda);
    const ms = performance.now() - start;
    const { text, error } = JSON.parse(body || '{}');
    return { statusCode, said: text ?? error?.code, ms };
  };
  /** Takes a message off the queue, however long it is delayed; where the queue has none, reconcile puts one there. */
  const work = async () => {
    const inAMinute = { ...runtime.clock, now: () => Date.now() + 61_000 };
    if ((await aws.commands()).length === 0) await reconcile({ ...runtime, clock: inAMinute });
    const [body = ''] = await aws.commands();
    const record = { messageId: randomUUID(), body, attributes: { ApproximateReceiveCount: '1' } };
    return createWorker(runtimeNow())({ Records: [record] } as unknown as SQSEvent, lambda);
  };
  const end = async () => ({
    undos: (await runtime.store.list('okeydokey', 'production'))
      .filter(({ kind }) => kind === 'undo')
      .map(({ tag }) => tag),
    held: (await runtime.store.holds('okeydokey', 'production')).map(({ tag }) => tag),
  });
  return { aws, command, answer, work, end };
};

describe('the functions that serve Slack', () => {
  // Each takes as long as an answer may take; together they take no longer.
  it.concurrent.for<[string, Parameters<Aws['slow']>[0], RegExp]>([
    ['everything takes 1.2 s', { kms: 1_200, dynamodb: 1_200, sqs: 1_200 }, /^Received: /],
    ['KMS takes 10 s', { kms: 10_000 }, /^Received: your command/],
    ['the table takes 10 s', { dynamodb: 10_000 }, /^Received: \/undo okeydokey/],
  ])('answer within 3 seconds where %s, and carry out what they acknowledged', async (args, test) => {
    const [, delays, words] = args;
    const { aws, command, answer, work, end } = await arrange(test);
    const event = command('/undo okeydokey');
    aws.slow(delays);

    const { statusCode, said, ms } = await answer(event);
    aws.slow({});
    const outcome = await work();

    expect([statusCode, said]).toEqual([200, expect.stringMatching(words)]);
    expect(ms).toBeLessThan(3_000);
    expect(outcome).toEqual({ batchItemFailures: [] });
    expect(await end()).toEqual({ undos: ['v1.0.0'], held: ['v1.1.0'] });
    expect(aws.responses.map(({ text }) => text)).toEqual([undoing]);
  });

  it.concurrent('say so within 3 seconds where everything takes 10 s', async (test) => {
    const { aws, command, answer } = await arrange(test);
    const event = command('/undo okeydokey');
    aws.slow({ kms: 10_000, dynamodb: 10_000, sqs: 10_000 });

    const { statusCode, said, ms } = await answer(event);

    expect([statusCode, said]).toEqual([200, expect.stringMatching(/^This could not be recorded in time/)]);
    expect(ms).toBeLessThan(3_000);
  });

  it.concurrent('answer at once where everything is quick, and leave the worker nothing to do', async (test) => {
    const { aws, command, answer, work, end } = await arrange(test);

    const { said, ms } = await answer(command('/undo okeydokey'));
    const outcome = await work();

    expect(said).toBe(undoing);
    expect(ms).toBeLessThan(2_000);
    expect(outcome).toEqual({ batchItemFailures: [] });
    expect(await end()).toEqual({ undos: ['v1.0.0'], held: ['v1.1.0'] });
    expect(aws.responses).toEqual([]);
  });

  it.concurrent.for<[string, number, string]>([
    ['ahead of', 30_000, 'Nothing is held.'],
    ['a little behind', -500, 'Nothing is held.'],
    ['far behind', -30_000, 'Received: /tagboat holds; the answer follows.'],
  ])('answer where the clock of API Gateway is %s theirs', async ([, skew, said], test) => {
    const { aws, command, answer, work } = await arrange(test);

    const first = await answer(command('/tagboat holds', Date.now() + skew));
    await work();

    expect(first).toMatchObject({ statusCode: 200, said });
    expect(aws.responses.length).toBe(skew === -30_000 ? 1 : 0);
  });

  it.concurrent('refuse the same request when it comes again', async (test) => {
    const { command, answer } = await arrange(test);
    const event = command('/tagboat holds');

    await answer(event);
    expect(await answer(event)).toMatchObject({ statusCode: 409, said: 'request-replayed' });
  });

  it('fit their queue: how often it brings a command, and when it does again', () => {
    const root = path.join(import.meta.dirname, '..', '..');
    const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
    const { RedrivePolicy, VisibilityTimeout } = parse(read('infra/aws/queues.yml')).Resources.CommandsQueue
      .Properties;
    const { timeout } = parse(read('serverless.yml')).functions['slack-worker'];
    const constant = (file: string, name: string): number =>
      Number(new RegExp(`const ${name} = ([\\d_]+);`).exec(read(file))?.[1]?.replaceAll('_', ''));
    const leaseMs = constant('lib/release/carry-out.ts', 'leaseMs');

    expect(constant('functions/slack-worker.ts', 'maxReceives')).toBe(RedrivePolicy.maxReceiveCount);
    // Nobody else is at it while one may be, and it is free again when the queue brings it back.
    expect(leaseMs).toBeGreaterThan(timeout * 1000);
    expect(leaseMs).toBeLessThan(VisibilityTimeout * 1000);
  });
});
