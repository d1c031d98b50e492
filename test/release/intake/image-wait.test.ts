import { afterAll, beforeAll, expect, it } from 'vitest';
import { TagboatError } from '../../../lib/errors.ts';
import type { RegistryClient } from '../../../lib/registry/client.ts';
import { checkImage } from '../../../lib/release/intake/image-wait.ts';
import type { ReleaseKey } from '../../../lib/release/model/release.ts';
import { actor, because, given } from '../../support/records.ts';
import { configWith, createContext, digest, production, requestFor } from '../support/context.ts';
import { startTable } from '../support/table.ts';

let started: Awaited<ReturnType<typeof startTable>>;
beforeAll(async () => {
  started = await startTable();
});
afterAll(() => started.close());

let count = 0;
const arrange = async (digestOf: RegistryClient['digestOf']) => {
  const app = `wait-${++count}`;
  const config = {
    ...configWith(),
    apps: { [app]: { image: 'docker.io/library/x', environments: { production } } },
  };
  const all = createContext(started.table, config);
  const { release } = await all.record(requestFor('v1.0.0', { app, digest: undefined }), 'images');
  const context = { ...all.context, registry: async () => ({ digestOf }) };
  const owed = async (list: 'images' | `work#${string}`) =>
    (await all.store.outbox.pending(list)).filter(({ id }) => id === release.id);
  return {
    ...all,
    release,
    owed,
    look: (round: number, key: ReleaseKey = release) => checkImage(key, round, context),
  };
};

it('hands a release on to the worker when the registry has the image', async () => {
  const { release, look, store, sent, owed } = await arrange(async () => digest('d'));

  await look(0);

  expect(await store.require(release)).toMatchObject({ state: 'queued', digest: digest('d') });
  expect(sent).toMatchObject([{ queue: 'releases', body: { type: 'process-queue' } }]);
  expect([(await owed('images')).length, (await owed(`work#${release.group}`)).length]).toEqual([0, 1]);
});

