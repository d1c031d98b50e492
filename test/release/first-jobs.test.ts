import { describe, expect, it } from 'vitest';
import type { RolloutVerdict } from '../../lib/cluster/watch/watch-rollout.ts';
import { createHarness, healthy, rollingOut } from './support/harness.ts';
import { hooksOfApp as hooks } from './support/hooks.ts';

const minute = 60_000;
const text = `apiVersion: batch/v1
kind: Job
metadata: { generateName: migrate-, annotations: { tagboat.dev/first: "true" } }
spec:
  template: { spec: { containers: [{ name: x, image: 'example/app:v1.0.0' }] } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: app }
spec:
  template: { spec: { containers: [{ name: x, image: 'example/app:v1.0.0' }] } }
`;
const migrating: RolloutVerdict = {
  ...rollingOut,
  progress: {
    ...(rollingOut as Extract<RolloutVerdict, { type: 'pending' }>).progress,
    message: 'Waiting for job "migrate-1" to complete: 0 of 1 completed, 1 running...',
  },
} as RolloutVerdict;
const failed: RolloutVerdict = {
  type: 'failed',
  reason: 'job "migrate-1" failed: BackoffLimitExceeded',
  diagnosis: [
    {
      cause: 'job-failed',
      summary: 'Container x ended with exit code 1.',
      evidence: ['log: no such table'],
      next: 'Mend it.',
    },
  ],
};

/** `v1.1.0`, whose Job is under way. */
const arrange = async (environment: Parameters<typeof createHarness>[0] = {}) => {
  const harness = createHarness({ deliver: 'apply', ...environment }, text);
  harness.verdicts.set('v1.1.0', migrating);
  await harness.hook(hooks.dockerhub('v1.1.0'));
  return harness;
};

it('a Job that goes first is waited for before the rest is delivered', async () => {
  const harness = await arrange();
  await harness.pass(3 * minute);
  expect(harness.parts).toEqual(['first']);
  expect(await harness.newest()).toMatchObject({
    state: 'rolling-out',
    stage: 'first-jobs',
    progress: expect.stringContaining('Waiting for job "migrate-1"'),
  });

  harness.verdicts.set('v1.1.0', healthy);
  await harness.pass(minute);

  expect(harness.parts).toEqual(['first', 'rest']);
  const release = await harness.newest();
  expect(release).toMatchObject({ state: 'healthy', workloads: [{ kind: 'Job' }, { kind: 'Deployment' }] });
  expect(release?.stage).toBeUndefined();
  // The rest has its own time, from when it was delivered.
  const [first = 0] = harness.cluster.deadlines;
  expect(harness.cluster.deadlines.at(-1)).toBeGreaterThan(first + 2 * minute);
});

it('a Job that fails ends the release, nothing else is touched, and the message says that Git is ahead', async () => {
  const harness = await arrange();
  harness.verdicts.set('v1.1.0', failed);
  await harness.pass(minute);

  expect(harness.parts).toEqual(['first']);
  expect(await harness.newest()).toMatchObject({ state: 'failed', reason: { code: 'job-failed' } });
  const message = JSON.stringify(harness.channel.said.at(-1));
  expect(message).toContain('no such table');
  expect(message).toContain('Git');
});

it('a Job that is not done in time ends it too', async () => {
  const harness = await arrange();
  await harness.pass(30 * minute);
  expect(harness.parts).toEqual(['first']);
  expect(await harness.history()).toEqual(['#1 release v1.1.0 failed']);
});

it('an undo runs no Jobs, and says so', async () => {
  const harness = await arrange();
  harness.verdicts.set('v1.1.0', healthy);
  await harness.pass(minute);
  await harness.say({ type: 'undo', app: 'app', environment: 'production' });
  await harness.pass(minute);

  expect(harness.parts).toEqual(['first', 'rest', 'whole']);
  const undo = await harness.newest();
  expect(undo).toMatchObject({
    kind: 'undo',
    state: 'healthy',
    jobsLeft: ['Job migrate-…'],
  });
  expect(JSON.stringify(harness.channel.said.at(-1))).toContain('An undo runs no Jobs');
});

