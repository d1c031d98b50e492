import { describe, expect, it } from 'vitest';
import { TagboatError } from '../../../lib/errors.ts';
import { intake } from '../../../lib/release/intake/intake.ts';
import { noTags } from '../../../lib/release/model/tag-memory.ts';
import { reasonText } from '../../../lib/view/reason.ts';
import { digest } from '../support/context.ts';
import { createDiscovery } from '../support/discovery.ts';
import { crashing } from '../support/harness.ts';
import { hooksOfApp } from '../support/hooks.ts';

const tagPush = { on: 'tag-push' } as const;

describe('what no hook announced', () => {
  // https://docs.github.com/en/webhooks/webhook-events-and-payloads#push: no event where more than three tags are pushed at once
  it('is found: four Git tags that were pushed at once', async () => {
    const { look, pushTag, history, runs } = await createDiscovery(tagPush);
    await look();
    for (const tag of ['v1.0.1', 'v1.0.2', 'v1.0.3', 'v1.0.4']) pushTag(tag);

    const counts = await look();
    const first = await history();
    await look();
    await look();

    expect(counts).toMatchObject({ looks: 1, found: 4 });
    expect(first).toEqual([
      '#4 release v1.0.4 healthy',
      '#3 release v1.0.3 superseded',
      '#2 release v1.0.2 superseded',
      '#1 release v1.0.1 superseded',
    ]);
    expect(await history()).toEqual(first);
    expect(runs()).toEqual({ repo: 'v1.0.4', cluster: 'v1.0.4' });
  });

  it('is found: an image whose hook was dropped', async () => {
    const { look, pushImage, history, newest } = await createDiscovery();
    pushImage('v1.0.0');
    await look();
    pushImage('v1.1.0');

    await look();
    await look();

    expect(await history()).toEqual(['#1 release v1.1.0 healthy']);
    expect(await newest()).toMatchObject({
      source: 'reconcile',
      requestedBy: { type: 'webhook', source: 'reconcile', user: 'tagboat' },
    });
  });

  it('is found: all that came while the function was down for an hour, next to what a hook told of', async () => {
    const { look, hook, hooks, pushImage, clock, history, runs } = await createDiscovery();
    pushImage('v1.0.0');
    await look();
    for (const tag of ['v1.1.0', 'v1.2.0', 'v1.3.0', 'v1.4.0']) {
      pushImage(tag);
      clock.advance(15 * 60_000);
      if (tag === 'v1.2.0') await hook(hooks.image(tag));
    }

    await look();
    await look();

    expect((await history()).map((line) => line.replace(/^#\d+ /, '')).toSorted()).toEqual([
      'release v1.1.0 skipped',
      'release v1.2.0 healthy',
      'release v1.3.0 superseded',
      'release v1.4.0 healthy',
    ]);
    expect(runs()).toEqual({ repo: 'v1.4.0', cluster: 'v1.4.0' });
  });

  it.each([
    ['an image', {}, 'pushImage', 'image'],
    ['a Git tag', tagPush, 'pushTag', 'tag'],
  ] as const)('is released once where the hook of %s comes at the same time, or later', async (...given) => {
    const [, environment, push, kind] = given;
    const discovery = await createDiscovery(environment);
    const { look, run, hooks, clock, context, settle, history } = discovery;
    await look();
    discovery[push]('v1.1.0');
    clock.advance(600_000);

    await Promise.all([run(), intake(hooks[kind]('v1.1.0'), context), run()]);
    await settle();
    await intake(hooks[kind]('v1.1.0'), context);
    await settle();
    await look();

    expect(await history()).toEqual(['#1 release v1.1.0 healthy']);
  });

  it('is found again by the next look where the record could not be written', async () => {
    const { look, pushImage, context, history } = await createDiscovery();
    await look();
    pushImage('v1.1.0');
    const looks = {
      ...context.store.looks,
      keepSeen: () => Promise.reject(new Error('the process was killed')),
    };

    await look(10, { ...context, store: { ...context.store, looks } });
    await look();

    expect(await history()).toEqual(['#1 release v1.1.0 healthy']);
  });
});

describe('a Git tag', () => {
  const pinned = { ...tagPush, pin: 'digest' } as const;
  const created = hooksOfApp.gitTag({ tag: 'v1.1.0', event: 'create' });

  it.each(['before', 'after'])(
    'that moved is found though its hook, %s the first look, named no commit',
    async (when) => {
      const { look, hook, pushTag, registry, history, newest } = await createDiscovery(pinned);
      if (when === 'after') await look();
      pushTag('v1.1.0', '1'.repeat(40));
      await hook(created);
      await look();
      expect(await newest()).toMatchObject({ revision: '1'.repeat(40) });
      pushTag('v1.1.0', '2'.repeat(40));
      registry.digests.set('v1.1.0', digest('b'));

      expect(await look()).toMatchObject({ found: 1 });
      await look();

      expect(await history()).toEqual(['#2 release v1.1.0 healthy', '#1 release v1.1.0 healthy']);
      expect(await newest()).toMatchObject({ revision: '2'.repeat(40), digest: digest('b') });
    },
  );

  it('is not taken for one that begins like it', async () => {
    const { look, hook, pushTag, history } = await createDiscovery(
      { ...tagPush, tags: { pattern: 'web.*' } },
      { app: { imageTag: '{tag}' } },
    );
    await look();
    await hook(hooksOfApp.gitTag({ tag: 'web@1.2.3' }));
    pushTag('web@1.2.3');
    pushTag('web');

    await look();

    expect(await history()).toEqual(['#2 release web healthy', '#1 release web-1.2.3 healthy']);
  });
});

describe('what was decided', () => {
  it('sticks: what was undone does not come back, not even where the look before is forgotten', async () => {
    const { look, pushImage, context, say, history, runs } = await createDiscovery();
    pushImage('v1.0.0');
    await look();
    pushImage('v1.1.0');
    await look();
    pushImage('v1.2.0');
    await look();
    await say({ type: 'undo', app: 'app' });

    const before = await history();
    await look();
    const looks = { ...context.store.looks, seen: async () => undefined };
    pushImage('unrelated');
    await look(10, { ...context, store: { ...context.store, looks } });

    expect(before[0]).toMatch(/undo v1.1.0 healthy/);
    expect(await history()).toEqual(before);
    expect(runs()).toEqual({ repo: 'v1.1.0', cluster: 'v1.1.0' });
  });

  it('sticks: what has failed is not tried again, but by a hook', async () => {
    const { look, hook, hooks, pushImage, verdicts, history } = await createDiscovery();
    await look();
    verdicts.set('v1.1.0', crashing);
    pushImage('v1.1.0');
    await look();
    pushImage('v1.0.1');
    await look();
    const failed = await history();
    verdicts.delete('v1.1.0');
    await hook(hooks.image('v1.1.0'));

    expect(failed).toEqual(['#2 release v1.0.1 skipped', '#1 release v1.1.0 failed']);
    expect((await history())[0]).toBe('#3 release v1.1.0 healthy');
  });

  it('sticks: what is held is recorded as skipped, once', async () => {
    const { look, pushImage, say, history, runs } = await createDiscovery();
    await look();
    await say({ type: 'hold', app: 'app', environment: 'production', tag: '*' });
    pushImage('v1.1.0');

    await look();
    await look();

    expect(await history()).toEqual(['#1 release v1.1.0 skipped']);
    expect(runs().repo).toBe('v1.0.0');
  });

  it('sticks: what the policy does not admit is not looked for', async () => {
    const { look, pushImage, history } = await createDiscovery({ tags: { semver: '^1' } });
    await look();
    for (const tag of ['v2.0.0', 'latest', 'nightly-2']) pushImage(tag);

    expect(await look()).toMatchObject({ found: 0 });
    expect(await history()).toEqual([]);
  });

  it('sticks: what a user released by hand is on record', async () => {
    const { look, pushImage, say, history } = await createDiscovery();
    await look();
    pushImage('v1.1.0');
    await say({ type: 'release', app: 'app', environment: 'production', tag: 'v1.1.0' });

    await look();

    expect(await history()).toEqual(['#1 release v1.1.0 healthy']);
  });

  it('sticks where versions have no order: what was released since goes before what is found late', async () => {
    const { look, hook, hooks, pushImage, clock, history, runs } = await createDiscovery({
      tags: { pattern: 'main-[0-9a-f]+' },
    });
    await look();
    pushImage('main-aaaa');
    clock.advance(60_000);
    pushImage('main-bbbb');
    await hook(hooks.image('main-bbbb'));

    await look();

    expect(await history()).toEqual(['#2 release main-aaaa superseded', '#1 release main-bbbb healthy']);
    expect(runs().cluster).toBe('main-bbbb');
  });
});

describe('what no order compares', () => {
  const byTime = { tags: { pattern: 'main-[0-9a-f]+', order: 'time' } } as const;
  const unordered = { tags: { pattern: 'main-[0-9a-f]+' } };
  const [ffff, aaaa] = ['main-ffff111a', 'main-aaaa222b'];

  it.each([byTime, unordered])(
    'is released as the images were made: two found at once, %j',
    async (given) => {
      const { look, pushImage, clock, history, runs } = await createDiscovery(given);
      await look();
      pushImage(ffff);
      clock.advance(60_000);
      pushImage(aaaa);

      await look();
      await look();

      expect(await history()).toEqual([`#2 release ${aaaa} healthy`, `#1 release ${ffff} superseded`]);
      expect(runs().cluster).toBe(aaaa);
    },
  );

  it('is released after what a hook brought, where it was made later', async () => {
    const { look, hook, hooks, pushImage, clock, history, runs } = await createDiscovery(unordered);
    await look();
    pushImage('main-1111111');
    // The build of the other one begins before this one is announced.
    const madeAt = clock.now() + 1000;
    clock.advance(60_000);
    await hook(hooks.image('main-1111111'));
    pushImage('main-2222222', digest('2'), madeAt);

    await look();

    expect(await history()).toEqual(['#2 release main-2222222 healthy', '#1 release main-1111111 healthy']);
    expect(runs().cluster).toBe('main-2222222');
  });

  it('is not released over what a user released by hand since it was made', async () => {
    const { look, pushImage, clock, say, history } = await createDiscovery(unordered);
    pushImage('main-1111111');
    await look();
    pushImage('main-2222222');
    clock.advance(60_000);
    await say({ type: 'release', app: 'app', environment: 'production', tag: 'main-1111111' });

    await look();

    expect(await history()).toEqual([
      '#2 release main-2222222 superseded',
      '#1 release main-1111111 healthy',
    ]);
  });

  it.each<[string, (now: number) => number]>([
    ['builds that are reproducible', () => 0],
    ['images that were made at once', (now) => now],
  ])('is left to somebody where the times say nothing: %s', async (_name, made) => {
    const { look, hook, hooks, pushImage, clock, newest, history, runs } = await createDiscovery(unordered);
    await look();
    for (const [at, tag] of [ffff, aaaa].entries()) pushImage(tag, digest(`${at}`), made(clock.now()));

    await look();
    await look();

    expect((await history()).toSorted()).toEqual([
      `#1 release ${aaaa} skipped`,
      `#2 release ${ffff} skipped`,
    ]);
    const { reason } = (await newest()) ?? {};
    expect(reason && reasonText(reason)).toBe(
      `no hook came for ${ffff}, and nothing says whether it was pushed before or after ${aaaa}; if it is the newest, \`/tagboat release app production ${ffff}\` releases it`,
    );
    await hook(hooks.image(aaaa));
    expect(runs().cluster).toBe(aaaa);
  });

  it('is left to somebody where there is more than is asked about', async () => {
    const { look, pushImage, clock, history } = await createDiscovery(unordered);
    pushImage('main-0000000');
    await look();
    for (const letter of [...'abcdef'])
      for (const other of ['a0', 'b0']) {
        pushImage(`main-${letter}${other}${letter}`);
        clock.advance(1000);
      }

    expect(await look()).toMatchObject({ found: 12 });
    expect((await history()).filter((line) => !line.endsWith('skipped'))).toEqual([]);
  });

  it('is left to somebody where it is Git tags, one alone is not', async () => {
    const { look, pushTag, history } = await createDiscovery({ ...tagPush, ...unordered });
    await look();
    for (const tag of [ffff, aaaa]) pushTag(tag);
    await look();
    const two = await history();
    pushTag('main-3333333');
    await look();

    expect(two.map((line) => line.replace(/^#\d+ /, '')).toSorted()).toEqual([
      `release ${aaaa} skipped`,
      `release ${ffff} skipped`,
    ]);
    expect((await history())[0]).toBe('#3 release main-3333333 healthy');
  });

  it('is looked for again where the registry does not answer when the images were made', async () => {
    const { look, pushImage, clock, context, history } = await createDiscovery(unordered);
    await look();
    pushImage(ffff);
    clock.advance(60_000);
    pushImage(aaaa);
    const client = await context.registry();
    const createdOf = () => Promise.reject(new TagboatError('registry-unreachable', 'it is tired'));

    await look(10, { ...context, registry: async () => ({ ...client, createdOf }) });
    const before = await history();
    await look();

    expect(before).toEqual([]);
    expect((await history())[0]).toBe(`#2 release ${aaaa} healthy`);
  });
});

describe('what is on record', () => {
  it('is found by its claim, however long ago it was, unless the claim is all that there is', async () => {
    const { look, pushImage, context, store } = await createDiscovery();
    await look();
    pushImage('v1.1.0');
    await look();
    const forgetful = {
      ...context.store,
      list: async () => [],
      looks: { ...context.store.looks, seen: async () => noTags },
    };
    pushImage('v1.0.1');

    expect(await look(10, { ...context, store: { ...forgetful, hasClaim: async () => true } })).toMatchObject(
      {
        found: 0,
      },
    );
    expect([
      await store.hasClaim('app', 'production', 'v1.1.0@'),
      await store.hasClaim('app', 'production', 'v1.1@'),
    ]).toEqual([true, false]);
  });

  it('is taken in only for the apps that are looked at', async () => {
    const { look, pushImage, context, store, history } = await createDiscovery();
    const { app } = context.config.apps;
    if (app === undefined) throw new Error('there is no app');
    const apps = { app, other: { ...app, reconcile: { every: 'never' } as const } };
    const using = { ...context, config: { ...context.config, apps } };
    await look(10, using);
    pushImage('v1.1.0');

    await look(10, using);

    expect(await history()).toEqual(['#1 release v1.1.0 healthy']);
    expect(await store.list('other', 'production')).toEqual([]);
  });

  it('goes before what is found without an order only where it came after the last look', async () => {
    const { look, pushImage, say, clock, history } = await createDiscovery({ tags: { pattern: 'main-.*' } });
    pushImage('main-1');
    await look();
    clock.advance(60_000);
    await say({ type: 'release', app: 'app', environment: 'production', tag: 'main-1' });
    // Nothing has changed at this one.
    await look();
    pushImage('main-2');

    await look();

    expect(await history()).toEqual(['#2 release main-2 healthy', '#1 release main-1 healthy']);
  });
});

describe('the first look', () => {
  it('releases nothing of what was there, where the manifests have the newest', async () => {
    const { look, pushImage, history } = await createDiscovery();
    for (const tag of ['v0.8.0', 'v0.9.0', 'v1.0.0']) pushImage(tag);

    expect(await look()).toMatchObject({ looks: 1, found: 0 });
    expect(await history()).toEqual([]);
  });

  it('finds the newest where that is newer than what stands, and nothing in between', async () => {
    const { look, pushImage, history } = await createDiscovery();
    for (const tag of ['v0.9.0', 'v1.0.0', 'v1.2.0', 'v1.10.0', 'v1.9.0']) pushImage(tag);

    await look();
    await look();

    expect(await history()).toEqual(['#1 release v1.10.0 healthy']);
  });

  it('finds nothing where the policy has no order', async () => {
    const { look, pushImage, history } = await createDiscovery({ tags: { pattern: 'main-.*' } });
    for (const tag of ['main-1', 'main-2']) pushImage(tag);

    await look();
    await look();

    expect(await history()).toEqual([]);
  });

  it('is made anew where tagboat.yml names another image', async () => {
    const { look, pushImage, images, context, history } = await createDiscovery({
      tags: { pattern: 'main-.*' },
    });
    pushImage('main-1');
    await look();
    const { app } = context.config.apps;
    if (app === undefined) throw new Error('there is no app');
    images.push('example/other', 'main-7', digest('7'));
    const apps = { app: { ...app, image: 'docker.io/example/other' } };

    await look(10, { ...context, config: { ...context.config, apps } });

    expect(await history()).toEqual([]);
  });
});

describe('a list that is not what it was', () => {
  it('makes nothing new of tags that were left out for a moment', async () => {
    const { look, pushImage, images, history } = await createDiscovery({ tags: { pattern: 'main-.*' } });
    pushImage('main-1');
    pushImage('main-2');
    await look();
    images.remove('example/app', 'main-1');
    await look();
    pushImage('main-1');

    await look();

    expect(await history()).toEqual([]);
  });

  it('makes nothing new of all that is there after there was nothing', async () => {
    const { look, pushImage, history } = await createDiscovery({ tags: { pattern: 'main-.*' } });
    await look();
    for (let count = 0; count < 30; count += 1) pushImage(`main-${count}`);

    await look();

    expect(await history()).toEqual([]);
  });
});

describe('pin: digest', () => {
  const pinned = { pin: 'digest', tags: { pattern: 'latest|v.*' } } as const;

  it('releases a tag whose digest has moved, once, and not again what was undone', async () => {
    const { look, hook, hooks, pushImage, say, newest, history } = await createDiscovery(pinned);
    pushImage('latest', digest('1'));
    await look();
    await hook(hooks.image('latest'));
    pushImage('latest', digest('2'));

    expect(await look()).toMatchObject({ found: 1 });
    expect(await newest()).toMatchObject({ tag: 'latest', digest: digest('2'), state: 'healthy' });
    await look();
    await say({ type: 'undo', app: 'app' });
    const before = await history();
    expect(await look()).toMatchObject({ found: 0 });

    expect(await history()).toEqual(before);
    expect(before[0]).toMatch(/undo latest healthy/);
  });

  it('does not release again what a hook had brought and was undone before the next look', async () => {
    const { look, hook, hooks, pushImage, say, history } = await createDiscovery(pinned);
    pushImage('latest', digest('1'));
    await look();
    await hook(hooks.image('latest'));
    pushImage('latest', digest('2'));
    await hook(hooks.image('latest', 'event-2'));
    await say({ type: 'undo', app: 'app' });
    const before = await history();

    expect(await look()).toMatchObject({ found: 0 });
    expect(await history()).toEqual(before);
    expect(before[0]).toMatch(/undo latest healthy/);
  });

  it('finds a tag that moves by convention, which was never released, once it moves', async () => {
    const { look, pushImage, newest } = await createDiscovery(pinned);
    pushImage('latest', digest('1'));
    await look();
    expect(await newest()).toBeUndefined();
    pushImage('latest', digest('2'));

    await look();

    expect(await newest()).toMatchObject({ tag: 'latest', digest: digest('2') });
  });

  it('is not misled by an answer of before', async () => {
    const { look, hook, hooks, pushImage, history } = await createDiscovery(pinned);
    pushImage('latest', digest('1'));
    await look();
    pushImage('latest', digest('2'));
    await hook(hooks.image('latest'));
    pushImage('latest', digest('1'));

    expect(await look()).toMatchObject({ found: 0 });
    expect(await history()).toHaveLength(1);
  });

  const movedBack = async () => {
    const discovery = await createDiscovery(pinned);
    const { look, pushImage } = discovery;
    pushImage('latest', digest('1'));
    await look();
    for (const one of ['1', '2']) {
      pushImage('latest', digest(one));
      await discovery.hook(discovery.hooks.image('latest', `event-${one}`));
      discovery.clock.advance(60_000);
    }
    pushImage('latest', digest('1'));
    await look();
    return discovery;
  };

  it('releases a tag that was moved back, once two looks have seen it', async () => {
    const { look, history, newest } = await movedBack();

    expect(await look()).toMatchObject({ found: 1 });
    expect(await look()).toMatchObject({ found: 0 });

    expect(await history()).toHaveLength(3);
    expect(await newest()).toMatchObject({ digest: digest('1'), state: 'healthy' });
  });

  it('leaves a tag where it is that was moved back, and is held', async () => {
    const { look, say, history } = await movedBack();
    await say({ type: 'hold', app: 'app', environment: 'production', tag: '*' });

    expect(await look()).toMatchObject({ found: 0 });

    expect(await history()).toHaveLength(2);
  });
});
