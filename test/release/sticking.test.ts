import { describe, expect, it } from 'vitest';
import type { EnvironmentConfig } from '../../lib/config/types.ts';
import type { Parsed } from '../../lib/event.ts';
import { actor, because, given } from '../support/records.ts';
import { digest } from './support/context.ts';
import { alice, bob, crashing, createHarness, type Harness, rollingOut } from './support/harness.ts';
import { hooksOfApp as hooks } from './support/hooks.ts';

const place = { app: 'app', environment: 'production' } as const;
const undo = { type: 'undo', ...place } as const;
const why = 'v1.1.0 is held by slack:U024BE7LH: undone from Slack';
const shown = 'v1.1.0 is held by <@U024BE7LH>: undone from Slack';

/** v1.1.0 went out through that hook, and alice undid it. */
const undone = async (environment: Partial<EnvironmentConfig> = {}, first = hooks.dockerhub('v1.1.0')) => {
  const harness = createHarness(environment);
  await harness.hook(first);
  harness.clock.advance(60_000);
  await harness.say(undo);
  expect(harness.runs()).toEqual({ repo: 'v1.0.0', cluster: 'v1.0.0' });
  harness.clock.advance(60_000);
  return harness;
};

/** What stays as it is whatever comes: the old image, one commit each, one rollout each. */
const stands = async (harness: Harness) => ({
  ...harness.runs(),
  commits: harness.repo.commits.length - 1,
  delivered: harness.delivered,
  ended: (await harness.history()).slice(-2),
});
const putBack = {
  repo: 'v1.0.0',
  cluster: 'v1.0.0',
  commits: 2,
  delivered: ['v1.1.0', 'v1.0.0'],
  ended: ['#2 undo v1.0.0 healthy', '#1 release v1.1.0 undone'],
};

describe('after an undo, the old image stays', () => {
  type Case = {
    readonly name: string;
    readonly environment?: Partial<EnvironmentConfig>;
    readonly first?: Parsed;
    readonly late: Parsed;
  };
  const known = digest('0');
  const tagPush = { on: 'tag-push' } as const;
  const pinned = { pin: 'digest' } as const;
  const cases: readonly Case[] = [
    { name: 'the redelivered hook of Docker Hub', late: hooks.dockerhub('v1.1.0') },
    { name: 'another push of the same tag', late: hooks.dockerhub('v1.1.0', 1_700_000_777) },
    { name: 'a registry that says the digest', late: hooks.distribution('v1.1.0', known) },
    { name: 'a registry that says another digest', late: hooks.distribution('v1.1.0', digest('e')) },
    { name: 'a registry that says no digest', late: hooks.distribution('v1.1.0') },
    {
      name: 'the redelivered hook of a Git host',
      environment: tagPush,
      first: hooks.github('v1.1.0'),
      late: hooks.github('v1.1.0'),
    },
    {
      name: 'another hook of the Git host for the same tag',
      environment: tagPush,
      first: hooks.github('v1.1.0'),
      late: hooks.github('v1.1.0', 'gh-2'),
    },
    { name: 'pinned: Docker Hub again', environment: pinned, late: hooks.dockerhub('v1.1.0') },
    {
      name: 'pinned: a registry that says the digest',
      environment: pinned,
      late: hooks.distribution('v1.1.0', known),
    },
    {
      name: 'pinned: a registry that says no digest',
      environment: pinned,
      late: hooks.distribution('v1.1.0'),
    },
  ];

  it.each(cases)('$name is skipped, and on record with the reason', async ({ environment, first, late }) => {
    const harness = await undone(environment, first);

    const answer = await harness.hook(late);
    await harness.hook(late);

    const record = await harness.newest();
    expect(answer).toEqual({
      releases: [],
      skipped: [{ ...place, tag: 'v1.1.0', reason: 'held', message: why, id: record?.id }],
    });
    expect(record).toMatchObject({
      number: 3,
      tag: 'v1.1.0',
      state: 'skipped',
      reason: because('held', why),
    });
    expect(await harness.history()).toHaveLength(3);
    expect(await stands(harness)).toEqual(putBack);
    expect(harness.channel.shown().at(-1)).toBe(`app → production: v1.1.0 was skipped: ${shown}`);
  });

  it('pinned: a hook whose digest the registry only tells later ends as skipped too', async () => {
    const harness = await undone(pinned);
    harness.registry.answers = false;
    await harness.hook(hooks.distribution('v1.1.0'));
    expect(await harness.newest()).toMatchObject({ state: 'waiting-for-image' });

    harness.registry.answers = true;
    await harness.pass(60_000);

    expect(await harness.newest()).toMatchObject({ state: 'skipped', reason: because('held', why) });
    expect(await stands(harness)).toEqual(putBack);
    expect(harness.channel.shown().at(-1)).toBe(`app → production: v1.1.0 was skipped: ${shown}`);
  });

  it('pinned: another image under the same tag is another release', async () => {
    const harness = await undone(pinned);

    await harness.hook(hooks.distribution('v1.1.0', digest('e')));

    expect(await harness.newest()).toMatchObject({ tag: 'v1.1.0', digest: digest('e'), state: 'healthy' });
  });

  it('whatever reconcile asks for', async () => {
    const harness = await undone();

    for (let run = 0; run < 3; run++) {
      await harness.pass(200_000);
      await harness.reconcile();
    }

    expect(await harness.history()).toHaveLength(2);
    expect(await stands(harness)).toEqual(putBack);
  });

  it('whichever message comes again, and again', async () => {
    const harness = await undone();
    const kinds = new Set(harness.handled.map(({ queue }) => queue));

    await harness.retryEverything();
    await harness.retryEverything();

    expect([...kinds].toSorted()).toEqual(['notifications', 'releases', 'rollouts']);
    expect(await harness.history()).toHaveLength(2);
    expect(await stands(harness)).toEqual(putBack);
  });

  it('whichever message comes again where Git tags are released', async () => {
    const harness = await undone(tagPush, hooks.github('v1.1.0'));
    expect(new Set(harness.handled.map(({ queue }) => queue))).toContain('images');

    await harness.retryEverything();

    expect(await stands(harness)).toEqual(putBack);
  });

  it('and the next newer tag goes through', async () => {
    const harness = await undone();

    await harness.hook(hooks.dockerhub('v1.2.0'));

    expect(await harness.newest()).toMatchObject({ tag: 'v1.2.0', state: 'healthy' });
    expect(harness.runs()).toEqual({ repo: 'v1.2.0', cluster: 'v1.2.0' });
    expect(await harness.held()).toEqual(['v1.1.0']);
  });

  it('until somebody releases it by hand, knowing that it is held; that lifts the hold', async () => {
    const harness = await undone();
    const release = { type: 'release', ...place, tag: 'v1.1.0' } as const;

    expect(await harness.say(release)).toBe('Release v1.1.0 to app production although it is held?');
    expect([harness.runs().repo, await harness.held()]).toEqual(['v1.0.0', ['v1.1.0']]);
    await harness.say(release, alice, { confirmed: true });

    expect(harness.runs()).toEqual({ repo: 'v1.1.0', cluster: 'v1.1.0' });
    expect(await harness.newest()).toMatchObject({ tag: 'v1.1.0', state: 'healthy', byHand: true });
    expect(await harness.held()).toEqual([]);
  });

  it('also where the undo was itself undone, and undone again', async () => {
    const harness = await undone();
    await harness.say(undo);
    expect([harness.runs().cluster, await harness.held()]).toEqual(['v1.1.0', []]);
    harness.clock.advance(60_000);

    await harness.say(undo);
    await harness.hook(hooks.distribution('v1.1.0', digest('e')));

    expect([harness.runs().cluster, await harness.held()]).toEqual(['v1.0.0', ['v1.1.0']]);
    expect(await harness.newest()).toMatchObject({
      tag: 'v1.1.0',
      state: 'skipped',
      reason: { code: 'held' },
    });
  });
});

