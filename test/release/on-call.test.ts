import { describe, expect, it } from 'vitest';
import type { RolloutVerdict } from '../../lib/cluster/watch/watch-rollout.ts';
import { intake } from '../../lib/release/intake/intake.ts';
import { requestManualRelease } from '../../lib/release/intake/manual-release.ts';
import type { Release } from '../../lib/release/model/release.ts';
import { releaseView } from '../../lib/release/notify/release-view.ts';
import { requestUndo } from '../../lib/release/undo/request-undo.ts';
import { actor, given } from '../support/records.ts';
import { bob, crashing, createHarness, type Harness, rollingOut } from './support/harness.ts';
import { hooksOfApp as hooks } from './support/hooks.ts';

const place = { app: 'app', environment: 'production' } as const;
const undo = { type: 'undo', ...place } as const;
const pause = { type: 'pause', ...place } as const;
const resume = { type: 'resume', ...place } as const;
const release = { type: 'release', ...place } as const;
const minute = 60_000;
const { progress } = rollingOut as Extract<RolloutVerdict, { type: 'pending' }>;
const atStep: RolloutVerdict = { type: 'pending', progress: { ...progress, phase: 'paused' } };

const only = async ({ newest }: Harness): Promise<Release> => {
  const found = await newest();
  if (found === undefined) throw new Error('nothing was released');
  return found;
};
const lastMessage = ({ channel }: Harness): string => JSON.stringify(channel.said.at(-1)?.message);

describe('a pause that was there before the rollout', () => {
  it.each([
    ['while it is written', true],
    ['a day before', false],
  ])('gives it no more time than it has: %s', async (_name, isCommitted) => {
    const harness = createHarness();
    await harness.hook(hooks.dockerhub('v1.1.0'));
    harness.verdicts.set('v1.2.0', rollingOut);
    if (isCommitted) {
      harness.cluster.answers = false;
      await harness.hook(hooks.dockerhub('v1.2.0'));
      expect((await only(harness)).state).toBe('committed');
      await harness.store.amend(await only(harness), ['committed'], {
        paused: { by: actor('slack:U024BE7LH'), at: harness.clock.now() - 24 * 60 * minute },
      });
      harness.cluster.answers = true;
      harness.cluster.paused = true;
      await harness.pass(minute);
    } else {
      await harness.say(pause);
      await harness.pass(24 * 60 * minute);
      await harness.hook(hooks.dockerhub('v1.2.0'));
    }
    await harness.pass(10 * minute);
    expect(await only(harness)).toMatchObject({ tag: 'v1.2.0', state: 'rolling-out' });

    await harness.say(resume);

    expect(((await only(harness)).deadline ?? 0) - harness.clock.now()).toBe(5 * minute);
  });
});

describe('a canary that is promoted between two looks', () => {
  it('is healthy, and paused no more', async () => {
    const harness = createHarness();
    harness.verdicts.set('v1.1.0', atStep);
    await harness.hook(hooks.dockerhub('v1.1.0'));
    await harness.pass(10 * minute);
    expect((await only(harness)).paused).toBeDefined();

    harness.verdicts.delete('v1.1.0');
    await harness.pass(2 * minute);

    expect(await only(harness)).toMatchObject({ state: 'healthy' });
    expect((await only(harness)).paused).toBeUndefined();
    expect(lastMessage(harness)).not.toContain('Resume');
  });
});

describe('a release that has ended', () => {
  it('took as long as it took, whatever is done to its workload later', async () => {
    const harness = createHarness();
    await harness.hook(hooks.dockerhub('v1.1.0'));
    const ended = async () => {
      const release = await only(harness);
      return releaseView(release, [release], harness.context.config).endedAt;
    };
    const before = await ended();
    await harness.pass(60 * minute);

    await harness.say(pause);

    expect(await ended()).toBe(before);
  });
});

describe('a release that comes while a canary stands at a step', () => {
  it('begins at its own first step, and is not shown as paused', async () => {
    const harness = createHarness();
    harness.verdicts.set('v1.1.0', atStep);
    harness.verdicts.set('v1.2.0', rollingOut);
    await harness.hook(hooks.dockerhub('v1.1.0'));
    await harness.pass(10 * minute);

    await harness.hook(hooks.dockerhub('v1.2.0'));

    expect(await only(harness)).toMatchObject({ tag: 'v1.2.0', state: 'rolling-out' });
    expect((await only(harness)).paused).toBeUndefined();
    expect(harness.cluster.deadlines.at(-1)).toBe((await only(harness)).deadline);
  });
});

describe('a rollout that goes on after a long pause', () => {
  it('is watched closely again', async () => {
    const harness = createHarness();
    harness.verdicts.set('v1.1.0', atStep);
    await harness.hook(hooks.dockerhub('v1.1.0'));
    await harness.pass(10 * minute);
    expect(harness.cluster.deadlines.at(-1)).toBe(Number.POSITIVE_INFINITY);

    harness.verdicts.set('v1.1.0', rollingOut);
    await harness.pass(minute + 2_000);

    expect(harness.cluster.deadlines.at(-1)).toBe((await only(harness)).deadline);
  });
});

