import { randomUUID } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { sendCommand } from '../../infra/local/emulators/slack/client/send.ts';
import type { RoleCall } from '../../infra/local/runtime/iam/role.ts';
import { scheduledEvent } from '../../infra/local/runtime/schedules.ts';
import { systemClock } from '../../lib/clock.ts';
import type { Release } from '../../lib/release/model/release.ts';
import { startMemoryServer } from '../git/support/memory-server.ts';
import { answer, serve } from '../http/serve.ts';
import { alice } from '../release/support/harness.ts';
import { startGithubApi } from '../support/github-api.ts';
import { readJson } from './support/answers.ts';
import { startBasicRegistry } from './support/basic-registry.ts';
import { postHook, tagPayload } from './support/github.ts';
import {
  apiToken,
  ecrApps,
  githubSecret,
  githubToken,
  notificationSecret,
  signingSecret,
  startSealedStack,
} from './support/sealed-stack.ts';
import { seed, seedCommitted, seedUndo, storeOf } from './support/seeds.ts';
import { surplusOf } from './support/surplus.ts';
import { deployment } from './support/tagboat-yml.ts';

const queueEvent = (body: unknown) => ({
  Records: [
    {
      messageId: randomUUID(),
      receiptHandle: 'r',
      body: JSON.stringify({ v: 1, ...(body as object) }),
      attributes: { ApproximateReceiveCount: '1', MessageGroupId: 'seeded' },
    },
  ],
});

/** Answers as ECR and STS do. */
const startAwsApi = () =>
  serve((request, response) => {
    const token = { authorizationToken: Buffer.from('AWS:p').toString('base64'), expiresAt: 4_000_000_000 };
    const credentials = { AccessKeyId: 'ASIA', SecretAccessKey: 'k', SessionToken: 's' };
    const body =
      request.headers['x-amz-target'] === undefined
        ? { AssumeRoleResponse: { AssumeRoleResult: { Credentials: credentials } } }
        : { authorizationData: [token] };
    answer(response, 200, {}, JSON.stringify(body));
  });

/** Apps, each for the function that finds its releases ended. */
const finalizing = ['worker', 'rollout', 'image', 'reconcile'] as const;

