import { describe, expect, it } from 'vitest';
import { createHarness, type Harness, rollingOut } from '../support/harness.ts';
import { hooksOfApp as hooks } from '../support/hooks.ts';

const minute = 60_000;

/** Lambda ends a chain of invocations after so many rounds, unless the function allows it to go on. */
const lambdaEndsAt = 16;

/** How often the job was done. Nothing is left of the chain: a day later it is no more. */
const roundsOf = async (harness: Harness, type: string): Promise<number> => {
  const rounds = harness.handled.filter(({ body }) => body.type === type).length;
  await harness.pass(24 * 60 * minute);
  expect(harness.handled.filter(({ body }) => body.type === type)).toHaveLength(rounds);
  return rounds;
};

describe('a chain of jobs, each of which sends the next', () => {
  it('that waits for an image ends with `imageTimeout`, and is longer than Lambda allows by itself', async () => {
    const harness = createHarness({ on: 'tag-push', imageTimeout: 15 * 60 });
    harness.registry.digests.set('v1.1.0', undefined);

    await harness.hook(hooks.github('v1.1.0'));
    await harness.pass(15 * minute);

    expect(await harness.history()).toEqual(['#1 release v1.1.0 failed']);
    expect(await roundsOf(harness, 'check-image')).toBeGreaterThan(lambdaEndsAt);
  });

  it('that watches a rollout ends with `timeout`', async () => {
    const harness = createHarness({ files: ['app.yml'], timeout: 20 * 60 });
    harness.verdicts.set('v1.1.0', rollingOut);

    await harness.hook(hooks.dockerhub('v1.1.0'));
    await harness.pass(21 * minute);

    expect(await harness.history()).toEqual(['#1 release v1.1.0 failed']);
    expect(await roundsOf(harness, 'watch-rollout')).toBeGreaterThan(lambdaEndsAt);
  });

  it('that watches a rollout whose cluster does not answer ends soon after `timeout`', async () => {
    const harness = createHarness();
    harness.verdicts.set('v1.1.0', rollingOut);
    await harness.hook(hooks.dockerhub('v1.1.0'));
    harness.cluster.answers = false;

    await harness.pass(8 * minute);

    expect(await harness.history()).toEqual(['#1 release v1.1.0 failed']);
    await roundsOf(harness, 'watch-rollout');
  });

  it('that cannot deliver ends after so many attempts', async () => {
    const harness = createHarness();
    harness.cluster.answers = false;

    await harness.hook(hooks.dockerhub('v1.1.0'));
    await harness.pass(10 * minute);

    expect(await harness.history()).toEqual(['#1 release v1.1.0 failed']);
    expect(await roundsOf(harness, 'process-queue')).toBeLessThan(lambdaEndsAt);
  });

  it('that waits for a person goes on, once a minute at most, and ends when the rollout does', async () => {
    const harness = createHarness();
    harness.verdicts.set('v1.1.0', rollingOut);
    await harness.hook(hooks.dockerhub('v1.1.0'));
    harness.cluster.paused = true;
    await harness.pass(10 * minute);
    const before = harness.handled.length;

    await harness.pass(60 * minute);

    const watches = harness.handled.slice(before).filter(({ body }) => body.type === 'watch-rollout');
    expect(watches.length).toBeGreaterThan(0);
    expect(watches.length).toBeLessThanOrEqual(60);
    await harness.say({ type: 'undo', app: 'app', environment: 'production' });
    await harness.pass(60 * minute);
    await roundsOf(harness, 'watch-rollout');
  });
});