it.each([
  ['set-image', 'Job migrate-… is committed, and not run by set-image.'],
  ['agent', 'Job migrate-… is committed, and not followed: under which name the agent runs it is not known.'],
] as const)('%s: a Job that is not run is named', async (deliver, note) => {
  const harness = createHarness({ deliver }, text);
  await harness.hook(hooks.dockerhub('v1.1.0'));
  await harness.pass(minute);
  expect(await harness.newest()).toMatchObject({ state: 'healthy' });
  expect(JSON.stringify(harness.channel.said.at(-1))).toContain(note);
});

describe('a Deployment that a user has paused', () => {
  const place = { app: 'app', environment: 'production' } as const;

  /** It was paused before `v1.2.0`, whose Job is under way. */
  const paused = async () => {
    const harness = createHarness({ deliver: 'apply' }, text);
    await harness.hook(hooks.dockerhub('v1.1.0'));
    await harness.say({ type: 'pause', ...place });
    harness.verdicts.set('v1.2.0', migrating);
    await harness.hook(hooks.dockerhub('v1.2.0'));
    return harness;
  };

  it('is still on record as paused while the first Jobs run', async () => {
    const harness = await paused();
    await harness.pass(3 * minute);
    expect(await harness.newest()).toMatchObject({
      stage: 'first-jobs',
      paused: { by: { type: 'slack' } },
    });
  });

  it('gives a Job that does not end no more time', async () => {
    const harness = await paused();
    await harness.pass(30 * minute);
    expect(await harness.newest()).toMatchObject({ tag: 'v1.2.0', state: 'failed' });
  });

  it('is resumed while they run', async () => {
    const harness = await paused();
    await harness.pass(minute);
    const resumed = await harness.answer({ type: 'resume', ...place });
    expect(resumed.text).toBe('app → production: the rollout goes on');
    expect(harness.cluster.paused).toBe(false);
    expect((await harness.newest())?.paused).toBeUndefined();
  });
});

it('a freeze meanwhile keeps the rest of it from nothing: Git has it already', async () => {
  const harness = await arrange();
  await harness.say({ type: 'hold', app: 'app', environment: 'production', tag: '*' });
  harness.verdicts.set('v1.1.0', healthy);
  await harness.pass(minute);

  expect(harness.parts).toEqual(['first', 'rest']);
  expect(await harness.history()).toEqual(['#1 release v1.1.0 healthy']);
});

it('what somebody else put into the config repo meanwhile is not overwritten', async () => {
  const harness = await arrange();
  harness.repo.commits.push(text.replaceAll('v1.0.0', 'v2.0.0'));
  harness.verdicts.set('v1.1.0', healthy);
  await harness.pass(minute);

  expect(harness.parts).toEqual(['first']);
  expect(await harness.history()).toEqual(['#1 release v1.1.0 superseded']);
});

it('a newer release takes the place of one whose Job is under way', async () => {
  const harness = await arrange();
  await harness.hook(hooks.dockerhub('v1.2.0'));
  await harness.pass(minute);
  harness.verdicts.set('v1.1.0', healthy);
  await harness.pass(10 * minute);

  expect(await harness.history()).toEqual(['#2 release v1.2.0 healthy', '#1 release v1.1.0 superseded']);
  expect(harness.parts).toEqual(['first', 'first', 'rest']);
});

it('all of it done twice comes to the same', async () => {
  const harness = await arrange();
  harness.verdicts.set('v1.1.0', healthy);
  await harness.pass(minute);
  await harness.retryEverything();
  await harness.reconcile();
  expect(await harness.history()).toEqual(['#1 release v1.1.0 healthy']);
  expect(harness.parts).toEqual(['first', 'rest']);
});

it('the rest is tried again where the cluster does not answer, and it is said that Git is ahead where it never does', async () => {
  const harness = await arrange();
  harness.verdicts.set('v1.1.0', healthy);
  harness.cluster.silentOn = 'rest';
  await harness.pass(15 * minute);

  const release = await harness.newest();
  expect(release).toMatchObject({ state: 'failed', stage: 'rest', reason: { code: 'cluster-unreachable' } });
  expect(JSON.stringify(harness.channel.said.at(-1))).toContain('Git');
});