describe('an undo', () => {
  it('wins over the rollout that is going on', async () => {
    const harness = createHarness();
    harness.verdicts.set('v1.1.0', rollingOut);
    await harness.hook(hooks.dockerhub('v1.1.0'));
    await harness.pass(5_000);
    expect(await harness.history()).toEqual(['#1 release v1.1.0 rolling-out']);

    await harness.say(undo);
    await harness.pass(600_000);

    expect(await harness.history()).toEqual(['#2 undo v1.0.0 healthy', '#1 release v1.1.0 undone']);
    expect(harness.runs()).toEqual({ repo: 'v1.0.0', cluster: 'v1.0.0' });
    expect(harness.channel.shown()).toContain('app → production: v1.1.0 was undone');
  });

  it('wins over a release that is written, and whose cluster does not answer', async () => {
    const harness = createHarness();
    harness.cluster.answers = false;
    await harness.hook(hooks.dockerhub('v1.1.0'));
    expect(await harness.history()).toEqual(['#1 release v1.1.0 committed']);

    await harness.say(undo);
    harness.cluster.answers = true;
    await harness.pass(600_000);

    expect(await harness.history()).toEqual(['#2 undo v1.0.0 healthy', '#1 release v1.1.0 undone']);
    expect(harness.delivered).toEqual(['v1.0.0']);
  });

  it('is one undo when two people ask at once', async () => {
    const harness = createHarness();
    await harness.hook(hooks.dockerhub('v1.1.0'));

    const answers = await Promise.all([harness.say(undo, alice), harness.say(undo, bob)]);

    expect(answers.toSorted()).toEqual([
      'Already under way: undoing app in production, from v1.1.0 back to v1.0.0',
      'Undoing app in production, from v1.1.0 back to v1.0.0',
    ]);
    expect(await harness.history()).toEqual(['#2 undo v1.0.0 healthy', '#1 release v1.1.0 undone']);
    expect(await stands(harness)).toEqual(putBack);
  });

  it('says that there is nothing to go back to', async () => {
    const harness = createHarness();

    expect(await harness.say(undo)).toBe('Sorry, no: nothing was released to app production yet');
    expect([await harness.history(), await harness.held()]).toEqual([[], []]);
  });

  it('that comes to nothing gives the tag back that it held', async () => {
    const harness = createHarness();
    await harness.hook(hooks.dockerhub('v1.1.0'));
    harness.registry.digests.set('v0.9.9', undefined);

    await harness.say({ ...undo, to: 'v0.9.9' });

    expect(await harness.newest()).toMatchObject({
      kind: 'undo',
      state: 'failed',
      reason: { code: 'image-not-found' },
    });
    expect([harness.runs().cluster, await harness.held()]).toEqual(['v1.1.0', []]);
    const failed = harness.channel.said.filter(({ text }) => text.includes('undo to v0.9.9')).at(-1);
    expect(JSON.stringify(failed?.message)).not.toContain('is held');
  });

  it('leaves the hold of somebody else where it was, also where it comes to nothing', async () => {
    const harness = createHarness();
    await harness.hook(hooks.dockerhub('v1.1.0'));
    await harness.say({ type: 'hold', ...place, tag: 'v1.1.0', reason: 'it drops orders' }, bob);
    harness.clock.advance(1000);
    harness.registry.digests.set('v0.9.9', undefined);

    await harness.say({ ...undo, to: 'v0.9.9' });

    expect(await harness.store.holds('app', 'production')).toMatchObject([
      { tag: 'v1.1.0', by: actor('slack:U0B0B0B0B'), reason: given('it drops orders') },
    ]);
  });
});

