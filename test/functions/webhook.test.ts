import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { createHandler as createReleases } from '../../functions/releases.ts';
import { createHandler as createSlack } from '../../functions/slack.ts';
import { createHandler as createWebhook } from '../../functions/webhook.ts';
import { createAwsClients } from '../../lib/app/runtime.ts';
import { deferHookMs } from '../../lib/release/queue/schedule.ts';
import { httpEvent } from '../http/event.ts';
import { actor, given } from '../support/records.ts';
import { answersWith, hangsUp } from './support/slow-aws.ts';
import { apiToken, startWebhookFunctions } from './support/webhook-functions.ts';

const read = ({ statusCode, headers, body }: APIGatewayProxyStructuredResultV2) => ({
  status: statusCode,
  retryAfter: headers?.['retry-after'],
  body: JSON.parse(body ?? ''),
});

const fails = {
  'does not answer': hangsUp,
  'asks to slow down': answersWith(400, 'ProvisionedThroughputExceededException'),
  'is out of order': answersWith(500, 'InternalServerError'),
  'may not be used': answersWith(400, 'AccessDeniedException'),
};

describe('a genuine hook', () => {
  it.concurrent.for(Object.entries(fails))(
    'is kept where the table %s, and taken in later',
    async ([, fault], test) => {
      const { aws, hookFor, receive, work, released } = await startWebhookFunctions(test);
      const hook = hookFor('v1.2.0');

      aws.fail({ dynamodb: fault });
      const answer = read(await receive(hook));
      const undelivered = await work();
      aws.fail({});
      const delivered = await work();
      const after = await released();
      const again = read(await receive(hook));

      expect(answer).toMatchObject({ status: 202, body: { requestId: 'request-1', deferred: true } });
      expect(answer.body).not.toHaveProperty('releases');
      expect([undelivered, delivered]).toEqual([1, 0]);
      expect(after).toMatchObject([{ tag: 'v1.2.0', state: 'queued' }]);
      expect(again.body.releases).toMatchObject([{ id: after[0]?.id, created: false }]);
    },
  );

  it.concurrent('is kept without what proved it genuine', async (test) => {
    const { aws, hookFor, receive } = await startWebhookFunctions(test);
    const hook = hookFor('v1.2.0', 'delivery-1');

    aws.fail({ dynamodb: hangsUp });
    await receive(hook);

    const [kept = '', ...more] = await aws.waitingIn('hooks');
    expect(more).toEqual([]);
    expect(kept).not.toContain('sha256=');
    expect(JSON.parse(kept)).toMatchObject({
      source: 'github',
      requestId: 'request-1',
      events: [{ type: 'tag-pushed', delivery: 'delivery-1', tag: 'v1.2.0', actor: 'octocat' }],
    });
  });

  it.concurrent('is answered 503 with when to come again where the queue does not take it either', async (test) => {
    const { aws, hookFor, receive } = await startWebhookFunctions(test);

    aws.fail({ dynamodb: hangsUp, sqs: hangsUp });
    const answer = read(await receive(hookFor('v1.2.0')));

    expect(answer).toEqual({ status: 503, retryAfter: '5', body: { requestId: 'request-1' } });
  });

  it.concurrent('is not kept where nothing is to be recorded, or it is none', async (test) => {
    const { aws, hookFor, receive } = await startWebhookFunctions(test);
    const unwanted = hookFor('release-1');
    const forged = { ...hookFor('v1.2.0'), body: '{}' };

    aws.fail({ dynamodb: hangsUp });
    const refused = read(await receive(forged));
    aws.fail({});
    const skipped = read(await receive(unwanted));

    expect(refused.status).toBe(401);
    expect(skipped.body.skipped).toMatchObject([{ reason: 'tag-policy' }]);
    expect(await aws.waitingIn('hooks')).toEqual([]);
  });

  it.concurrent('is released once, however often its message comes', async (test) => {
    const { aws, hookFor, receive, work, released } = await startWebhookFunctions(test);

    aws.fail({ dynamodb: hangsUp });
    await receive(hookFor('v1.2.0'));
    aws.fail({});
    await work(5);
    await work(5);

    expect(await released()).toMatchObject([{ tag: 'v1.2.0' }]);
  });

  it.concurrent('gets no second attempt from a message that comes late, but from who delivers it again', async (test) => {
    const { aws, clock, runtime, hookFor, receive, work, released } = await startWebhookFunctions(test);
    const hook = hookFor('v1.2.0');

    aws.fail({ dynamodb: hangsUp });
    await receive(hook);
    aws.fail({});
    clock.advance(60_000);
    await work();
    const [release] = await runtime.store.list('okeydokey', 'production');
    if (release !== undefined) await runtime.store.advance(release, 'failed');
    clock.advance(180_000);
    await work();
    const late = await released();
    await receive(hook);

    expect(late).toMatchObject([{ state: 'failed' }]);
    expect(await released()).toMatchObject([{ state: 'queued' }, { state: 'failed' }]);
  });

  it.concurrent('is held by what is held when it is taken in', async (test) => {
    const { aws, clock, runtime, hookFor, receive, work, released } = await startWebhookFunctions(test);

    aws.fail({ dynamodb: hangsUp });
    await receive(hookFor('v1.2.0'));
    aws.fail({});
    await runtime.store.hold({
      app: 'okeydokey',
      environment: 'production',
      tag: 'v1.2.0',
      by: actor('slack:alice'),
      reason: given('not now'),
      createdAt: new Date(clock.now()).toISOString(),
    });
    await work();

    expect(await released()).toMatchObject([{ tag: 'v1.2.0', state: 'skipped' }]);
  });
});

