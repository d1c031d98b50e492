import { describe, expect, it } from 'vitest';
import type { EnvironmentConfig } from '../../lib/config/types.ts';
import type { Parsed } from '../../lib/event.ts';
import { actor, because, given } from '../support/records.ts';
import { digest } from './support/context.ts';
import { alice, bob, crashing, createWorld, rollingOut, type World } from './support/harness.ts';
import { hooksOfApp as hooks } from './support/hooks.ts';

const place = { app: 'app', environment: 'production' } as const;
const undo = { type: 'undo', ...place } as const;
const why = 'v1.1.0 is held by slack:U024BE7LH: undone from Slack';
const shown = 'v1.1.0 is held by <@U024BE7LH>: undone from Slack';

/** v1.1.0 went out through that hook, and alice undid it. */
const undone = async (environment: Partial<EnvironmentConfig> = {}, first = hooks.dockerhub('v1.1.0')) => {
  const world = createWorld(environment);
  await world.hook(first);
  world.clock.advance(60_000);
  await world.say(undo);
  expect(world.runs()).toEqual({ repo: 'v1.0.0', cluster: 'v1.0.0' });
  world.clock.advance(60_000);
  return world;
};

/** What stays as it is whatever comes: the old image, one commit each, one rollout each. */
const stands = async (world: World) => ({
  ...world.runs(),
  commits: world.repo.commits.length - 1,
  delivered: world.delivered,
  ended: (await world.history()).slice(-2),
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
    const world = await undone(environment, first);

    const answer = await world.hook(late);
    await world.hook(late);

    const record = await world.newest();
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
    expect(await world.history()).toHaveLength(3);
    expect(await stands(world)).toEqual(putBack);
    expect(world.channel.shown().at(-1)).toBe(`app → production: v1.1.0 was skipped: ${shown}`);
  });

  it('pinned: a hook whose digest the registry only tells later ends as skipped too', async () => {
    const world = await undone(pinned);
    world.registry.answers = false;
    await world.hook(hooks.distribution('v1.1.0'));
    expect(await world.newest()).toMatchObject({ state: 'waiting-for-image' });

    world.registry.answers = true;
    await world.pass(60_000);

    expect(await world.newest()).toMatchObject({ state: 'skipped', reason: because('held', why) });
    expect(await stands(world)).toEqual(putBack);
    expect(world.channel.shown().at(-1)).toBe(`app → production: v1.1.0 was skipped: ${shown}`);
  });

  it('pinned: another image under the same tag is another release', async () => {
    const world = await undone(pinned);

    await world.hook(hooks.distribution('v1.1.0', digest('e')));

    expect(await world.newest()).toMatchObject({ tag: 'v1.1.0', digest: digest('e'), state: 'healthy' });
  });

  it('whatever reconcile asks for', async () => {
    const world = await undone();

    for (let run = 0; run < 3; run++) {
      await world.pass(200_000);
      await world.reconcile();
    }

    expect(await world.history()).toHaveLength(2);
    expect(await stands(world)).toEqual(putBack);
  });

  it('whichever message comes again, and again', async () => {
    const world = await undone();
    const kinds = new Set(world.handled.map(({ queue }) => queue));

    await world.retryEverything();
    await world.retryEverything();

    expect([...kinds].toSorted()).toEqual(['notifications', 'releases', 'rollouts']);
    expect(await world.history()).toHaveLength(2);
    expect(await stands(world)).toEqual(putBack);
  });

  it('whichever message comes again where Git tags are released', async () => {
    const world = await undone(tagPush, hooks.github('v1.1.0'));
    expect(new Set(world.handled.map(({ queue }) => queue))).toContain('images');

    await world.retryEverything();

    expect(await stands(world)).toEqual(putBack);
  });

  it('and the next newer tag goes through', async () => {
    const world = await undone();

    await world.hook(hooks.dockerhub('v1.2.0'));

    expect(await world.newest()).toMatchObject({ tag: 'v1.2.0', state: 'healthy' });
    expect(world.runs()).toEqual({ repo: 'v1.2.0', cluster: 'v1.2.0' });
    expect(await world.held()).toEqual(['v1.1.0']);
  });

  it('until somebody releases it by hand, knowing that it is held; that lifts the hold', async () => {
    const world = await undone();
    const release = { type: 'release', ...place, tag: 'v1.1.0' } as const;

    expect(await world.say(release)).toBe('Release v1.1.0 to app production although it is held?');
    expect([world.runs().repo, await world.held()]).toEqual(['v1.0.0', ['v1.1.0']]);
    await world.say(release, alice, { confirmed: true });

    expect(world.runs()).toEqual({ repo: 'v1.1.0', cluster: 'v1.1.0' });
    expect(await world.newest()).toMatchObject({ tag: 'v1.1.0', state: 'healthy', byHand: true });
    expect(await world.held()).toEqual([]);
  });

  it('also where the undo was itself undone, and undone again', async () => {
    const world = await undone();
    await world.say(undo);
    expect([world.runs().cluster, await world.held()]).toEqual(['v1.1.0', []]);
    world.clock.advance(60_000);

    await world.say(undo);
    await world.hook(hooks.distribution('v1.1.0', digest('e')));

    expect([world.runs().cluster, await world.held()]).toEqual(['v1.0.0', ['v1.1.0']]);
    expect(await world.newest()).toMatchObject({ tag: 'v1.1.0', state: 'skipped', reason: { code: 'held' } });
  });
});

