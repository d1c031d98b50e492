import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { monotonicFactory } from 'ulid';
import { expect, it } from 'vitest';
import { sendCommand } from '../../infra/local/emulators/slack/client/send.ts';
import type { RoleCall } from '../../infra/local/runtime/iam/role.ts';
import { scheduledEvent } from '../../infra/local/runtime/schedules.ts';
import { readService } from '../../infra/local/runtime/service/service.ts';
import type { Stack } from '../../infra/local/stack/types.ts';
import type { Release } from '../../lib/release/model/release.ts';
import { createStore } from '../../lib/release/record/store.ts';
import { createTable } from '../../lib/store/table.ts';
import { createTimeLeft } from '../../lib/time-left.ts';
import { digest, fixedClock } from '../release/support/context.ts';
import { alice } from '../release/support/harness.ts';
import { readJson } from './support/answers.ts';
import { startBasicRegistry } from './support/basic-registry.ts';
import { postHook, tagPayload } from './support/github.ts';
import { githubSecret, signingSecret, startSealedStack } from './support/sealed-stack.ts';
import { surplusOf } from './support/surplus.ts';

const project = path.join(import.meta.dirname, '..', '..');
const releasesTable = readService(path.join(project, 'serverless.yml')).resources.ReleasesTable;

/** Before anything that the stack records. */
const clock = fixedClock(Date.parse('2024-01-01T00:00:00Z'));

const storeOf = (stack: Stack) => {
  const name = releasesTable?.type === 'table' ? releasesTable.name : '';
  const timeLeft = createTimeLeft(clock, { patient: true });
  const table = createTable(async () => stack.aws.dynamodb, name, timeLeft);
  const ulid = monotonicFactory();
  return createStore({ table, clock, newId: (now) => ulid(now) });
};
type Store = ReturnType<typeof storeOf>;

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

/** Records a release, and brings it into a state without any function. */
const seed = async (
  store: Store,
  app: string,
  environment: string,
  tag: string,
  kind: 'release' | 'undo',
  undoes?: string,
) => {
  const { release } = await store.record(
    {
      app,
      environment,
      kind,
      image: `docker.io/example/${app}`,
      tag,
      digest: environment === 'staging' ? undefined : digest('a'),
      requestedBy: { type: 'webhook', source: 'github', user: 'octocat' },
      source: 'github',
      delivery: randomUUID(),
      group: 'seeded',
      undoes,
      claim: randomUUID(),
    },
    'work#nobody',
    Number.MAX_SAFE_INTEGER,
  );
  return release;
};

/** v1.0.0 was healthy; v1.1.0 is committed, and was being delivered. */
const seedCommitted = async (store: Store, app: string, environment: string) => {
  // The registry has no such image of staging, where the undo asks for it.
  const before = environment === 'staging' ? 'v0.9.0' : 'v1.0.0';
  const healthy = await seed(store, app, environment, before, 'release');
  await store.advance(healthy, 'committed', { commit: 'c1' });
  await store.advance(healthy, 'rolling-out');
  await store.advance(healthy, 'healthy');
  const broken = await seed(store, app, environment, 'v1.1.0', 'release');
  await store.advance(broken, 'committed', { commit: 'c2' });
  return broken;
};

/** An undo that could not be committed, of what stands; that is held for it. */
const seedUndo = async (store: Store, app: string, environment: string) => {
  const standing = await seed(store, app, environment, 'v2.0.0', 'release');
  await store.advance(standing, 'committed', { commit: 'c3' });
  await store.advance(standing, 'rolling-out');
  await store.advance(standing, 'healthy');
  await store.hold({
    app,
    environment,
    tag: 'v2.0.0',
    digest: standing.digest,
    by: { type: 'slack', user: 'U024BE7LH' },
    reason: { code: 'undone' },
    createdAt: new Date(clock.now()).toISOString(),
    release: standing.id,
  });
  return seed(store, app, environment, 'v1.0.0', 'undo', standing.id);
};

/** Apps, each for the function that finds its releases ended. */
const finalizing = ['worker', 'rollout', 'image', 'reconcile'] as const;

it('lets every function make the calls that it makes, and allows it no other', async () => {
  const calls: RoleCall[] = [];
  let queueAnswers = true;
  const registry = await startBasicRegistry();
  registry.push('example/proxy', 'v1');
  const stack = await startSealedStack(['app', ...finalizing], registry.origin, (call) => {
    if (!queueAnswers && call.function === 'slack' && call.action === 'sqs:SendMessage')
      throw new Error('the queue does not answer');
    calls.push(call);
  });
  const store = storeOf(stack);
  for (const app of finalizing) registry.push(`example/${app}`, 'v1.0.0');
  const hook = (tag: string, app = 'app') =>
    postHook(stack.url, githubSecret, tagPayload(tag, `example/${app}`));
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
  const image = await fetch(`${stack.url}/webhooks/dockerhub/hub-key`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      push_data: { pushed_at: 1_795_392_000, pusher: 'bot', tag: 'v1.1.0' },
      repository: { repo_name: 'example/app', name: 'app', namespace: 'example', status: 'Active' },
    }),
  });
  await readJson(image, 202);
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
    at: clock.now(),
    action: { type: 'run', command: { type: 'holds' } },
    asker: { ...alice, responseUrl: `${stack.url}/local/slack/responses/twice` },
  });
  await stack.invoke('slack-worker', again);
  await stack.invoke('slack-worker', again);

  // Who reads the record.
  const id = (await newest())?.id;
  expect((await fetch(`${stack.url}/releases?app=app`)).status).toBe(200);
  expect((await fetch(`${stack.url}/releases/${id}`)).status).toBe(200);

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
    await store.advance(release, 'failed', { reason: { code: 'unknown', message: 'it crashes' } });
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
  // The local stack shows the releases without a token; test/packaging has the deployed function ask for it.
  expect(surplusOf(calls)).toEqual(['releases kms:Decrypt :key/* api/token']);
});