describe('onFailure: undo', () => {
  const putBackByItself = {
    ...putBack,
    delivered: ['v1.0.0', 'v1.1.0', 'v1.0.0'],
    ended: ['#2 release v1.1.0 undone', '#1 release v1.0.0 healthy'],
  };
  const failing = async () => {
    const harness = createHarness({ onFailure: 'undo' });
    await harness.hook(hooks.dockerhub('v1.0.0'));
    harness.verdicts.set('v1.1.0', crashing);
    await harness.hook(hooks.dockerhub('v1.1.0'));
    return harness;
  };

  it('puts the old image back once, says so, and holds the tag', async () => {
    const harness = await failing();
    await harness.retryEverything();
    await harness.pass(600_000);
    await harness.reconcile();

    expect(await stands(harness)).toEqual(putBackByItself);
    expect(await harness.history()).toHaveLength(3);
    expect(await harness.newest()).toMatchObject({ requestedBy: actor('tagboat:onFailure') });
    expect(await harness.store.holds('app', 'production')).toMatchObject([
      {
        tag: 'v1.1.0',
        by: actor('tagboat:onFailure'),
        reason: { code: 'rollout-failed', message: 'it crashes' },
      },
    ]);
    expect(harness.channel.shown()).toEqual([
      'app → production: v1.0.0 is healthy',
      'app → production: v1.1.0 failed and was undone: it crashes',
      'app → production: undo to v1.0.0 is healthy',
    ]);
  });

  it('says why it is not undone, where there is nothing to go back to', async () => {
    const harness = createHarness({ onFailure: 'undo' });
    harness.verdicts.set('v1.1.0', crashing);
    await harness.say({ type: 'hold', ...place, tag: 'v1.0.0', reason: 'it loses orders' });

    await harness.hook(hooks.dockerhub('v1.1.0'));

    const message = 'no healthy release of app production comes before v1.1.0';
    expect(await harness.newest()).toMatchObject({ tag: 'v1.1.0', state: 'failed', notUndone: { message } });
    expect(JSON.stringify(harness.channel.said.at(-1)?.message)).toContain(
      `It is not undone by itself: ${message}`,
    );
  });

  it('keeps the failed tag away as any undo does', async () => {
    const harness = await failing();

    expect(await harness.hook(hooks.distribution('v1.1.0', digest('e')))).toMatchObject({
      skipped: [{ reason: 'held' }],
    });
    expect(harness.runs()).toEqual({ repo: 'v1.0.0', cluster: 'v1.0.0' });
  });

  it('does not undo an undo that fails', async () => {
    const harness = createHarness({ onFailure: 'undo' });
    await harness.hook(hooks.dockerhub('v1.0.0'));
    harness.verdicts.set('v1.1.0', crashing);
    harness.verdicts.set('v1.0.0', crashing);
    await harness.hook(hooks.dockerhub('v1.1.0'));
    await harness.retryEverything();

    expect(await harness.history()).toEqual([
      '#3 undo v1.0.0 failed',
      '#2 release v1.1.0 undone',
      '#1 release v1.0.0 healthy',
    ]);
    expect(harness.delivered).toEqual(['v1.0.0', 'v1.1.0', 'v1.0.0']);
  });

  it('is the same undo where somebody asks for it at the same moment', async () => {
    const harness = createHarness({ onFailure: 'undo' });
    harness.verdicts.set('v1.1.0', rollingOut);
    await harness.hook(hooks.dockerhub('v1.1.0'));
    harness.verdicts.set('v1.1.0', crashing);

    await Promise.all([harness.say(undo), harness.pass(10_000)]);

    expect(await stands(harness)).toEqual(putBack);
    expect(await harness.history()).toHaveLength(2);
  });
});
