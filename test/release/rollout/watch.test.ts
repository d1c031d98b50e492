import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '../../../lib/cluster/connect/connect.ts';
import type { RolloutVerdict } from '../../../lib/cluster/watch/watch-rollout.ts';
import { TagboatError } from '../../../lib/errors.ts';
import { reconcile } from '../../../lib/release/lifecycle/reconcile.ts';
import { type WatchContext, watchRelease } from '../../../lib/release/rollout/watch.ts';
import { actor } from '../../support/records.ts';
import { configWith, createContext, groupOfConfig, production, requestFor } from '../support/context.ts';
import { startTable } from '../support/table.ts';

let started: Awaited<ReturnType<typeof startTable>>;
beforeAll(async () => {
  started = await startTable();
});
afterAll(() => started.close());

let count = 0;
const arrange = async (watch: WatchContext['watchRollout'], onFailure: 'undo' | 'notify' = 'notify') => {
  const app = `watch-${++count}`;
  const environments = { production: { ...production, onFailure } };
  const config = { ...configWith(), apps: { [app]: { image: 'docker.io/library/x', environments } } };
  const all = createContext(started.table, config);
  if (onFailure === 'undo') {
    const { release: before } = await all.record(requestFor('v1.0.0', { app, claim: 'v1.0.0' }));
    for (const state of ['committed', 'rolling-out', 'healthy'] as const)
      await all.store.advance(before, state, { commit: 'c0ffee' });
  }
  const { release } = await all.record(requestFor('v1.1.0', { app }));
  await all.store.advance(release, 'committed', { commit: 'c0ffee', previous: { tag: 'v1.0.0' } });
  await all.store.advance(release, 'rolling-out', { deadline: all.clock.now() + 300_000, workloads: [] });
  const context: WatchContext = { ...all.context, cluster: async () => ({}) as Cluster, watchRollout: watch };
  const owed = async () => (await all.store.outbox.pending('rollouts')).filter(({ id }) => id === release.id);
  return { ...all, app, release, owed, watch: (round = 0) => watchRelease(release, round, 120_000, context) };
};

const pending = {
  type: 'pending',
  progress: {
    phase: 'rolling-out',
    message: 'Waiting for deployment "x" rollout to finish: 1 out of 3 new replicas have been updated...',
    workload: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'x' },
    updated: 1,
    available: 2,
    desired: 3,
  },
} as const satisfies RolloutVerdict;
const crash: Extract<RolloutVerdict, { type: 'failed' }> = {
  type: 'failed',
  reason: 'x crashes',
  diagnosis: [
    { cause: 'crash-loop', summary: 'x crashes', evidence: ['exit code 1'], next: 'Read the log.' },
  ],
};

