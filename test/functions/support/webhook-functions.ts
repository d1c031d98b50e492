import { createHmac, randomUUID } from 'node:crypto';
import type { APIGatewayProxyEventV2, Context, SQSEvent } from 'aws-lambda';
import type { TestContext } from 'vitest';
import { createHandler as createHookWorker } from '../../../functions/hook-worker.ts';
import { createHandler as createWebhook } from '../../../functions/webhook.ts';
import { createAwsClients, createRuntime, type RuntimeOptions } from '../../../lib/app/runtime.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { httpEvent } from '../../http/event.ts';
import { configWith } from '../../release/support/context.ts';
import { manualClock } from '../../support/manual-clock.ts';
import { startSlowAws } from './slow-aws.ts';

export const webhookSecret = 'the secret of the webhook';
export const apiToken = 'the-token-of-the-api';
/** Milliseconds that an invocation has: more than a busy machine needs. */
const remaining = 600_000;

/** The functions as they are deployed, each invocation in a sandbox of its own. */
export const startWebhookFunctions = async (test: TestContext) => {
  const aws = await startSlowAws(test);
  const clock = manualClock();
  const config = {
    ...configWith({ on: 'tag-push' }),
    sources: { github: { secret: await aws.seal('sources/github/secret', webhookSecret) } },
    api: { token: await aws.seal('api/token', apiToken) },
    slack: {
      signingSecret: await aws.seal('slack/signingSecret', 'the signing secret'),
      allow: { users: ['U024BE7LH'], channels: [] },
      confirm: false,
      timeZone: 'UTC',
    },
  };
  const lambda = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => remaining } as Context;
  const runtimeNow = (overrides: Partial<RuntimeOptions> = {}) =>
    createRuntime({
      env: aws.env,
      config,
      logger: silentLogger,
      aws: createAwsClients(aws.env),
      clock,
      ...overrides,
    });
  const runtime = runtimeNow();

  const hookFor = (tag: string, delivery: string = randomUUID()): APIGatewayProxyEventV2 => {
    const body = JSON.stringify({
      ref: `refs/tags/${tag}`,
      before: '0'.repeat(40),
      after: '1'.repeat(40),
      created: true,
      deleted: false,
      head_commit: { id: '1'.repeat(40) },
      repository: {
        full_name: 'DevOps-with-Kubernetes/okeydokey',
        html_url: 'https://github.com/DevOps-with-Kubernetes/okeydokey',
      },
      sender: { login: 'octocat' },
    });
    const signature = `sha256=${createHmac('sha256', webhookSecret).update(body).digest('hex')}`;
    const headers = {
      'content-type': 'application/json',
      'x-github-event': 'push',
      'x-github-delivery': delivery,
      'x-hub-signature-256': signature,
    };
    return { ...httpEvent({ body, headers }), pathParameters: { source: 'github' } };
  };
  const receive = (event: APIGatewayProxyEventV2, using = runtimeNow()) =>
    createWebhook(using)(event, lambda);
  /** Hands the worker what waits for it, as often as is said: SQS may deliver a message twice. */
  const work = async (times = 1) => {
    const bodies = await aws.waitingIn('hooks');
    const records = Array.from({ length: times }, () => bodies).flatMap((all) =>
      all.map((body) => ({ messageId: randomUUID(), body, attributes: { ApproximateReceiveCount: '1' } })),
    );
    const event = { Records: records } as unknown as SQSEvent;
    return (await createHookWorker(runtimeNow())(event, lambda)).batchItemFailures.length;
  };
  const released = async () =>
    (await runtime.store.list('okeydokey', 'production')).map(({ id, tag, state }) => ({ id, tag, state }));
  return { aws, clock, config, lambda, runtime, runtimeNow, hookFor, receive, work, released };
};