describe('an undo that came to nothing', () => {
  it('leaves the hold of somebody else where it was, also one for a while', async () => {
    const harness = createHarness();
    await harness.hook(hooks.dockerhub('v1.1.0'));
    const until = harness.clock.now() + 60 * minute;
    await harness.say({ type: 'hold', ...place, tag: 'v1.1.0', until, reason: 'it drops orders' }, bob);
    const before = await harness.store.holds('app', 'production');
    harness.registry.digests.set('v0.9.9', undefined);

    await harness.say({ ...undo, to: 'v0.9.9' });

    expect((await only(harness)).state).toBe('failed');
    expect(await harness.store.holds('app', 'production')).toEqual(before);
  });

  const failedOnce = async () => {
    const harness = createHarness();
    await harness.hook(hooks.dockerhub('v1.1.0'));
    harness.registry.digests.set('v0.9.9', undefined);
    await harness.say({ ...undo, to: 'v0.9.9' });
    expect((await only(harness)).state).toBe('failed');
    return harness;
  };

  it('takes the hold of the one that came after it with it by no late message', async () => {
    const harness = await failedOnce();
    await harness.say(undo);
    expect([harness.runs().cluster, await harness.held()]).toEqual(['v1.0.0', ['v1.1.0']]);

    await harness.retryEverything();

    expect(await harness.held()).toEqual(['v1.1.0']);
  });

  it('gives the release that stands after all its buttons back', async () => {
    const harness = createHarness();
    await harness.hook(hooks.dockerhub('v1.1.0'));
    harness.registry.answers = false;
    await harness.say({ ...undo, to: 'v0.9.9' });
    const first = (await harness.store.list('app', 'production')).at(-1);
    if (first) await harness.context.jobs.notify(first, first.state);
    await harness.settle();
    harness.registry.answers = true;
    harness.registry.digests.set('v0.9.9', undefined);
    await harness.pass(20 * minute);

    expect((await only(harness)).state).toBe('failed');
    const shown = harness.channel.said.filter(({ text }) => text.includes('v1.1.0')).at(-1);
    expect(JSON.stringify(shown?.message)).toContain('"text":"Undo"');
  });
});

describe('an undo to what somebody named', () => {
  it('asks the registry first where it is a number whose image never came', async () => {
    const harness = createHarness();
    harness.registry.digests.set('v1.1.0', undefined);
    await harness.say({ ...release, tag: 'v1.1.0' });
    await harness.hook(hooks.dockerhub('v1.2.0'));
    expect(await harness.history()).toEqual(['#2 release v1.2.0 healthy', '#1 release v1.1.0 failed']);

    await harness.say({ ...undo, number: 1 });

    expect(harness.runs()).toEqual({ repo: 'v1.2.0', cluster: 'v1.2.0' });
    expect(await only(harness)).toMatchObject({
      kind: 'undo',
      state: 'failed',
      reason: { code: 'image-not-found' },
    });
  });

  it.each([
    ['an undo', { ...undo, to: 'v1.0.0' }],
    ['a release by hand', { ...release, tag: 'v1.0.0' }],
  ])('does not fail because the registry has a bad moment: %s', async (_name, command) => {
    const harness = createHarness();
    await harness.hook(hooks.dockerhub('v1.1.0'));
    harness.registry.answers = false;
    harness.registry.digests.clear();

    await harness.say(command);
    expect((await only(harness)).state).toBe('waiting-for-image');
    harness.registry.answers = true;
    await harness.pass(minute);

    expect(harness.runs()).toEqual({ repo: 'v1.0.0', cluster: 'v1.0.0' });
  });
});

describe('the button that puts a held tag back', () => {
  it('asks again where somebody has held the tag since it was pressed, and was carried out late', async () => {
    const harness = createHarness();
    await harness.hook(hooks.dockerhub('v1.1.0'));
    harness.clock.advance(minute);
    await harness.say(undo);
    const { id: standing } = await only(harness);
    const askedAt = harness.clock.now();
    harness.clock.advance(10_000);
    await harness.say({ type: 'hold', ...place, tag: 'v1.1.0', reason: 'it drops orders' }, bob);
    harness.clock.advance(10_000);

    const by = { by: actor('slack:U024BE7LH'), source: 'slack', delivery: 'late', confirmed: true, askedAt };
    const accepted = await requestManualRelease(
      { ...place, tag: 'v1.1.0', expect: standing, ...by },
      harness.context,
    );

    expect(accepted).toMatchObject({ type: 'held', hold: { reason: given('it drops orders') } });
    expect(await harness.held()).toEqual(['v1.1.0']);
  });
});