describe('an undo', () => {
  it('wins over the rollout that is going on', async () => {
    const world = createWorld();
    world.verdicts.set('v1.1.0', rollingOut);
    await world.hook(hooks.dockerhub('v1.1.0'));
    await world.pass(5_000);
    expect(await world.history()).toEqual(['#1 release v1.1.0 rolling-out']);

    await world.say(undo);
    await world.pass(600_000);

    expect(await world.history()).toEqual(['#2 undo v1.0.0 healthy', '#1 release v1.1.0 undone']);
    expect(world.runs()).toEqual({ repo: 'v1.0.0', cluster: 'v1.0.0' });
    expect(world.channel.shown()).toContain('app → production: v1.1.0 was undone');
  });

  it('wins over a release that is written, and whose cluster does not answer', async () => {
    const world = createWorld();
    world.cluster.answers = false;
    await world.hook(hooks.dockerhub('v1.1.0'));
    expect(await world.history()).toEqual(['#1 release v1.1.0 committed']);

    await world.say(undo);
    world.cluster.answers = true;
    await world.pass(600_000);

    expect(await world.history()).toEqual(['#2 undo v1.0.0 healthy', '#1 release v1.1.0 undone']);
    expect(world.delivered).toEqual(['v1.0.0']);
  });

  it('is one undo when two people ask at once', async () => {
    const world = createWorld();
    await world.hook(hooks.dockerhub('v1.1.0'));

    const answers = await Promise.all([world.say(undo, alice), world.say(undo, bob)]);

    expect(answers.toSorted()).toEqual([
      'Already under way: undoing app in production, from v1.1.0 back to v1.0.0',
      'Undoing app in production, from v1.1.0 back to v1.0.0',
    ]);
    expect(await world.history()).toEqual(['#2 undo v1.0.0 healthy', '#1 release v1.1.0 undone']);
    expect(await stands(world)).toEqual(putBack);
  });

  it('says that there is nothing to go back to', async () => {
    const world = createWorld();

    expect(await world.say(undo)).toBe('Sorry, no: nothing was released to app production yet');
    expect([await world.history(), await world.held()]).toEqual([[], []]);
  });

  it('that comes to nothing gives the tag back that it held', async () => {
    const world = createWorld();
    await world.hook(hooks.dockerhub('v1.1.0'));
    world.registry.digests.set('v0.9.9', undefined);

    await world.say({ ...undo, to: 'v0.9.9' });

    expect(await world.newest()).toMatchObject({
      kind: 'undo',
      state: 'failed',
      reason: { code: 'image-not-found' },
    });
    expect([world.runs().cluster, await world.held()]).toEqual(['v1.1.0', []]);
    const failed = world.channel.said.filter(({ text }) => text.includes('undo to v0.9.9')).at(-1);
    expect(JSON.stringify(failed?.message)).not.toContain('is held');
  });

  it('leaves the hold of somebody else where it was, also where it comes to nothing', async () => {
    const world = createWorld();
    await world.hook(hooks.dockerhub('v1.1.0'));
    await world.say({ type: 'hold', ...place, tag: 'v1.1.0', reason: 'it drops orders' }, bob);
    world.clock.advance(1000);
    world.registry.digests.set('v0.9.9', undefined);

    await world.say({ ...undo, to: 'v0.9.9' });

    expect(await world.store.holds('app', 'production')).toMatchObject([
      { tag: 'v1.1.0', by: actor('slack:U0B0B0B0B'), reason: given('it drops orders') },
    ]);
  });
});

