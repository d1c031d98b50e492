import { describe, expect, it } from 'vitest';
import type { EnvironmentConfig } from '../../lib/config/types.ts';
import { TagboatError } from '../../lib/errors.ts';
import type { Parsed } from '../../lib/event.ts';
import { intake } from '../../lib/release/intake/intake.ts';
import { reasonText } from '../../lib/view/reason.ts';
import { documented } from '../integration/support/documented.ts';
import { digest } from './support/context.ts';
import { crashing, createHarness, type Harness } from './support/harness.ts';
import { hooksOfApp as hooks } from './support/hooks.ts';

const tag = 'v1.1.0';
const minute = 60_000;

/** As docs/errors.md has it. */
const skipped = async (harness: Harness) => {
  const { state, reason } = (await harness.newest()) ?? {};
  return [state, reason?.code, reason && reasonText(reason).replace(/sha256:\w+/, 'DIGEST')];
};

const why = async (harness: Harness) => {
  const reason = (await harness.newest())?.reason;
  return reason && reasonText(reason);
};

// https://github.com/keel-hq/keel/issues/846
describe('the same Git tag on another commit, with `pin: digest`', () => {
  const pinned = { on: 'tag-push', pin: 'digest' } as const;
  const first = { create: hooks.gitTag({ tag, event: 'create', delivery: 'create-1' }) };
  const pushed = hooks.gitTag({ tag, commit: '1', delivery: 'push-1' });
  const published = hooks.gitTag({ tag, event: 'release', delivery: 'release-1' });
  const moved = hooks.gitTag({ tag, commit: '2', before: '1', delivery: 'push-2' });

  /** The tag was released on its first commit, and the registry has that image. */
  const released = async (environment: Partial<EnvironmentConfig> = {}) => {
    const harness = createHarness({ ...pinned, ...environment });
    harness.registry.digests.set(tag, digest('a'));
    await harness.hook(pushed);
    expect(await harness.history()).toEqual([`#1 release ${tag} healthy`]);
    harness.clock.advance(minute);
    return harness;
  };

  it('is a new release, which waits for a new image and goes on with it', async () => {
    const harness = await released();

    await harness.hook(moved);

    expect(await harness.history()).toEqual([
      `#2 release ${tag} waiting-for-image`,
      `#1 release ${tag} healthy`,
    ]);
    expect(await why(harness)).toBe(
      `the Git tag ${tag} moved to commit 222222222222, and the registry still has ${digest('a')} under it, the image of the commit before`,
    );
    expect(harness.repo.commits).toHaveLength(2);

    harness.registry.digests.set(tag, digest('b'));
    await harness.pass(5 * minute);

    expect(await harness.history()).toEqual([`#2 release ${tag} healthy`, `#1 release ${tag} healthy`]);
    expect(harness.repo.commits.at(-1)).toContain(`${tag}@${digest('b')}`);
    expect(await harness.newest()).toMatchObject({ digest: digest('b'), revision: '2'.repeat(40) });
  });

  it('is skipped for a reason of its own where no new image comes', async () => {
    const harness = await released();

    await harness.hook(moved);
    await harness.pass(16 * minute);

    expect(await harness.history()).toEqual([`#2 release ${tag} skipped`, `#1 release ${tag} healthy`]);
    expect(await skipped(harness)).toEqual(
      documented('skips')['a Git tag on another commit, whose image does not come'],
    );
    expect((await harness.newest())?.reason).toEqual({
      code: 'image-not-moved',
      tag,
      revision: '2'.repeat(40),
      digest: digest('a'),
      seconds: 900,
    });
    expect(harness.repo.commits).toHaveLength(2);
  });

  it('does not take the old image even where its release failed', async () => {
    const harness = createHarness(pinned);
    harness.registry.digests.set(tag, digest('a'));
    harness.verdicts.set(tag, crashing);
    await harness.hook(pushed);
    harness.clock.advance(minute);

    await harness.hook(moved);

    expect(await harness.history()).toEqual([
      `#2 release ${tag} waiting-for-image`,
      `#1 release ${tag} failed`,
    ]);
  });

  it('is released where its first commit was undone', async () => {
    const harness = await released();
    await harness.say({ type: 'undo', app: 'app', environment: 'production' });
    harness.clock.advance(minute);

    await harness.hook(moved);
    await harness.pass(minute);
    expect((await harness.newest())?.state).toBe('waiting-for-image');
    harness.registry.digests.set(tag, digest('b'));
    await harness.pass(5 * minute);

    expect((await harness.history())[0]).toBe(`#3 release ${tag} healthy`);
  });

  const orders = [
    [first.create, pushed, published],
    [first.create, published, pushed],
    [pushed, first.create, published],
    [pushed, published, first.create],
    [published, first.create, pushed],
    [published, pushed, first.create],
  ];
  it.each(orders)('its three hooks are one release, in any order and again (%#)', async (...events) => {
    const harness = createHarness(pinned);

    for (const event of [...events, ...events]) await harness.hook(event);

    expect(await harness.history()).toEqual([`#1 release ${tag} healthy`]);
    expect(await harness.newest()).toMatchObject({ revision: '1'.repeat(40) });
  });

  it.each(orders)('its hooks are one release where they come at the same time (%#)', async (...events) => {
    const harness = createHarness(pinned);

    await Promise.all([...events, ...events].map((event) => harness.hook(event)));

    expect(await harness.history()).toEqual([`#1 release ${tag} healthy`]);
  });

  it.each(orders)('those of the new commit are one release as well (%#)', async (...events) => {
    const harness = await released();
    const again = [moved, hooks.gitTag({ tag, event: 'create', delivery: 'create-2' })];

    for (const event of [...again, ...events, ...again.toReversed()]) await harness.hook(event);

    expect(await harness.history()).toEqual([
      `#2 release ${tag} waiting-for-image`,
      `#1 release ${tag} healthy`,
    ]);
  });

  it.each(['healthy', 'failed'])(
    'a late hook of the first commit, which was %s, brings nothing back',
    async (end) => {
      const harness = createHarness(pinned);
      harness.registry.digests.set(tag, digest('a'));
      if (end === 'failed') harness.verdicts.set(tag, crashing);
      await harness.hook(pushed);
      harness.verdicts.clear();
      await harness.hook(moved);
      harness.registry.digests.set(tag, digest('b'));
      await harness.pass(5 * minute);

      const { releases, skipped: answered } = await harness.hook(pushed);

      if (end === 'healthy') {
        expect(releases).toEqual([]);
        expect(answered).toEqual([
          {
            app: 'app',
            environment: 'production',
            tag,
            gitTag: undefined,
            reason: 'released-before',
            message: `${tag} with commit 111111111111 was released as #1 before, and the tag has moved on since; release it by hand to go back`,
          },
        ]);
      } else expect(releases).toMatchObject([{ created: false, digest: digest('a'), state: end }]);
      expect(await harness.history()).toEqual([`#2 release ${tag} healthy`, `#1 release ${tag} ${end}`]);
    },
  );

  it('is released again where it moves back, once, and by no hook of before', async () => {
    const harness = await released();
    await harness.hook(moved);
    harness.registry.digests.set(tag, digest('b'));
    await harness.pass(5 * minute);
    const back = hooks.gitTag({ tag, commit: '1', before: '2', delivery: 'push-3' });
    harness.registry.digests.set(tag, digest('a'));

    for (const hook of [back, moved, back, pushed]) {
      await harness.hook(hook);
      harness.clock.advance(minute);
    }

    expect(await harness.history()).toEqual([3, 2, 1].map((number) => `#${number} release ${tag} healthy`));
    expect(await harness.newest()).toMatchObject({ digest: digest('a'), revision: '1'.repeat(40) });
  });

  it('a failed release of the newest commit is tried again by whichever hook is sent again', async () => {
    const harness = await released();
    await harness.hook(moved);
    harness.registry.digests.set(tag, digest('b'));
    harness.verdicts.set(tag, crashing);
    await harness.pass(5 * minute);
    harness.verdicts.clear();

    await harness.hook(hooks.gitTag({ tag, event: 'create', delivery: 'create-2' }));

    expect(await harness.history()).toEqual([
      `#3 release ${tag} healthy`,
      `#2 release ${tag} failed`,
      `#1 release ${tag} healthy`,
    ]);
    await harness.hook(moved);
    expect(await harness.newest()).toMatchObject({
      number: 3,
      revision: '2'.repeat(40),
      digest: digest('b'),
    });
  });

  it('annotated again on the same commit it has not moved', async () => {
    const harness = createHarness(pinned);
    await harness.hook(hooks.gitTag({ tag, commit: '1', object: '8' }));

    await harness.hook(hooks.gitTag({ tag, commit: '1', object: '9', before: '8', delivery: 'push-2' }));

    expect(await harness.history()).toEqual([`#1 release ${tag} healthy`]);
  });

  it('has moved where only the hook that moves it says from which commit', async () => {
    const harness = createHarness(pinned);
    harness.registry.digests.set(tag, digest('a'));
    await harness.hook(first.create);

    await harness.hook(moved);

    expect(await harness.history()).toEqual([
      `#2 release ${tag} waiting-for-image`,
      `#1 release ${tag} healthy`,
    ]);
  });

  it('a tag that moves by convention waits for the image of its commit too', async () => {
    const harness = createHarness({ ...pinned, tags: { pattern: 'nightly' } });
    const nightly = (event: Partial<Parameters<typeof hooks.gitTag>[0]>) =>
      harness.hook(hooks.gitTag({ tag: 'nightly', ...event }));
    harness.registry.digests.set('nightly', digest('a'));
    await nightly({ event: 'create', delivery: 'create-1' });
    await nightly({ delivery: 'push-1' });

    await nightly({ commit: '2', before: '1', delivery: 'push-2' });

    expect(await harness.history()).toEqual([
      '#3 release nightly waiting-for-image',
      '#2 release nightly superseded',
      '#1 release nightly healthy',
    ]);
  });
});

