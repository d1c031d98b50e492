import { describe, expect, it, type TestContext } from 'vitest';
import { createHandler as createRedeliver } from '../../functions/redeliver.ts';
import { createHandler as createWebhook } from '../../functions/webhook.ts';
import { createGateway } from '../../infra/local/runtime/gateway/gateway.ts';
import { serve } from '../local/serve.ts';
import { startGithubApi } from '../support/github-api.ts';
import { hangsUp } from './support/slow-aws.ts';
import { startWebhookFunctions } from './support/webhook-functions.ts';

const token = 'ghp_0123456789abcdefghijABCDEFGHIJ012345';
const hook = '/repos/devops-with-kubernetes/okeydokey/hooks/1';
const minute = 60_000;

/** GitHub, which delivers to the webhook function, and the function that asks it to. */
const arrange = async (test: TestContext) => {
  const functions = await startWebhookFunctions(test);
  const { aws, clock, config, lambda, runtimeNow, hookFor } = functions;
  const gateway = createGateway([
    {
      method: 'POST',
      path: '/webhooks/{source}',
      invoke: async (event) => ({
        type: 'returned',
        value: await createWebhook(runtimeNow())(
          event as Parameters<ReturnType<typeof createWebhook>>[0],
          lambda,
        ),
      }),
    },
  ]);
  const github = await startGithubApi({ clock, token });
  github.addHook(hook, { url: `${await serve(gateway.handle)}/webhooks/github` });
  const redelivery = {
    token: await aws.seal('sources/github/token', token),
    host: 'github.com',
    organizations: [],
  };
  const local = { baseDirectory: '/', env: {}, githubApi: github.url };
  const asking = {
    config: { ...config, sources: { github: { ...config.sources.github, redelivery } } },
    local,
  };
  /** The schedule, some minutes later. */
  const later = async (minutes: number) => {
    clock.advance(minutes * minute);
    const counts = await createRedeliver(runtimeNow(asking))({} as never, lambda);
    await github.redelivered();
    return counts;
  };
  const push = (tag: string, guid: string) => {
    const { headers, body = '' } = hookFor(tag, guid);
    return github.deliver(hook, guid, { headers: headers as Record<string, string>, body });
  };
  return { ...functions, github, later, push };
};

describe('a hook that neither table nor queue could take', () => {
  it('is delivered again once they answer, and released once', async (test) => {
    const { aws, github, later, push, released } = await arrange(test);

    aws.fail({ dynamodb: hangsUp, sqs: hangsUp });
    const first = await push('v1.2.0', 'guid-1');
    aws.fail({ sqs: hangsUp });
    const again = await later(5);
    const third = await later(5);

    expect([first, again, third]).toEqual([503, { hooks: 1, redelivered: 1 }, { hooks: 1, redelivered: 0 }]);
    expect(github.attemptsFor(hook, 'guid-1')).toEqual([202, 503]);
    expect(await released()).toMatchObject([{ tag: 'v1.2.0', state: 'queued' }]);
  });

  it('is left to the queue where the queue has it', async (test) => {
    const { aws, later, push, work, released } = await arrange(test);

    aws.fail({ dynamodb: hangsUp });
    const first = await push('v1.2.0', 'guid-1');
    aws.fail({});
    const again = await later(5);
    await work();

    expect([first, again]).toEqual([202, { hooks: 1, redelivered: 0 }]);
    expect(await released()).toHaveLength(1);
  });
});

it('a redelivery makes no second attempt at what had failed; one that somebody asks for does', async (test) => {
  const { clock, runtime, github, later, hookFor, receive, released } = await arrange(test);
  // It was recorded, and then the function was gone before it answered.
  await receive(hookFor('v1.2.0', 'guid-1'));
  github.addAttempt(hook, 'guid-1', 504);
  const [release] = await runtime.store.list('okeydokey', 'production');
  if (release !== undefined) await runtime.store.advance(release, 'failed');

  await later(5);
  clock.advance(5_000);
  await receive(hookFor('v1.2.0', 'guid-1'));
  const late = await released();
  clock.advance(60 * minute);
  await receive(hookFor('v1.2.0', 'guid-1'));

  expect(late).toMatchObject([{ state: 'failed' }]);
  expect(await released()).toMatchObject([{ state: 'queued' }, { state: 'failed' }]);
});