it.concurrent('the webhook leaves the queue its share of the time', async (test) => {
  const { aws, runtimeNow, hookFor } = await startWebhookFunctions(test);
  const clients = createAwsClients(aws.env);
  const bounds: Record<string, number[]> = { kms: [], dynamodb: [], sqs: [] };
  /** Notes how long a call may take, and makes it. */
  const noting =
    <Client extends { readonly send: unknown }>(name: string, make: () => Promise<Client>) =>
    async () => {
      const client = await make();
      return new Proxy(client, {
        get: (target, property) => {
          const value: unknown = Reflect.get(target, property);
          if (property !== 'send' || typeof value !== 'function') return value;
          return (command: unknown, { requestTimeout }: { requestTimeout: number }) => {
            bounds[name]?.push(requestTimeout);
            return value.call(target, command, { requestTimeout: 10_000 });
          };
        },
      });
    };
  const runtime = runtimeNow({
    aws: {
      kms: noting('kms', clients.kms),
      dynamodb: noting('dynamodb', clients.dynamodb),
      sqs: noting('sqs', clients.sqs),
    },
  });
  const deployed = { awsRequestId: 'r', getRemainingTimeInMillis: () => 10_000 } as Context;

  aws.fail({ dynamodb: hangsUp });
  await createWebhook(runtime)(hookFor('v1.2.0'), deployed);

  // Three attempts each: what is kept for the queue is nobody else's, and half a second is for the answer.
  const others = Math.round((10_000 - deferHookMs - 500) / 3);
  expect(bounds.kms?.map(Math.round)).toEqual([others]);
  expect(bounds.dynamodb?.map(Math.round)).toEqual([others]);
  expect(bounds.sqs?.map(Math.round)).toEqual([Math.round((10_000 - 500) / 3)]);
});

describe('a 503', () => {
  it.concurrent.for(['webhook', 'releases', 'slack'] as const)(
    'of %s says when to come again',
    async (name, test) => {
      const { aws, runtimeNow, lambda, hookFor } = await startWebhookFunctions(test);
      const handlers = { webhook: createWebhook, releases: createReleases, slack: createSlack };
      const events = {
        webhook: hookFor('v1.2.0'),
        releases: httpEvent({
          method: 'GET',
          path: '/releases',
          query: { app: 'okeydokey' },
          headers: { authorization: `Bearer ${apiToken}` },
        }),
        slack: httpEvent({ path: '/slack/interactions', body: 'payload={}', headers: {} }),
      };

      aws.fail({ kms: hangsUp });
      const answer = read(await handlers[name](runtimeNow())(events[name], lambda));

      expect(answer).toEqual({ status: 503, retryAfter: '5', body: { requestId: 'request-1' } });
    },
  );
});