it('lets every function make the calls that it makes, and allows it no other', async () => {
  const calls: RoleCall[] = [];
  let queueAnswers = true;
  let tableAnswers = true;
  const github = await startGithubApi({ clock: systemClock, token: githubToken });
  const registry = await startBasicRegistry();
  registry.push('example/proxy', 'v1');
  const gitHost = await startMemoryServer();
  onTestFinished(() => gitHost.close());
  const repository = gitHost.create('found', { 'a.txt': 'a' });
  const manifests = {
    'production.yml': deployment('found', 'example/found:v0.0.1', 1),
    'staging.yml': deployment('found-staging', 'example/found:v0.0.1', 1),
  };
  gitHost.create('config', manifests, 'config');
  const stack = await startSealedStack(
    ['app', ...finalizing],
    registry.origin,
    gitHost.origin,
    (call) => {
      if (!queueAnswers && call.function === 'slack' && call.action === 'sqs:SendMessage')
        throw new Error('the queue does not answer');
      const isIntake = call.function === 'webhook' || call.function === 'ecr-events';
      if (!tableAnswers && isIntake && call.action.startsWith('dynamodb:'))
        throw new Error('the table does not answer');
      calls.push(call);
    },
    github.url,
    (await startAwsApi()).url,
  );
  const store = storeOf(stack);
  for (const app of finalizing) registry.push(`example/${app}`, 'v1.0.0');
  const hook = (tag: string, app = 'app') =>
    postHook(stack.url, githubSecret, tagPayload(tag, `example/${app}`));
  const imageHook = (tag: string) =>
    fetch(`${stack.url}/webhooks/dockerhub/hub-key`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        push_data: { pushed_at: 1_795_392_000, pusher: 'bot', tag },
        repository: { repo_name: 'example/app', name: 'app', namespace: 'example', status: 'Active' },
      }),
    });
  const sender = { origin: stack.url, signingSecret, user: 'U024BE7LH', channel: 'C0DEPLOYS' };
  const say = async (line: string) => {
    const sent = await sendCommand(sender, line);
    expect(sent.isOk, line).toBe(true);
    return sent;
  };
  const made = (name: string, action: string, resource: string): boolean =>
    calls.some(
      (call) => call.function === name && call.action === action && call.resource.endsWith(resource),
    );
  const newest = async () => (await store.list('app', 'production', { limit: 1 }))[0];

  // A tag, whose image comes later; an image.
  await readJson(await hook('v1.0.0'), 202);
  await expect.poll(async () => (await newest())?.state).toBe('waiting-for-image');
  registry.push('example/app', 'v1.0.0');
  await stack.idle();
  expect((await newest())?.state).toBe('healthy');
  registry.push('example/app', 'v1.1.0');
  await readJson(await imageHook('v1.1.0'), 202);
  await stack.idle();
  expect((await store.list('app', 'staging'))[0]?.state).toBe('healthy');

  // What people say in Slack; a rollout that waits for them, and is watched again meanwhile.
  await say('/tagboat hold app production v9.9.9 because it is bad');
  await stack.idle();
  await say('/tagboat unhold app production v9.9.9');
  await say('/tagboat pause app production');
  await stack.idle();
  await readJson(await hook('v1.1.0'), 202);
  await expect.poll(() => made('rollout-poller', 'sqs:SendMessage', 'rollouts')).toBe(true);
  await say('/tagboat resume app production');
  await stack.idle();
  expect((await newest())?.state).toBe('healthy');
  await say('/undo app production');
  await stack.idle();
  registry.push('example/app', 'v1.2.0');
  await say('/tagboat release app production v1.2.0');
  await stack.idle();
  queueAnswers = false;
  await say('/tagboat holds');
  queueAnswers = true;
  const again = queueEvent({
    v: 2,
    type: 'command',
    id: 'twice',
    at: Date.parse((await newest())?.updatedAt ?? ''),
    action: { type: 'run', command: { type: 'holds' } },
    asker: { ...alice, responseUrl: `${stack.url}/local/slack/responses/twice` },
  });
  await stack.invoke('slack-worker', again);
  await stack.invoke('slack-worker', again);

  // What the webhook cannot record, and the hook worker takes in.
  await say('/tagboat hold app production v8.8.8');
  await stack.idle();
  registry.push('example/app', 'v1.3.0');
  tableAnswers = false;
  for (const answer of [hook('v1.3.0'), imageHook('v1.3.0'), hook('v8.8.8')])
    expect(await readJson(await answer, 202)).toMatchObject({ deferred: true });
  tableAnswers = true;
  await stack.idle();
  expect((await store.list('app', 'staging'))[0]).toMatchObject({ tag: 'v1.3.0', state: 'healthy' });

  // What is pushed to Amazon ECR: announced with and without a digest, held, not recorded at first; and asked for with a role.
  const [role, events] = ecrApps;
  const notify = (tag: string, digest?: string, source = 'distribution', repository = 'team/role') =>
    fetch(`${stack.url}/webhooks/${source}`, {
      method: 'POST',
      headers: { authorization: notificationSecret },
      body: JSON.stringify({
        events: [{ action: 'push', target: { repository, tag, digest } }],
      }),
    });
  const announce = async (tag: string, digest?: string) => {
    const [, name] = events?.image.split(/\/(.*)/) ?? [];
    const detail = { result: 'SUCCESS', 'action-type': 'PUSH', 'repository-name': name, 'image-tag': tag };
    const event = { id: tag, source: 'aws.ecr', 'detail-type': 'ECR Image Action', region: 'us-west-2' };
    const sent = await stack.putEvent({
      ...{ ...event, account: '123456789012' },
      detail: { ...detail, ...(digest === undefined ? {} : { 'image-digest': digest }) },
    });
    expect(sent, tag).toHaveProperty('ecr-events.type', 'returned');
  };
  await readJson(await notify('v1.0.0'), 202);
  registry.push('team/role', 'v1.0.0');
  await stack.idle();
  await say(`/tagboat hold ${events?.app} production v8.8.8`);
  await stack.idle();
  await announce('v8.8.8', await stack.registry.push('team/events', 'v8.8.8'));
  await announce('v1.0.0', await stack.registry.push('team/events', 'v1.0.0'));
  await stack.idle();
  await announce('v1.1.0');
  await stack.registry.push('team/events', 'v1.1.0');
  await stack.idle();
  registry.push('team/role', 'v1.1.0');
  tableAnswers = false;
  await readJson(await notify('v1.1.0'), 202);
  await announce('v1.2.0', await stack.registry.push('team/events', 'v1.2.0'));
  tableAnswers = true;
  await stack.idle();
  for (const [one, tag] of [
    [role, 'v1.1.0'],
    [events, 'v1.2.0'],
  ] as const)
    expect((await store.list(one?.app ?? '', 'production'))[0]).toMatchObject({ tag, state: 'healthy' });

  // Pods that run another digest than was announced: the poller asks the registry whether it is of the same image.
  registry.push('team/role', 'v1.2.0');
  registry.push('example/app', 'v2.0.0');
  const announced = `sha256:${'0'.repeat(64)}`;
  await readJson(await notify('v1.2.0', announced), 202);
  await readJson(await notify('v2.0.0', announced, 'mirror', 'example/app'), 202);
  await stack.idle();

  // What GitHub could not deliver; and what it delivers again after its release has failed.
  const hooks = '/repos/example/app/hooks/1';
  github.addHook(hooks);
  github.addAttempt(hooks, 'undelivered', 503, systemClock.now() - 120_000);
  await stack.invoke('redeliver', scheduledEvent());
  expect(github.wanted()).toEqual(['undelivered']);
  await readJson(await hook('v7.7.7'), 202);
  await expect.poll(async () => (await newest())?.state).toBe('waiting-for-image');
  await store.advance((await newest()) as Release, 'failed', {
    reason: { code: 'image-not-found', message: 'it never came' },
  });
  await readJson(await hook('v7.7.7'), 202);
  registry.push('example/app', 'v7.7.7');
  await stack.idle();

  // What no hook announced.
  registry.push('example/found', 'v0.0.1');
  await stack.invoke('discover', scheduledEvent());
  registry.push('example/found', 'v1.0.0');
  repository.refs.set('refs/tags/v1.0.0', repository.tip());
  await expect
    .poll(async () => {
      await stack.invoke('discover', scheduledEvent());
      return Promise.all(['production', 'staging'].map((one) => store.list('found', one)));
    })
    .toMatchObject([[{ tag: 'v1.0.0' }], [{ tag: 'v1.0.0' }]]);
  await stack.idle();

  // Who reads the record.
  const id = (await newest())?.id;
  const headers = { authorization: `Bearer ${apiToken}` };
  expect((await fetch(`${stack.url}/releases?app=app`, { headers })).status).toBe(200);
  expect((await fetch(`${stack.url}/releases/${id}`, { headers })).status).toBe(200);

  // What every function does that finds a release which has failed, and nobody finalized.
  const message = ({ app, environment, id: release }: Release) => ({ app, environment, release, round: 0 });
  const steps: Readonly<Record<(typeof finalizing)[number], (release: Release) => Promise<unknown>>> = {
    worker: async (release) => {
      await store.outbox.add('work#seeded', release, 0);
      return stack.invoke('release-worker', queueEvent({ type: 'process-queue', group: 'seeded' }));
    },
    rollout: (release) =>
      stack.invoke('rollout-poller', queueEvent({ type: 'watch-rollout', ...message(release) })),
    image: (release) =>
      stack.invoke('image-poller', queueEvent({ type: 'check-image', ...message(release) })),
    reconcile: async (release) => {
      for (const list of ['images', 'rollouts'] as const) await store.outbox.add(list, release, 0, 20);
      return stack.invoke('reconcile', scheduledEvent());
    },
  };
  const fail = async (release: Release) => {
    await store.advance(release, 'failed', {
      reason: { code: 'crash-loop', message: 'it crashes' },
      diagnosis: [{ cause: 'crash-loop', summary: 'it crashes', evidence: [], next: '' }],
    });
    return release;
  };
  for (const app of finalizing) {
    await steps[app](await fail(await seedCommitted(store, app, 'staging')));
    await steps[app](await fail(await seedUndo(store, app, 'staging')));
    await steps[app](await fail(await seedCommitted(store, app, 'production')));
  }

  // What reconcile finds that was lost.
  registry.push('example/app', 'v3.0.0');
  const lost = await seed(store, 'app', 'staging', 'v3.0.0', 'release');
  for (const list of ['work#nobody', 'images', 'rollouts'] as const) await store.outbox.add(list, lost, 0);
  await stack.invoke('reconcile', scheduledEvent());
  await stack.idle();

  expect(calls.filter(({ isAllowed }) => !isAllowed)).toEqual([]);
  expect(surplusOf(calls)).toEqual([]);
});
