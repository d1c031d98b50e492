import { describe, expect, it } from 'vitest';
import { TagboatError } from '../../../lib/errors.ts';
import { processQueue } from '../../../lib/release/commit/process-queue.ts';
import { createHarness } from '../support/harness.ts';
import { hooksOfApp as hooks } from '../support/hooks.ts';
import { useWorker } from '../support/worker.ts';

const { arrange } = useWorker();

describe('processQueue', () => {
  it('puts a release off when the cluster does not answer, and holds up nobody else', async () => {
    let calls = 0;
    const { context, group, release, state, sent, store, clock } = await arrange(
      { web: 'v1.0.0', api: 'v1.0.0' },
      {
        deliver: async () => {
          calls += 1;
          if (calls === 1) throw new TagboatError('cluster-unreachable', 'no answer');
        },
      },
    );
    const [web, api] = [await release('web', 'v1.1.0'), await release('api', 'v1.1.0')];

    await processQueue(group, context);

    expect([await state(web), await state(api)].toSorted()).toEqual(['committed', 'rolling-out']);
    expect(sent.find(({ body }) => body.type === 'delayed-process-queue')).toMatchObject({
      queue: 'images',
      delaySeconds: 2,
    });
    clock.advance(2_000);
    await processQueue(group, context);
    expect([await state(web), await state(api)]).toEqual(['rolling-out', 'rolling-out']);
    expect(await store.outbox.pending(`work#${group}`)).toEqual([]);
  });

  it('tries again once the delay is over, however many jobs arrive meanwhile', async () => {
    const { context, group, release, store, sent } = await arrange(
      { a: 'v1.0.0', b: 'v1.0.0', c: 'v1.0.0', d: 'v1.0.0', e: 'v1.0.0' },
      { deliver: () => Promise.reject(new TagboatError('cluster-unreachable', 'no answer')) },
    );
    const releases = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((app) => release(app, 'v1.1.0')));

    for (let job = 0; job < 20; job++) await processQueue(group, context);

    const attempts = await Promise.all(releases.map(async (one) => (await store.require(one)).attempts));
    expect(attempts).toEqual([1, 1, 1, 1, 1]);
    const later = sent
      .filter(({ body }) => body.type === 'delayed-process-queue')
      .map(({ body }) => body.deduplication);
    expect(new Set(later).size).toBe(1);
  });

  it('does not ask a cluster that does not answer again for every release', async () => {
    let calls = 0;
    const apps = Object.fromEntries(Array.from('abcdefgh', (app) => [app, 'v1.0.0']));
    const { context, group, release } = await arrange(apps, {
      deliver: () => {
        calls += 1;
        return Promise.reject(new TagboatError('cluster-unreachable', 'no answer'));
      },
    });
    for (const app of Object.keys(apps)) await release(app, 'v1.1.0');

    await processQueue(group, context);

    expect(calls).toBe(4);
  });

  it('fails a release, and says why, when the cluster refuses the credentials', async () => {
    const { context, group, release, store, sent } = await arrange(
      { web: 'v1.0.0' },
      {
        deliver: () => Promise.reject(new TagboatError('cluster-credentials-refused', 'Unauthorized')),
      },
    );
    const one = await release('web', 'v1.1.0');

    await processQueue(group, context);

    expect(await store.require(one)).toMatchObject({
      state: 'failed',
      reason: { code: 'cluster-credentials-refused', message: 'cluster production: Unauthorized' },
    });
    expect(sent.at(-1)).toMatchObject({ queue: 'notifications', body: { state: 'failed' } });
  });

  it('gives up on a passing fault that does not pass', async () => {
    const { context, group, release, store, sent, clock } = await arrange(
      { web: 'v1.0.0' },
      { deliver: () => Promise.reject(new TagboatError('cluster-unreachable', 'no answer')) },
    );
    const one = await release('web', 'v1.1.0');

    for (let attempt = 0; attempt < 8; attempt++) {
      await processQueue(group, context);
      clock.advance(120_000);
    }

    expect(await store.require(one)).toMatchObject({
      state: 'failed',
      reason: { code: 'cluster-unreachable' },
    });
    expect(
      sent
        .filter(({ body }) => body.type === 'delayed-process-queue')
        .map(({ delaySeconds }) => delaySeconds),
    ).toEqual([2, 4, 8, 16, 32, 64, 120]);
  });
});

describe('a release whose Job has the name of one that still runs', () => {
  const minute = 60_000;
  const arrange = async (timeout: number) => {
    const harness = createHarness({ deliver: 'apply', replaceJobs: true, timeout });
    harness.cluster.refusal = new TagboatError(
      'job-running',
      'Job migrate of an earlier release still runs',
      {
        retryAfterSeconds: 30,
      },
    );
    await harness.hook(hooks.dockerhub('v1.1.0'));
    return harness;
  };

  it('waits for it longer than for a fault, and goes on', async () => {
    const harness = await arrange(300);
    await harness.pass(20 * minute);
    expect(await harness.newest()).toMatchObject({
      state: 'queued',
      attempts: 0,
      reason: { code: 'job-running' },
    });

    harness.cluster.refusal = undefined;
    await harness.pass(minute);
    const release = await harness.newest();
    expect(release).toMatchObject({ state: 'healthy' });
    expect(release?.jobAwaitedSince).toBeUndefined();
  });

  it.each([
    [300, 60],
    [5400, 90],
  ])('with a timeout of %i s is given up after %i minutes', async (timeout, minutes) => {
    const harness = await arrange(timeout);
    await harness.pass((minutes - 1) * minute);
    expect(await harness.newest()).toMatchObject({ state: 'queued' });
    await harness.pass(2 * minute);
    expect(await harness.newest()).toMatchObject({
      state: 'failed',
      reason: {
        code: 'job-running',
        message: `Job migrate of an earlier release still runs; it was waited for for ${minutes} minutes`,
      },
    });
  });

  it('fails for another fault all the same', async () => {
    const harness = await arrange(300);
    await harness.pass(5 * minute);
    harness.cluster.refusal = new TagboatError('cluster-unreachable', 'no answer');
    await harness.pass(6 * minute);
    expect(await harness.newest()).toMatchObject({
      state: 'failed',
      reason: { code: 'cluster-unreachable' },
    });
  });
});