it('waits with growing delays while it has not', async () => {
  const { release, look, store, sent, owed } = await arrange(async () => undefined);

  for (let round = 0; round < 9; round++) await look(round);

  expect(await store.require(release)).toMatchObject({
    state: 'waiting-for-image',
    reason: { code: 'image-not-found', message: 'the registry does not have the image yet' },
  });
  const looks = sent.filter(({ queue }) => queue === 'images');
  expect(looks.map(({ delaySeconds }) => delaySeconds)).toEqual([2, 3, 5, 10, 15, 30, 60, 60, 60]);
  expect(looks.map(({ body }) => body.round)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const told = sent.filter(({ queue }) => queue === 'notifications');
  expect(told.map(({ body }) => body.state)).toEqual(['waiting-for-image']);
  expect(await owed('images')).toHaveLength(1);
});

it('gives up after the time that the environment allows, and says so', async () => {
  const { release, look, store, clock, sent, owed } = await arrange(async () => undefined);
  await look(0);
  clock.advance(production.imageTimeout * 1000);

  await look(1);

  expect(await store.require(release)).toMatchObject({
    state: 'failed',
    reason: {
      code: 'image-not-found',
      message: 'the registry has no devopswithkubernetes/okeydokey:v1.0.0 after 900 s',
    },
  });
  expect(sent.at(-1)).toMatchObject({ queue: 'notifications', body: { state: 'failed' } });
  expect(await owed('images')).toEqual([]);
});

it('goes on waiting while the registry does not answer, for as long as it asks for', async () => {
  const fault = new TagboatError('registry-unreachable', 'docker.io answered 429', { retryAfterSeconds: 45 });
  const { release, look, store, sent } = await arrange(() => Promise.reject(fault));

  await look(0);

  expect(await store.require(release)).toMatchObject({
    state: 'waiting-for-image',
    reason: { code: 'registry-unreachable', message: 'docker.io answered 429' },
  });
  expect(sent.filter(({ queue }) => queue === 'images')).toMatchObject([{ delaySeconds: 45 }]);
});

// containerd/containerd#11103: so is answered what CI is about to push for the first time
it('waits where the registry refuses what may only not be there yet, and goes on once it is', async () => {
  const refusal = new TagboatError('registry-denied', 'docker.io answers 401', { retry: 'retryable' });
  const answers = [() => Promise.reject(refusal), () => Promise.resolve(digest('d'))];
  const { release, look, store, owed } = await arrange(
    () => answers.shift()?.() ?? Promise.resolve(undefined),
  );

  await look(0);
  expect(await store.require(release)).toMatchObject({
    state: 'waiting-for-image',
    reason: { code: 'registry-denied', message: 'docker.io answers 401' },
  });

  await look(1);
  expect(await store.require(release)).toMatchObject({ digest: digest('d') });
  expect(await owed('images')).toEqual([]);
});

it('fails at once where the registry refuses for good', async () => {
  const { release, look, store } = await arrange(() =>
    Promise.reject(new TagboatError('registry-denied', 'docker.io: denied')),
  );

  await look(0);

  expect(await store.require(release)).toMatchObject({
    state: 'failed',
    reason: { code: 'registry-denied' },
  });
});

it('does nothing for a release that went on meanwhile', async () => {
  const { release, look, store, sent, owed } = await arrange(() => Promise.reject(new Error('not asked')));
  await store.advance(release, 'committed');

  await look(3);

  expect([sent, await owed('images')]).toEqual([[], []]);
});

it('does not release the same image twice when only one of two hooks could say its digest', async () => {
  const { release, look, store, record, sent, owed } = await arrange(async () => digest('d'));
  const { app, tag } = release;
  const { release: other } = await record(
    requestFor(tag, { app, digest: digest('d'), claim: `${tag}@${digest('d')}` }),
  );

  await look(0);

  expect(await store.require(release)).toMatchObject({
    state: 'superseded',
    reason: { code: 'superseded', releaseId: other.id, other: 'same-image' },
  });
  expect([sent, await owed('images')]).toEqual([[], []]);
});

it('tells people who were shown that it waits, when another hook was faster', async () => {
  let known: string | undefined;
  const { release, look, store, record, sent } = await arrange(async () => known);
  await look(0);
  const { app, tag } = release;
  known = digest('d');
  await record(requestFor(tag, { app, digest: known, claim: `${tag}@${known}` }));
  sent.splice(0);

  await look(1);

  expect((await store.require(release)).state).toBe('superseded');
  expect(sent).toMatchObject([{ queue: 'notifications', body: { state: 'superseded' } }]);
});

it('skips what is held by a digest that only the registry could say', async () => {
  const { release, look, store, record, sent, owed } = await arrange(async () => digest('d'));
  const { app, environment, tag } = release;
  const { release: undone } = await record(
    requestFor(tag, { app, digest: digest('d'), claim: `${tag}@${digest('d')}` }),
  );
  await store.advance(undone, 'undone');
  const reason = given('it drops orders');
  await store.hold({
    app,
    environment,
    tag,
    digest: digest('d'),
    by: actor('slack:alice'),
    reason,
    createdAt: '',
  });

  await look(0);

  expect(await store.require(release)).toMatchObject({
    state: 'skipped',
    reason: because('held', `${tag} is held by slack:alice: it drops orders`),
  });
  expect(sent).toMatchObject([{ queue: 'notifications', body: { state: 'skipped' } }]);
  expect(await owed('images')).toEqual([]);
});

it('tells somebody who releases a tag by hand that does not exist at once', async () => {
  const { release, store, record, look } = await arrange(async () => undefined);
  const request = requestFor('v9.9.9', {
    app: release.app,
    byHand: true,
    digest: undefined,
    claim: 'hand#1',
  });
  const { release: asked } = await record(request, 'images');
  await look(0, asked);

  expect(await store.require(asked)).toMatchObject({ state: 'failed', reason: { code: 'image-not-found' } });
});

it('keeps apart what a person and what a hook asked for, though it is the same image', async () => {
  const { release, store, record, look } = await arrange(async () => digest('d'));
  const { app, tag } = release;
  await record(requestFor(tag, { app, digest: digest('d'), claim: `${tag}@${digest('d')}` }));
  const { release: asked } = await record(
    requestFor(tag, { app, byHand: true, digest: undefined, claim: 'hand#1' }),
    'images',
  );

  await look(0, asked);

  expect(await store.require(asked)).toMatchObject({ state: 'queued', digest: digest('d') });
});

it('tells somebody who goes back to a tag that does not exist at once', async () => {
  const { release, store, record, sent, look } = await arrange(async () => undefined);
  const request = requestFor('v9.9.9', { app: release.app, kind: 'undo', digest: undefined, claim: 'undo' });
  const { release: undo } = await record(request, 'images');
  await look(0, undo);

  expect(await store.require(undo)).toMatchObject({ state: 'failed', reason: { code: 'image-not-found' } });
  expect(sent.map(({ queue }) => queue)).toEqual(['notifications']);
});

it('does not wait for the image of a tag that is older than what stands', async () => {
  const { release, look, store, record, clock } = await arrange(async () => undefined);
  clock.advance(1000);
  const { release: newer } = await record(
    requestFor('v9.0.0', { app: release.app, claim: 'newer', digest: digest('e') }),
  );
  for (const state of ['committed', 'rolling-out', 'healthy'] as const)
    await store.advance(newer, state, { commit: 'c0ffee' });

  await look(0);

  expect(await store.require(release)).toMatchObject({
    state: 'skipped',
    reason: { code: 'older-than-current' },
  });
});
