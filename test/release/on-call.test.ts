import { describe, expect, it } from 'vitest';
import type { RolloutVerdict } from '../../lib/cluster/watch/watch-rollout.ts';
import { intake } from '../../lib/release/intake/intake.ts';
import { requestManualRelease } from '../../lib/release/intake/manual-release.ts';
import type { Release } from '../../lib/release/model/release.ts';
import { releaseView } from '../../lib/release/notify/release-view.ts';
import { requestUndo } from '../../lib/release/undo/request-undo.ts';
import { actor, given } from '../support/records.ts';
import { bob, crashing, createWorld, rollingOut, type World } from './support/harness.ts';
import { hooksOfApp as hooks } from './support/hooks.ts';

const place = { app: 'app', environment: 'production' } as const;
const undo = { type: 'undo', ...place } as const;
const pause = { type: 'pause', ...place } as const;
const resume = { type: 'resume', ...place } as const;
const release = { type: 'release', ...place } as const;
const minute = 60_000;
const { progress } = rollingOut as Extract<RolloutVerdict, { type: 'pending' }>;
const atStep: RolloutVerdict = { type: 'pending', progress: { ...progress, phase: 'paused' } };

const only = async ({ newest }: World): Promise<Release> => {
  const found = await newest();
  if (found === undefined) throw new Error('nothing was released');
  return found;
};
const lastMessage = ({ channel }: World): string => JSON.stringify(channel.said.at(-1)?.message);

describe('a pause that was there before the rollout', () => {
  it.each([
    ['while it is written', true],
    ['a day before', false],
  ])('gives it no more time than it has: %s', async (_name, isCommitted) => {
    const world = createWorld();
    await world.hook(hooks.dockerhub('v1.1.0'));
    world.verdicts.set('v1.2.0', rollingOut);
    if (isCommitted) {
      world.cluster.answers = false;
      await world.hook(hooks.dockerhub('v1.2.0'));
      expect((await only(world)).state).toBe('committed');
      await world.store.amend(await only(world), ['committed'], {
        paused: { by: actor('slack:U024BE7LH'), at: world.clock.now() - 24 * 60 * minute },
      });
      world.cluster.answers = true;
      world.cluster.paused = true;
      await world.pass(minute);
    } else {
      await world.say(pause);
      await world.pass(24 * 60 * minute);
      await world.hook(hooks.dockerhub('v1.2.0'));
    }
    await world.pass(10 * minute);
    expect(await only(world)).toMatchObject({ tag: 'v1.2.0', state: 'rolling-out' });

    await world.say(resume);

    expect(((await only(world)).deadline ?? 0) - world.clock.now()).toBe(5 * minute);
  });
});

describe('a canary that is promoted between two looks', () => {
  it('is healthy, and paused no more', async () => {
    const world = createWorld();
    world.verdicts.set('v1.1.0', atStep);
    await world.hook(hooks.dockerhub('v1.1.0'));
    await world.pass(10 * minute);
    expect((await only(world)).paused).toBeDefined();

    world.verdicts.delete('v1.1.0');
    await world.pass(2 * minute);

    expect(await only(world)).toMatchObject({ state: 'healthy' });
    expect((await only(world)).paused).toBeUndefined();
    expect(lastMessage(world)).not.toContain('Resume');
  });
});

describe('a release that has ended', () => {
  it('took as long as it took, whatever is done to its workload later', async () => {
    const world = createWorld();
    await world.hook(hooks.dockerhub('v1.1.0'));
    const ended = async () => {
      const release = await only(world);
      return releaseView(release, [release], world.context.config).endedAt;
    };
    const before = await ended();
    await world.pass(60 * minute);

    await world.say(pause);

    expect(await ended()).toBe(before);
  });
});

describe('a release that comes while a canary stands at a step', () => {
  it('begins at its own first step, and is not shown as paused', async () => {
    const world = createWorld();
    world.verdicts.set('v1.1.0', atStep);
    world.verdicts.set('v1.2.0', rollingOut);
    await world.hook(hooks.dockerhub('v1.1.0'));
    await world.pass(10 * minute);

    await world.hook(hooks.dockerhub('v1.2.0'));

    expect(await only(world)).toMatchObject({ tag: 'v1.2.0', state: 'rolling-out' });
    expect((await only(world)).paused).toBeUndefined();
    expect(world.cluster.deadlines.at(-1)).toBe((await only(world)).deadline);
  });
});

describe('a rollout that goes on after a long pause', () => {
  it('is watched closely again', async () => {
    const world = createWorld();
    world.verdicts.set('v1.1.0', atStep);
    await world.hook(hooks.dockerhub('v1.1.0'));
    await world.pass(10 * minute);
    expect(world.cluster.deadlines.at(-1)).toBe(Number.POSITIVE_INFINITY);

    world.verdicts.set('v1.1.0', rollingOut);
    await world.pass(minute + 2_000);

    expect(world.cluster.deadlines.at(-1)).toBe((await only(world)).deadline);
  });
});

