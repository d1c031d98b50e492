import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEventV2, Context, SQSEvent } from 'aws-lambda';
import { describe, expect, it, type TestContext } from 'vitest';
import { createHandler as createSlack } from '../../functions/slack.ts';
import { createHandler as createWorker } from '../../functions/slack-worker.ts';
import { slackHeaders, slashCommandBody } from '../../infra/local/emulators/slack/client/command.ts';
import { createAwsClients, createRuntime } from '../../lib/app/runtime.ts';
import { httpEvent } from '../http/event.ts';
import { configWith, requestFor } from '../release/support/context.ts';
import { manualClock } from '../support/manual-clock.ts';
import { scannedLogger } from '../support/scanned-log.ts';
import { startSlowAws } from './support/slow-aws.ts';

const lambda = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 600_000 } as Context;
const signingSecret = 'the signing secret';
const undoing = 'Undoing okeydokey in production, from v1.1.0 back to v1.0.0';

/** The functions as they are deployed, but for Slack, which is played here. */
const arrange = async (test: TestContext) => {
  const aws = await startSlowAws(test);
  const clock = manualClock();
  const clients = createAwsClients(aws.env);
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
      logger: scannedLogger(),
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
  /** Takes every message off the queue. */
  const work = async () => {
    const records = (await aws.waitingIn('commands')).map((body) => ({
      messageId: randomUUID(),
      body,
      attributes: { ApproximateReceiveCount: '1' },
    }));
    return createWorker(runtimeNow())({ Records: records } as unknown as SQSEvent, lambda);
  };
  const end = async () => ({
    undos: (await runtime.store.list('okeydokey', 'production'))
      .filter(({ kind }) => kind === 'undo')
      .map(({ tag }) => tag),
    held: (await runtime.store.holds('okeydokey', 'production')).map(({ tag }) => tag),
  });
  return { aws, clock, command, answer, work, end };
};

describe('the functions that serve Slack', () => {
  /** What Slack's three seconds leave for the answer. */
  const answerMs = 2_500;

  it.concurrent.for(['kms', 'sqs'] as const)(
    'say within 3 seconds that it is to be tried again where %s does not answer, and carry nothing out',
    async (service, test) => {
      const { aws, clock, command, answer, work, end } = await arrange(test);
      const event = command('/undo okeydokey');
      aws.slow(service);

      const answering = answer(event);
      const arrives = await aws.waitsAt(service);
      // After its share of the time; the rest is for the table, where the job is withdrawn.
      clock.advance(answerMs - 300);
      const { statusCode, said } = await answering;
      // The request arrives all the same, long after that.
      arrives();
      aws.slow();
      await work();

      expect([statusCode, said]).toEqual([
        200,
        expect.stringMatching(/is not carried out. Please try again/),
      ]);
      expect(await end()).toEqual({ undos: [], held: [] });
      expect(aws.responses).toEqual([]);
    },
  );

  it.concurrent('acknowledge without the table, and carry out what they acknowledged', async (test) => {
    const { aws, clock, command, answer, work, end } = await arrange(test);
    aws.slow('dynamodb');

    const answering = answer(command('/undo okeydokey'));
    await aws.waitsAt('dynamodb');
    clock.advance(answerMs / 2);
    const { statusCode, said } = await answering;
    aws.slow();
    const outcome = await work();

    expect([statusCode, said]).toEqual([200, 'Received: /undo okeydokey; the answer follows.']);
    expect(outcome).toEqual({ batchItemFailures: [] });
    expect(await end()).toEqual({ undos: ['v1.0.0'], held: ['v1.1.0'] });
    expect(aws.responses.map(({ text }) => text)).toEqual([undoing]);
  });

  it.concurrent('say within 3 seconds that it is not known where neither queue nor table answers', async (test) => {
    const { aws, clock, command, answer } = await arrange(test);
    const event = command('/undo okeydokey');
    aws.slow('dynamodb', 'sqs');

    const answering = answer(event);
    await aws.waitsAt('dynamodb');
    clock.advance(answerMs * 0.5);
    await aws.waitsAt('sqs');
    clock.advance(answerMs * 0.4);
    await aws.waitsAt('dynamodb');
    clock.advance(answerMs);
    const { statusCode, said } = await answering;

    expect([statusCode, said]).toEqual([200, expect.stringMatching(/^This could not be recorded in time/)]);
  });

  it.concurrent.for<[string, number]>([
    ['ahead of', 30_000],
    ['a little behind', -500],
    ['far behind', -30_000],
  ])('answer where the clock of API Gateway is %s theirs', async ([, skew], test) => {
    const { aws, clock, command, answer, work } = await arrange(test);

    const first = await answer(command('/tagboat holds', clock.now() + skew));
    await work();

    expect(first).toMatchObject({ statusCode: 200, said: 'Received: /tagboat holds; the answer follows.' });
    expect(aws.responses.map(({ text }) => text)).toEqual(['Nothing is held.']);
  });

  it.concurrent('carry out the same signed request once', async (test) => {
    const { aws, command, answer, work } = await arrange(test);
    const event = command('/tagboat holds');

    await answer(event);
    await answer(event);
    await work();

    expect(aws.responses.map(({ text }) => text)).toEqual(['Nothing is held.']);
  });
});