describe('watchRelease', () => {
  it('records the verdict once, and has people told', async () => {
    const { release, watch, store, sent, owed } = await arrange(async () => ({
      type: 'healthy',
      message: 'done',
      notes: [],
    }));

    await watch();
    await watch();

    expect((await store.require(release)).state).toBe('healthy');
    expect(sent.map(({ queue, body }) => `${queue}:${body.state}`)).toEqual([
      'notifications:healthy',
      'notifications:healthy',
    ]);
    expect(await owed()).toEqual([]);
  });

  it('comes back through the queue, later every time, while the rollout goes on', async () => {
    const { watch, sent, owed } = await arrange(async () => pending);

    for (let round = 0; round < 8; round++) await watch(round);

    const watches = sent.filter(({ queue }) => queue === 'rollouts');
    expect(watches.map(({ delaySeconds }) => delaySeconds)).toEqual([1, 2, 5, 10, 20, 30, 60, 60]);
    expect(await owed()).toHaveLength(1);
  });

  it('records how far it is, and has people told, before it comes back', async () => {
    const { release, watch, store, sent } = await arrange(async () => ({
      type: 'pending',
      progress: { ...pending.progress, phase: 'waiting-for-agent', message: 'waiting for the agent' },
    }));

    await watch();

    expect(await store.require(release)).toMatchObject({
      progress: 'waiting for the agent',
      phase: 'waiting-for-agent',
    });
    expect(sent.map(({ queue }) => queue)).toEqual(['notifications', 'rollouts']);
  });

  it('keeps what is worth knowing although it is healthy, and no phase', async () => {
    const { release, watch, store } = await arrange(async () => ({
      type: 'healthy',
      message: 'done',
      notes: ['the registry has another digest by now'],
    }));
    await store.amend(release, ['rolling-out'], { phase: 'applied' });

    await watch();

    const { state, notes, phase } = await store.require(release);
    expect({ state, notes, phase }).toEqual({
      state: 'healthy',
      notes: ['the registry has another digest by now'],
      phase: undefined,
    });
  });

  it('stops early enough to record the outcome', async () => {
    let until = 0;
    const { watch, clock } = await arrange(async (_cluster, rollout) => {
      until = rollout.until;
      return pending;
    });

    await watch();

    expect(until - clock.now()).toBe(110_000);
  });

  it('keeps the diagnosis of a failed rollout', async () => {
    const { release, watch, store } = await arrange(async () => crash);

    await watch();

    expect(await store.require(release)).toMatchObject({
      state: 'failed',
      reason: { code: 'crash-loop', message: 'x crashes' },
      diagnosis: [{ cause: 'crash-loop' }],
    });
  });

  it('has a failed release undone once, where the environment wants that', async () => {
    const { app, watch, store } = await arrange(async () => crash, 'undo');

    await watch();
    await watch();

    const releases = await store.list(app, 'production');
    expect(releases.map(({ kind, tag, requestedBy }) => ({ kind, tag, requestedBy }))).toEqual([
      { kind: 'undo', tag: 'v1.0.0', requestedBy: actor('tagboat:onFailure') },
      { kind: 'release', tag: 'v1.1.0', requestedBy: actor('dockerhub:somebody') },
      { kind: 'release', tag: 'v1.0.0', requestedBy: actor('dockerhub:somebody') },
    ]);
    expect(await store.holds(app, 'production')).toMatchObject([
      { tag: 'v1.1.0', reason: { code: 'rollout-failed', message: 'x crashes' } },
    ]);
  });

  it('does so also where ten diagnoses come before the one that blames the version', async () => {
    const crashes = crash.diagnosis;
    const full = crashes.map((one) => ({ ...one, cause: 'unschedulable' as const }));
    const diagnosis = [...Array.from({ length: 10 }, () => full).flat(), ...crashes];
    const { app, watch, store } = await arrange(async () => ({ ...crash, diagnosis }), 'undo');

    await watch();

    expect((await store.list(app, 'production')).map(({ kind }) => kind)).toContain('undo');
  });

  it('says nothing against a release that another one overtook', async () => {
    const { release, watch, store } = await arrange(
      async () => ({ type: 'superseded', message: 'another image' }),
      'undo',
    );

    await watch();

    expect((await store.require(release)).state).toBe('superseded');
    expect((await store.list(release.app, 'production')).map(({ kind }) => kind)).not.toContain('undo');
  });

  it('comes back when the cluster does not answer, until well after the deadline', async () => {
    const { release, watch, store, sent, clock } = await arrange(() =>
      Promise.reject(new TagboatError('cluster-unreachable', 'no answer')),
    );

    await watch(0);
    expect(sent).toMatchObject([{ queue: 'rollouts', delaySeconds: 1 }]);
    clock.advance(300_000 + 121_000);
    await watch(1);

    expect(await store.require(release)).toMatchObject({
      state: 'failed',
      reason: { code: 'cluster-unreachable' },
    });
  });

  it('drops a message about a release that is not on record', async () => {
    const { sent, context, watch } = await arrange(async () => pending);
    await watchRelease({ app: 'gone', environment: 'production', id: 'X' }, 0, 1000, {
      ...context,
      cluster: async () => ({}) as Cluster,
      watchRollout: async () => pending,
    });

    expect(sent).toEqual([]);
    await watch();
  });
});

it('reconcile sends the job of what is overdue again, once, and leaves the rest', async () => {
  const { release, context, clock, sent, store } = await arrange(async () => pending);
  const group = groupOfConfig(context.config);
  await store.outbox.add('rollouts', release, clock.now() - 1);
  await store.outbox.add(`work#${group}`, release, clock.now() - 1);
  await store.outbox.add('images', release, clock.now() + 1);

  await reconcile(context);
  await reconcile(context);

  const mine = sent.filter(({ body }) => body.release === release.id || body.group === group);
  expect(mine.map(({ queue }) => queue).toSorted()).toEqual(['releases', 'rollouts']);
});

it('reconcile gives up on what nobody gets anywhere with, and says so', async () => {
  const { release, context, clock, store, owed } = await arrange(async () => pending);
  await store.outbox.add('rollouts', release, clock.now() - 1);

  for (let run = 0; run < 21; run++) {
    await reconcile(context);
    clock.advance(120_000);
  }

  expect(await store.require(release)).toMatchObject({ state: 'failed', reason: { code: 'given-up' } });
  expect(await owed()).toEqual([]);
});