describe('an undo that came to nothing', () => {
  it('leaves the hold of somebody else where it was, also one for a while', async () => {
    const world = createWorld();
    await world.hook(hooks.dockerhub('v1.1.0'));
    const until = world.clock.now() + 60 * minute;
    await world.say({ type: 'hold', ...place, tag: 'v1.1.0', until, reason: 'it drops orders' }, bob);
    const before = await world.store.holds('app', 'production');
    world.registry.digests.set('v0.9.9', undefined);

    await world.say({ ...undo, to: 'v0.9.9' });

    expect((await only(world)).state).toBe('failed');
    expect(await world.store.holds('app', 'production')).toEqual(before);
  });

  const failedOnce = async () => {
    const world = createWorld();
    await world.hook(hooks.dockerhub('v1.1.0'));
    world.registry.digests.set('v0.9.9', undefined);
    await world.say({ ...undo, to: 'v0.9.9' });
    expect((await only(world)).state).toBe('failed');
    return world;
  };

  it('takes the hold of the one that came after it with it by no late message', async () => {
    const world = await failedOnce();
    await world.say(undo);
    expect([world.runs().cluster, await world.held()]).toEqual(['v1.0.0', ['v1.1.0']]);

    await world.retryEverything();

    expect(await world.held()).toEqual(['v1.1.0']);
  });

  it('gives the release that stands after all its buttons back', async () => {
    const world = createWorld();
    await world.hook(hooks.dockerhub('v1.1.0'));
    world.registry.answers = false;
    await world.say({ ...undo, to: 'v0.9.9' });
    const first = (await world.store.list('app', 'production')).at(-1);
    if (first) await world.context.jobs.notify(first, first.state);
    await world.settle();
    world.registry.answers = true;
    world.registry.digests.set('v0.9.9', undefined);
    await world.pass(20 * minute);

    expect((await only(world)).state).toBe('failed');
    const shown = world.channel.said.filter(({ text }) => text.includes('v1.1.0')).at(-1);
    expect(JSON.stringify(shown?.message)).toContain('"text":"Undo"');
  });
});

describe('an undo to what somebody named', () => {
  it('asks the registry first where it is a number whose image never came', async () => {
    const world = createWorld();
    world.registry.digests.set('v1.1.0', undefined);
    await world.say({ ...release, tag: 'v1.1.0' });
    await world.hook(hooks.dockerhub('v1.2.0'));
    expect(await world.history()).toEqual(['#2 release v1.2.0 healthy', '#1 release v1.1.0 failed']);

    await world.say({ ...undo, number: 1 });

    expect(world.runs()).toEqual({ repo: 'v1.2.0', cluster: 'v1.2.0' });
    expect(await only(world)).toMatchObject({
      kind: 'undo',
      state: 'failed',
      reason: { code: 'image-not-found' },
    });
  });

  it.each([
    ['an undo', { ...undo, to: 'v1.0.0' }],
    ['a release by hand', { ...release, tag: 'v1.0.0' }],
  ])('does not fail because the registry has a bad moment: %s', async (_name, command) => {
    const world = createWorld();
    await world.hook(hooks.dockerhub('v1.1.0'));
    world.registry.answers = false;
    world.registry.digests.clear();

    await world.say(command);
    expect((await only(world)).state).toBe('waiting-for-image');
    world.registry.answers = true;
    await world.pass(minute);

    expect(world.runs()).toEqual({ repo: 'v1.0.0', cluster: 'v1.0.0' });
  });
});

describe('the button that puts a held tag back', () => {
  it('asks again where somebody has held the tag since it was pressed, and was carried out late', async () => {
    const world = createWorld();
    await world.hook(hooks.dockerhub('v1.1.0'));
    world.clock.advance(minute);
    await world.say(undo);
    const { id: standing } = await only(world);
    const askedAt = world.clock.now();
    world.clock.advance(10_000);
    await world.say({ type: 'hold', ...place, tag: 'v1.1.0', reason: 'it drops orders' }, bob);
    world.clock.advance(10_000);

    const by = { by: actor('slack:U024BE7LH'), source: 'slack', delivery: 'late', confirmed: true, askedAt };
    const accepted = await requestManualRelease(
      { ...place, tag: 'v1.1.0', expect: standing, ...by },
      world.context,
    );

    expect(accepted).toMatchObject({ type: 'held', hold: { reason: given('it drops orders') } });
    expect(await world.held()).toEqual(['v1.1.0']);
  });
});