describe('an image tag that is moved back to what it was, with `pin: digest`', () => {
  const pinned = { pin: 'digest', tags: { pattern: 'latest' } } as const;
  const hookOf = (harness: Harness, one: string, id: string, age?: number): Parsed => {
    const { events, ignored } = hooks.distribution('latest', digest(one), id);
    const pushedAt = age === undefined ? undefined : harness.clock.now() - age;
    return { events: events.map((event) => ({ ...event, pushedAt })), ignored };
  };
  /** `latest` was pushed as one image and then as another. */
  const moved = async () => {
    const harness = createHarness(pinned);
    for (const one of ['a', 'b']) {
      await harness.hook(hookOf(harness, one, `event-${one}`));
      harness.clock.advance(minute);
    }
    return harness;
  };
  const standing = async (harness: Harness) => {
    const { number, digest: is, state } = (await harness.newest()) ?? {};
    return [number, is?.at(-1), state];
  };

  it('is released again where it was pushed after the other, and once', async () => {
    const harness = await moved();
    const back = hookOf(harness, 'a', 'event-3', 1000);

    const { releases } = await harness.hook(back);
    await harness.hook(back);

    expect(releases).toMatchObject([{ created: true }]);
    expect(await standing(harness)).toEqual([3, 'a', 'healthy']);
  });

  it.each([
    ['its hook says the digest', digest('a')],
    ['its hook does not', undefined],
  ])('is released again where the registry says so: %s', async (_, said) => {
    const harness = await moved();
    harness.registry.digests.set('latest', digest('a'));

    await harness.hook(hooks.distribution('latest', said, 'event-3'));

    expect(await standing(harness)).toEqual([3, 'a', 'healthy']);
  });

  it('is released again where the registry says so only later', async () => {
    const harness = await moved();
    harness.registry.answers = false;
    await harness.hook(hooks.distribution('latest', undefined, 'event-3'));
    harness.registry.answers = true;
    harness.registry.digests.set('latest', digest('a'));

    await harness.pass(5 * minute);
    await harness.hook(hookOf(harness, 'a', 'event-4'));

    expect(await standing(harness)).toEqual([3, 'a', 'healthy']);
  });

  it('is not released where its hook may be one of before, and the answer says so', async () => {
    const harness = await moved();
    harness.registry.digests.set('latest', digest('b'));

    const answers = [
      await harness.hook(hookOf(harness, 'a', 'event-a')),
      await harness.hook(hookOf(harness, 'a', 'event-a', 2 * minute)),
    ];

    for (const { releases, skipped: answered } of answers) {
      expect(releases).toEqual([]);
      expect(answered).toMatchObject([{ tag: 'latest', reason: 'released-before' }]);
    }
    expect(await standing(harness)).toEqual([2, 'b', 'healthy']);
  });

  it('stays away where it was undone', async () => {
    const harness = await moved();
    await harness.say({ type: 'undo', app: 'app', environment: 'production' });
    harness.clock.advance(minute);

    await harness.hook(hookOf(harness, 'b', 'event-3', 1000));
    await harness.say({ type: 'unhold', app: 'app', environment: 'production', tag: 'latest' });
    await harness.hook(hookOf(harness, 'b', 'event-3', 1000));

    expect(harness.repo.commits.at(-1)).toContain(digest('a'));
  });
});