describe('onFailure: undo', () => {
  const failing = async () => {
    const world = createWorld({ onFailure: 'undo' });
    world.verdicts.set('v1.1.0', crashing);
    await world.hook(hooks.dockerhub('v1.1.0'));
    return world;
  };

  it('puts the old image back once, says so, and holds the tag', async () => {
    const world = await failing();
    await world.retryEverything();
    await world.pass(600_000);
    await world.reconcile();

    expect(await stands(world)).toEqual(putBack);
    expect(await world.history()).toHaveLength(2);
    expect(await world.newest()).toMatchObject({ requestedBy: actor('tagboat:onFailure') });
    expect(await world.store.holds('app', 'production')).toMatchObject([
      {
        tag: 'v1.1.0',
        by: actor('tagboat:onFailure'),
        reason: { code: 'rollout-failed', message: 'it crashes' },
      },
    ]);
    expect(world.channel.shown()).toEqual([
      'app → production: v1.1.0 failed and was undone: it crashes',
      'app → production: undo to v1.0.0 is healthy',
    ]);
  });

  it('says why it is not undone, where there is nothing to go back to', async () => {
    const world = createWorld({ onFailure: 'undo' });
    world.verdicts.set('v1.1.0', crashing);
    await world.say({ type: 'hold', ...place, tag: 'v1.0.0', reason: 'it loses orders' });

    await world.hook(hooks.dockerhub('v1.1.0'));

    const message = 'no healthy release of app production comes before v1.1.0';
    expect(await world.newest()).toMatchObject({ tag: 'v1.1.0', state: 'failed', notUndone: { message } });
    expect(JSON.stringify(world.channel.said.at(-1)?.message)).toContain(
      `It is not undone by itself: ${message}`,
    );
  });

  it('keeps the failed tag away as any undo does', async () => {
    const world = await failing();

    expect(await world.hook(hooks.distribution('v1.1.0', digest('e')))).toMatchObject({
      skipped: [{ reason: 'held' }],
    });
    expect(await stands(world)).toEqual(putBack);
  });

  it('does not undo an undo that fails', async () => {
    const world = createWorld({ onFailure: 'undo' });
    world.verdicts.set('v1.1.0', crashing);
    world.verdicts.set('v1.0.0', crashing);
    await world.hook(hooks.dockerhub('v1.1.0'));
    await world.retryEverything();

    expect(await world.history()).toEqual(['#2 undo v1.0.0 failed', '#1 release v1.1.0 undone']);
    expect(world.delivered).toEqual(['v1.1.0', 'v1.0.0']);
  });

  it('is the same undo where somebody asks for it at the same moment', async () => {
    const world = createWorld({ onFailure: 'undo' });
    world.verdicts.set('v1.1.0', rollingOut);
    await world.hook(hooks.dockerhub('v1.1.0'));
    world.verdicts.set('v1.1.0', crashing);

    await Promise.all([world.say(undo), world.pass(10_000)]);

    expect(await stands(world)).toEqual(putBack);
    expect(await world.history()).toHaveLength(2);
  });
});