describe('the button Undo', () => {
  it('under an undo that brings the bad release back takes that away while it rolls out', async () => {
    const harness = createHarness();
    await harness.hook(hooks.dockerhub('v1.1.0'));
    harness.clock.advance(minute);
    await harness.say(undo);
    harness.clock.advance(minute);
    harness.verdicts.set('v1.1.0', rollingOut);
    await harness.say(undo);
    expect(harness.runs().cluster).toBe('v1.1.0');
    const redo = await only(harness);
    expect([redo.kind, redo.state]).toEqual(['undo', 'rolling-out']);
    harness.clock.advance(minute);

    await harness.say(undo, bob, { expect: redo.id, confirmed: true });

    expect(harness.runs().cluster).toBe('v1.0.0');
    expect(await harness.held()).toEqual(['v1.1.0']);
  });
});

describe('an undo that made way for a release', () => {
  it('can be asked for again', async () => {
    const harness = createHarness();
    await harness.hook(hooks.dockerhub('v1.1.0'));
    const request = {
      ...undo,
      by: actor('slack:U0B0B0B0B'),
      reason: given('bad'),
      source: 'slack',
      delivery: 'before',
    };
    const { release: first } = await requestUndo(request, harness.context);
    await harness.store.advance(first, 'superseded', {
      reason: { code: 'superseded', releaseId: '01KARV0000000000000000000A', other: 'queued' },
    });
    await harness.settle();
    expect(harness.runs().cluster).toBe('v1.1.0');

    await harness.say(undo);

    expect(harness.runs().cluster).toBe('v1.0.0');
  });
});

describe('a tag whose image is to come', () => {
  it('is not measured by what somebody is just taking back by hand', async () => {
    const harness = createHarness({ on: 'tag-push' });
    await harness.hook(hooks.github('v1.2.0'));
    harness.registry.digests.set('v1.0.1', undefined);
    const by = { by: actor('slack:U024BE7LH'), source: 'slack', delivery: 'by-hand', confirmed: true };
    await requestManualRelease({ ...place, tag: 'v1.0.0', ...by }, harness.context);

    await harness.hook(hooks.github('v1.0.1', 'gh-2'));

    expect(await only(harness)).toMatchObject({ tag: 'v1.0.1', state: 'waiting-for-image' });
  });

  it('is not measured by what is about to fail and to be undone', async () => {
    const harness = createHarness({ on: 'tag-push', onFailure: 'undo' });
    await harness.hook(hooks.github('v1.0.0', 'gh-0'));
    harness.verdicts.set('v1.2.0', rollingOut);
    await harness.hook(hooks.github('v1.2.0'));
    harness.registry.digests.set('v1.1.5', undefined);
    await harness.hook(hooks.github('v1.1.5', 'gh-2'));

    harness.verdicts.set('v1.2.0', crashing);
    await harness.pass(minute);
    harness.registry.digests.clear();
    await harness.pass(2 * minute);

    expect(harness.runs()).toEqual({ repo: 'v1.1.5', cluster: 'v1.1.5' });
    expect(await harness.held()).toEqual(['v1.2.0']);
  });
});

describe('onFailure: undo', () => {
  it('keeps its hands off where nobody could see how the rollout went', async () => {
    const harness = createHarness({ onFailure: 'undo' });
    harness.verdicts.set('v1.1.0', rollingOut);
    await harness.hook(hooks.dockerhub('v1.1.0'));
    harness.cluster.answers = false;

    await harness.pass(20 * minute);

    expect(await only(harness)).toMatchObject({
      tag: 'v1.1.0',
      state: 'failed',
      reason: { code: 'cluster-unreachable' },
      notUndone: { message: 'nobody could see how its rollout went' },
    });
    expect([harness.runs().repo, await harness.held()]).toEqual(['v1.1.0', []]);
  });

  it('holds all the same while every tag is held, and is overtaken by the fix of somebody', async () => {
    const harness = createHarness({ onFailure: 'undo' });
    await harness.hook(hooks.dockerhub('v1.0.0'));
    harness.verdicts.set('v1.1.0', rollingOut);
    await harness.hook(hooks.dockerhub('v1.1.0'));
    await harness.say({ type: 'hold', ...place, tag: '*', reason: 'a freeze' });
    harness.verdicts.set('v1.1.0', crashing);
    await harness.pass(minute);

    expect(harness.runs().cluster).toBe('v1.0.0');
    expect(await harness.held()).toEqual(['*', 'v1.1.0']);
  });
});

describe('what was put there behind our back', () => {
  it('is held once it is undone, though somebody held it once for a while', async () => {
    const harness = createHarness();
    await harness.hook(hooks.dockerhub('v1.1.0'));
    const until = harness.clock.now() + minute;
    await harness.say({ type: 'hold', ...place, tag: 'v1.1.5', until });
    harness.clock.advance(2 * minute);
    harness.repo.commits.push((harness.repo.commits.at(-1) ?? '').replace('v1.1.0', 'v1.1.5'));

    await harness.say(undo);
    await intake(hooks.dockerhub('v1.1.5'), harness.context);
    await harness.settle();

    expect(harness.runs()).toEqual({ repo: 'v1.0.0', cluster: 'v1.0.0' });
  });
});