describe('the button Undo', () => {
  it('under an undo that brings the bad release back takes that away while it rolls out', async () => {
    const world = createWorld();
    await world.hook(hooks.dockerhub('v1.1.0'));
    world.clock.advance(minute);
    await world.say(undo);
    world.clock.advance(minute);
    world.verdicts.set('v1.1.0', rollingOut);
    await world.say(undo);
    expect(world.runs().cluster).toBe('v1.1.0');
    const redo = await only(world);
    expect([redo.kind, redo.state]).toEqual(['undo', 'rolling-out']);
    world.clock.advance(minute);

    await world.say(undo, bob, { expect: redo.id, confirmed: true });

    expect(world.runs().cluster).toBe('v1.0.0');
    expect(await world.held()).toEqual(['v1.1.0']);
  });
});

describe('an undo that made way for a release', () => {
  it('can be asked for again', async () => {
    const world = createWorld();
    await world.hook(hooks.dockerhub('v1.1.0'));
    const request = {
      ...undo,
      by: actor('slack:U0B0B0B0B'),
      reason: given('bad'),
      source: 'slack',
      delivery: 'before',
    };
    const { release: first } = await requestUndo(request, world.context);
    await world.store.advance(first, 'superseded', {
      reason: { code: 'superseded', releaseId: '01KARV0000000000000000000A', other: 'queued' },
    });
    await world.settle();
    expect(world.runs().cluster).toBe('v1.1.0');

    await world.say(undo);

    expect(world.runs().cluster).toBe('v1.0.0');
  });
});

describe('a tag whose image is to come', () => {
  it('is not measured by what somebody is just taking back by hand', async () => {
    const world = createWorld({ on: 'tag-push' });
    await world.hook(hooks.github('v1.2.0'));
    world.registry.digests.set('v1.0.1', undefined);
    const by = { by: actor('slack:U024BE7LH'), source: 'slack', delivery: 'by-hand', confirmed: true };
    await requestManualRelease({ ...place, tag: 'v1.0.0', ...by }, world.context);

    await world.hook(hooks.github('v1.0.1', 'gh-2'));

    expect(await only(world)).toMatchObject({ tag: 'v1.0.1', state: 'waiting-for-image' });
  });

  it('is not measured by what is about to fail and to be undone', async () => {
    const world = createWorld({ on: 'tag-push', onFailure: 'undo' });
    world.verdicts.set('v1.2.0', rollingOut);
    await world.hook(hooks.github('v1.2.0'));
    world.registry.digests.set('v1.1.5', undefined);
    await world.hook(hooks.github('v1.1.5', 'gh-2'));

    world.verdicts.set('v1.2.0', crashing);
    await world.pass(minute);
    world.registry.digests.clear();
    await world.pass(2 * minute);

    expect(world.runs()).toEqual({ repo: 'v1.1.5', cluster: 'v1.1.5' });
    expect(await world.held()).toEqual(['v1.2.0']);
  });
});

describe('onFailure: undo', () => {
  it('keeps its hands off where nobody could see how the rollout went', async () => {
    const world = createWorld({ onFailure: 'undo' });
    world.verdicts.set('v1.1.0', rollingOut);
    await world.hook(hooks.dockerhub('v1.1.0'));
    world.cluster.answers = false;

    await world.pass(20 * minute);

    expect(await only(world)).toMatchObject({
      tag: 'v1.1.0',
      state: 'failed',
      reason: { code: 'cluster-unreachable' },
      notUndone: { message: 'nobody could see how its rollout went' },
    });
    expect([world.runs().repo, await world.held()]).toEqual(['v1.1.0', []]);
  });

  it('holds all the same while every tag is held, and is overtaken by the fix of somebody', async () => {
    const world = createWorld({ onFailure: 'undo' });
    world.verdicts.set('v1.1.0', rollingOut);
    await world.hook(hooks.dockerhub('v1.1.0'));
    await world.say({ type: 'hold', ...place, tag: '*', reason: 'a freeze' });
    world.verdicts.set('v1.1.0', crashing);
    await world.pass(minute);

    expect(world.runs().cluster).toBe('v1.0.0');
    expect(await world.held()).toEqual(['*', 'v1.1.0']);
  });
});

describe('what was put there behind our back', () => {
  it('is held once it is undone, though somebody held it once for a while', async () => {
    const world = createWorld();
    await world.hook(hooks.dockerhub('v1.1.0'));
    const until = world.clock.now() + minute;
    await world.say({ type: 'hold', ...place, tag: 'v1.1.5', until });
    world.clock.advance(2 * minute);
    world.repo.commits.push((world.repo.commits.at(-1) ?? '').replace('v1.1.0', 'v1.1.5'));

    await world.say(undo);
    await intake(hooks.dockerhub('v1.1.5'), world.context);
    await world.settle();

    expect(world.runs()).toEqual({ repo: 'v1.0.0', cluster: 'v1.0.0' });
  });
});
