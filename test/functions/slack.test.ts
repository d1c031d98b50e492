import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { APIGatewayProxyEventV2, Context, SQSEvent } from 'aws-lambda';
import { describe, expect, it, type TestContext } from 'vitest';
import { parse } from 'yaml';
import { createHandler as createSlack } from '../../functions/slack.ts';
import { createHandler as createWorker } from '../../functions/slack-worker.ts';
import { slackHeaders, slashCommandBody } from '../../infra/local/emulators/slack/client/command.ts';
import { createAwsClients, createRuntime } from '../../lib/app/runtime.ts';
import { silentLogger } from '../../lib/logger.ts';
import { reconcile } from '../../lib/release/lifecycle/reconcile.ts';
import { withUndo } from '../../lib/release/undo/request-undo.ts';
import { httpEvent } from '../http/event.ts';
import { configWith, requestFor } from '../release/support/context.ts';
import { manualClock } from '../support/manual-clock.ts';
import { startSlowAws } from './support/slow-aws.ts';

const lambda = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 600_000 } as Context;
const signingSecret = 'the signing secret';
const undoing = 'Undoing okeydokey in production, from v1.1.0 back to v1.0.0';

/** The functions as they are deployed, but for Slack, which is played here. */
const arrange = async (test: TestContext) => {
  const aws = await startSlowAws(test);
  const clock = manualClock();
  const clients = createAwsClients(aws.env);
  let written = Promise.withResolvers<void>();
  /** Resolves when the table or the queue has taken the next thing, and what waited for that has gone on. */
  const isWritten = async (): Promise<void> => {
    await written.promise;
    await new Promise(setImmediate);
  };
  const tell = (): void => {
    written.resolve();
    written = Promise.withResolvers();
  };
  (await clients.dynamodb()).middlewareStack.add((next) => async (args) => next(args).finally(tell));
  (await clients.sqs()).middlewareStack.add((next) => async (args) => next(args).finally(tell));
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
      aws: clients,
      clock,
    });
  const runtime = runtimeNow();
  for (const tag of ['v1.0.0', 'v1.1.0']) {
    const request = { ...requestFor(tag), claim: tag };
    const { release } = await runtime.store.record(request, 'work#nobody', clock.now());
    for (const state of ['committed', 'rolling-out', 'healthy'] as const)
      await runtime.store.advance(release, state, { commit: 'c0ffee' });
  }

  const command = (line: string, timeEpoch = clock.now()): APIGatewayProxyEventV2 => {
    const responseUrl = `${aws.responseBase}/${randomUUID()}`;
    const body = slashCommandBody({ line, user: 'U024BE7LH', channel: 'C0DEPLOYS', responseUrl });
    const headers = slackHeaders(signingSecret, body, Math.floor(clock.now() / 1000));
    const event = httpEvent({ path: '/slack/commands', headers, body: Buffer.from(body) });
    return { ...event, requestContext: { ...event.requestContext, timeEpoch } };
  };
  /** In a sandbox of its own, which has not unsealed anything yet. */
  const answer = async (event: APIGatewayProxyEventV2) => {
    const { statusCode, body } = await createSlack(runtimeNow())(event, lambda);
    const { text, error } = JSON.parse(body || '{}');
    return { statusCode, said: text ?? error?.code };
  };
  /** Takes a message off the queue, however long it is delayed; where the queue has none, reconcile puts one there. */
  const work = async () => {
    const inAMinute = { ...runtime.clock, now: () => clock.now() + 61_000 };
    if ((await aws.commands()).length === 0) await reconcile(withUndo({ ...runtime, clock: inAMinute }));
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
  return { aws, clock, command, answer, work, end, isWritten };
};