// https://github.com/keel-hq/keel/issues/365
describe('an image tag that is pushed again, without `pin`', () => {
  const again = hooks.distribution(tag, digest('b'), 'event-2');

  const released = async (environment: Partial<EnvironmentConfig> = {}, known = digest('a')) => {
    const harness = createHarness(environment);
    await harness.hook(hooks.distribution(tag, known));
    expect(await harness.history()).toEqual([`#1 release ${tag} healthy`]);
    harness.clock.advance(minute);
    return harness;
  };

  it.each([
    ['its hook says the digest', again],
    ['the registry is asked for the digest', hooks.distribution(tag, undefined, 'event-2')],
  ])('is skipped, since nothing changes in Git: %s', async (_, hook) => {
    const harness = await released();
    harness.registry.digests.set(tag, digest('b'));

    await harness.hook(hook);
    await harness.pass(minute);

    expect(await harness.history()).toEqual([`#2 release ${tag} skipped`, `#1 release ${tag} healthy`]);
    expect(await skipped(harness)).toEqual(
      documented('skips')['an image tag that is pushed again, without `pin: digest`'],
    );
    expect(harness.delivered).toEqual([tag]);
    expect(harness.repo.commits).toHaveLength(2);
  });

  it('is skipped where the digest is learnt late', async () => {
    const harness = await released();
    harness.registry.answers = false;
    await harness.hook(hooks.dockerhub(tag));
    harness.registry.answers = true;
    harness.registry.digests.set(tag, digest('b'));

    await harness.pass(5 * minute);

    expect(await harness.newest()).toMatchObject({ state: 'skipped', reason: { code: 'tag-moved' } });
  });

  it('is one skipped release, however often it is announced', async () => {
    const harness = await released();

    for (let time = 0; time < 3; time += 1) await harness.hook(again);

    expect(await harness.history()).toEqual([`#2 release ${tag} skipped`, `#1 release ${tag} healthy`]);
  });

  it('restarts the workloads with `onMovedTag: restart`', async () => {
    const harness = await released({ onMovedTag: 'restart' });

    await harness.hook(again);

    expect(await harness.history()).toEqual([`#2 release ${tag} healthy`, `#1 release ${tag} healthy`]);
    expect(harness.delivered).toEqual([tag, tag]);
    expect(harness.cluster.restarts).toHaveLength(1);
    expect(harness.cluster.watchedRestarts).toEqual([false, true]);
    expect(JSON.stringify(harness.channel.said.at(-1))).toContain('the workloads are restarted for it');
    expect(harness.repo.commits).toHaveLength(2);
  });

  it('restarts nothing where its cluster would not take it, a Job that does not run again for example', async () => {
    const harness = await released({ onMovedTag: 'restart' });
    harness.cluster.refusal = new TagboatError('cluster-refused', 'Job migrate is in the cluster');

    await harness.hook(again);

    expect(harness.cluster.checked).toEqual([undefined, expect.stringMatching(/^2026-/)]);
    expect(await harness.history()).toEqual([`#2 release ${tag} failed`, `#1 release ${tag} healthy`]);
    expect(harness.cluster.restarts).toEqual([]);
    expect(harness.delivered).toEqual([tag]);
  });

  it('restarts them once, however often the delivery is tried', async () => {
    const harness = await released({ onMovedTag: 'restart' });
    harness.cluster.answers = false;
    await harness.hook(again);
    expect((await harness.newest())?.state).toBe('committed');
    harness.cluster.answers = true;

    await harness.pass(10 * minute);
    await harness.retryEverything();

    expect((await harness.newest())?.state).toBe('healthy');
    expect(new Set(harness.cluster.restarts).size).toBe(1);
  });

  it('restarts them again where the first restart failed', async () => {
    const harness = await released({ onMovedTag: 'restart' });
    harness.verdicts.set(tag, crashing);
    await harness.hook(again);
    harness.verdicts.clear();
    harness.clock.advance(minute);

    await harness.hook(again);

    expect((await harness.history())[0]).toBe(`#3 release ${tag} healthy`);
    expect(new Set(harness.cluster.restarts).size).toBe(2);
  });

  it.each(['skip', 'restart'] as const)(
    'with `onMovedTag: %s` an undone tag does not come back by it',
    async (onMovedTag) => {
      const harness = await released({ onMovedTag });
      await harness.say({ type: 'undo', app: 'app', environment: 'production' });

      await harness.hook(again);

      expect(await harness.newest()).toMatchObject({ state: 'skipped', reason: { code: 'held' } });
      expect(harness.runs()).toEqual({ repo: 'v1.0.0', cluster: 'v1.0.0' });
      expect(harness.cluster.restarts).toEqual([]);
    },
  );

  it('is released where the digest that stands is not known', async () => {
    const harness = createHarness();

    await harness.hook(hooks.distribution('v1.0.0', digest('b')));

    expect(await harness.history()).toEqual(['#1 release v1.0.0 healthy']);
    expect(harness.repo.commits).toHaveLength(1);
  });

  it('does not take the place of another tag that waits with it', async () => {
    const harness = await released({ tags: { pattern: '.*' } });
    await intake(hooks.distribution('main-1', digest('c'), 'event-3'), harness.context);
    await harness.hook(again);

    expect(await harness.history()).toEqual([
      `#3 release ${tag} skipped`,
      '#2 release main-1 healthy',
      `#1 release ${tag} healthy`,
    ]);
  });

  it('a Git tag that moves does not bring back what was undone', async () => {
    const harness = createHarness({ on: 'tag-push' });
    await harness.hook(hooks.gitTag({ tag }));
    await harness.say({ type: 'undo', app: 'app', environment: 'production' });

    await harness.hook(hooks.gitTag({ tag, commit: '2', before: '1', delivery: 'push-2' }));

    expect(await harness.newest()).toMatchObject({ state: 'skipped', reason: { code: 'held' } });
    expect(harness.runs()).toEqual({ repo: 'v1.0.0', cluster: 'v1.0.0' });
  });

  it('a Git tag that moves is skipped too, once its new image is there', async () => {
    const harness = createHarness({ on: 'tag-push' });
    harness.registry.digests.set(tag, digest('a'));
    await harness.hook(hooks.gitTag({ tag }));
    await harness.hook(hooks.gitTag({ tag, commit: '2', before: '1', delivery: 'push-2' }));
    expect((await harness.newest())?.state).toBe('waiting-for-image');

    harness.registry.digests.set(tag, digest('b'));
    await harness.pass(5 * minute);

    expect(await harness.newest()).toMatchObject({ state: 'skipped', reason: { code: 'tag-moved' } });
  });
});