describe('the functions that serve Slack', () => {
  /** What Slack's three seconds leave for the answer. */
  const answerMs = 2_500;

  it.concurrent.for<[string, 'kms' | 'dynamodb', RegExp]>([
    ['KMS', 'kms', /^Received: your command/],
    ['the table', 'dynamodb', /^Received: \/undo okeydokey/],
  ])(
    'answer within 3 seconds where %s does not, and carry out what they acknowledged',
    async (args, test) => {
      const [, service, words] = args;
      const { aws, clock, command, answer, work, end, isWritten } = await arrange(test);
      const event = command('/undo okeydokey');
      aws.slow(service);

      const answering = answer(event);
      await aws.waitsAt(service);
      // What is slow is waited for shortly; then the table or the queue is told, whichever answers.
      const isKept = isWritten();
      clock.advance(1_000);
      await isKept;
      clock.advance(answerMs - 1_000);
      const { statusCode, said } = await answering;
      aws.slow();
      const outcome = await work();

      expect([statusCode, said]).toEqual([200, expect.stringMatching(words)]);
      expect(outcome).toEqual({ batchItemFailures: [] });
      expect(await end()).toEqual({ undos: ['v1.0.0'], held: ['v1.1.0'] });
      expect(aws.responses.map(({ text }) => text)).toEqual([undoing]);
    },
  );

  it.concurrent('answer within 3 seconds where each call takes 1.2, and carry out what they acknowledged', async (test) => {
    const { aws, clock, command, answer, work, end } = await arrange(test);
    const event = command('/undo okeydokey');
    aws.slow('kms', 'dynamodb');

    const answering = answer(event);
    for (const service of ['kms', 'dynamodb'] as const) {
      const go = await aws.waitsAt(service);
      clock.advance(1_200);
      go();
    }
    await aws.waitsAt('dynamodb');
    clock.advance(answerMs - 2 * 1_200);
    const { statusCode, said } = await answering;
    aws.slow();
    const outcome = await work();

    expect([statusCode, said]).toEqual([200, expect.stringMatching(/^Received: /)]);
    expect(outcome).toEqual({ batchItemFailures: [] });
    expect(await end()).toEqual({ undos: ['v1.0.0'], held: ['v1.1.0'] });
    expect(aws.responses.map(({ text }) => text)).toEqual([undoing]);
  });

  it.concurrent('say so within 3 seconds where nothing answers', async (test) => {
    const { aws, clock, command, answer } = await arrange(test);
    const event = command('/undo okeydokey');
    aws.slow('kms', 'dynamodb', 'sqs');

    const answering = answer(event);
    await aws.waitsAt('kms');
    clock.advance(answerMs);
    const { statusCode, said } = await answering;

    expect([statusCode, said]).toEqual([200, expect.stringMatching(/^This could not be recorded in time/)]);
  });

  it.concurrent('answer at once where everything is quick, and leave the worker nothing to do', async (test) => {
    const { aws, command, answer, work, end } = await arrange(test);

    const { said } = await answer(command('/undo okeydokey'));
    const outcome = await work();

    expect(said).toBe(undoing);
    expect(outcome).toEqual({ batchItemFailures: [] });
    expect(await end()).toEqual({ undos: ['v1.0.0'], held: ['v1.1.0'] });
    expect(aws.responses).toEqual([]);
  });

  it.concurrent.for<[string, number, string]>([
    ['ahead of', 30_000, 'Nothing is held.'],
    ['a little behind', -500, 'Nothing is held.'],
    ['far behind', -30_000, 'Received: /tagboat holds; the answer follows.'],
  ])('answer where the clock of API Gateway is %s theirs', async ([, skew, said], test) => {
    const { aws, clock, command, answer, work } = await arrange(test);

    const first = await answer(command('/tagboat holds', clock.now() + skew));
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
    const leaseMs = constant('lib/slack-app/process-request.ts', 'leaseMs');

    expect(constant('functions/slack-worker.ts', 'maxReceives')).toBe(RedrivePolicy.maxReceiveCount);
    // Nobody else is at it while one may be, and it is free again when the queue brings it back.
    expect(leaseMs).toBeGreaterThan(timeout * 1000);
    expect(leaseMs).toBeLessThan(VisibilityTimeout * 1000);
  });
});