describe('an undo to a tag that has moved, without `pin`', () => {
  const place = { app: 'app', environment: 'production' } as const;
  const moved = `${tag} was pushed again with another image, and was never seen healthy as it is now.`;
  const lastMessage = ({ channel }: Harness) => JSON.stringify(channel.said.at(-1));

  /** `v1.1.0` was healthy as `a`, and `v1.2.0` came after it. */
  const released = async (environment: Partial<EnvironmentConfig> = {}) => {
    const harness = createHarness(environment);
    harness.registry.digests.set(tag, digest('a'));
    await harness.hook(hooks.distribution(tag, digest('a')));
    harness.clock.advance(minute);
    return harness;
  };
  const next = async (harness: Harness) => {
    await harness.hook(hooks.distribution('v1.2.0', digest('c'), 'event-3'));
    expect((await harness.history())[0]).toMatch(/ v1.2.0 healthy$/);
    harness.clock.advance(minute);
  };

  it('says so, and is recorded as what the registry has now', async () => {
    const harness = await released();
    harness.registry.digests.set(tag, digest('b'));
    await harness.hook(hooks.distribution(tag, digest('b'), 'event-2'));
    expect((await harness.newest())?.state).toBe('skipped');
    await next(harness);

    const answer = await harness.answer({ type: 'undo', ...place });

    expect(JSON.stringify(answer)).toContain(moved);
    expect(await harness.newest()).toMatchObject({
      kind: 'undo',
      tag,
      state: 'healthy',
      digest: digest('b'),
    });
    expect(lastMessage(harness)).toContain(moved);
    // Whether a node pulls it or kept the one that was healthy, it is what was asked for.
    expect(harness.cluster.knownDigests.at(-1)).toBeUndefined();
  });

  it('says so afterwards where no hook had announced it', async () => {
    const harness = await released();
    await next(harness);
    harness.registry.digests.set(tag, digest('b'));

    const answer = await harness.answer({ type: 'undo', ...place });

    expect(JSON.stringify(answer)).not.toContain('pushed again');
    expect(await harness.newest()).toMatchObject({ kind: 'undo', state: 'healthy', digest: digest('b') });
    expect(lastMessage(harness)).toContain(moved);
  });

  it.each([
    ['does not answer', ({ registry }: Harness) => void Object.assign(registry, { answers: false })],
    ['does not have it any more', ({ registry }: Harness) => void registry.digests.set(tag, undefined)],
  ])('does not wait for a registry that %s', async (_, happen) => {
    const harness = await released();
    await next(harness);
    happen(harness);

    await harness.say({ type: 'undo', ...place });

    expect(await harness.newest()).toMatchObject({ kind: 'undo', state: 'healthy', digest: digest('a') });
  });

  it.each<[string, Partial<EnvironmentConfig>, string]>([
    ['where it has not', {}, 'a'],
    ['where its digest is pinned', { pin: 'digest' }, 'b'],
  ])('warns of nothing %s', async (_, environment, now) => {
    const harness = await released(environment);
    await next(harness);
    harness.registry.digests.set(tag, digest(now));

    const answer = await harness.answer({ type: 'undo', ...place });

    expect(JSON.stringify(answer)).not.toContain('pushed again');
    expect(lastMessage(harness)).not.toContain('pushed again');
    expect(await harness.newest()).toMatchObject({ kind: 'undo', state: 'healthy', digest: digest('a') });
    expect(harness.cluster.knownDigests.at(-1)).toBe(digest('a'));
  });

  it('warns of nothing where the new image was healthy too', async () => {
    const harness = await released({ onMovedTag: 'restart' });
    harness.registry.digests.set(tag, digest('b'));
    await harness.hook(hooks.distribution(tag, digest('b'), 'event-2'));
    expect((await harness.newest())?.state).toBe('healthy');
    await next(harness);

    const answer = await harness.answer({ type: 'undo', ...place });

    expect(JSON.stringify(answer)).not.toContain('pushed again');
    expect(await harness.newest()).toMatchObject({ kind: 'undo', state: 'healthy', digest: digest('b') });
  });
});
