import { describe, expect, it } from 'vitest';
import { because } from '../support/records.ts';
import { alice, createHarness } from './support/harness.ts';
import { hooksOfApp as hooks } from './support/hooks.ts';

const place = { app: 'app', environment: 'production' } as const;
const undo = { type: 'undo', ...place } as const;

describe('while everything is held', () => {
  const freeze = async () => {
    const harness = createHarness();
    await harness.hook(hooks.dockerhub('v1.1.0'));
    const until = harness.clock.now() + 3_600_000;
    await harness.say({ type: 'hold', ...place, tag: '*', until, reason: 'freeze' });
    return { ...harness, until };
  };
  const frozen = 'every tag is held by slack:U024BE7LH until 2026-11-23T13:00:00.000Z: freeze';

  it('a hook is skipped, and on record', async () => {
    const { hook, newest, runs, channel } = await freeze();

    expect(await hook(hooks.dockerhub('v1.2.0'))).toMatchObject({
      releases: [],
      skipped: [{ tag: 'v1.2.0', reason: 'held', message: frozen }],
    });

    expect(await newest()).toMatchObject({
      tag: 'v1.2.0',
      state: 'skipped',
      reason: because('held', frozen),
    });
    expect(runs()).toEqual({ repo: 'v1.1.0', cluster: 'v1.1.0' });
    expect(channel.shown().at(-1)).toBe(
      'app → production: v1.2.0 was skipped: every tag is held by <@U024BE7LH> until 2026-11-23 13:00 UTC: freeze',
    );
  });

  it('a release that was under way before is held back before it is written', async () => {
    const harness = createHarness({ on: 'tag-push' });
    harness.registry.digests.set('v1.1.0', undefined);
    await harness.hook(hooks.github('v1.1.0'));
    await harness.say({ type: 'hold', ...place, tag: '*', reason: 'freeze' });

    harness.registry.digests.delete('v1.1.0');
    await harness.pass(60_000);

    expect(await harness.newest()).toMatchObject({
      tag: 'v1.1.0',
      state: 'skipped',
      reason: { code: 'held' },
    });
    expect(harness.runs().repo).toBe('v1.0.0');
  });

  it('an undo works, and so does a release by hand that is confirmed; the hold stays', async () => {
    const { say, runs, held } = await freeze();
    await say(undo);
    expect([runs().cluster, await held()]).toEqual(['v1.0.0', ['*', 'v1.1.0']]);

    const release = { type: 'release', ...place, tag: 'v1.3.0' } as const;
    expect(await say(release)).toBe('Release v1.3.0 to app production although it is held?');
    await say(release, alice, { confirmed: true });

    expect([runs().cluster, await held()]).toEqual(['v1.3.0', ['*', 'v1.1.0']]);
  });

  it('once it is over, the redelivered hook goes through', async () => {
    const { hook, clock, until, newest, runs } = await freeze();
    const late = hooks.dockerhub('v1.2.0');
    await hook(late);

    clock.advance(until - 1 - clock.now());
    expect(await hook(late)).toMatchObject({ releases: [], skipped: [{ reason: 'held' }] });
    clock.advance(1);
    expect(await hook(late)).toMatchObject({ releases: [{ tag: 'v1.2.0', created: true }], skipped: [] });

    expect(await newest()).toMatchObject({ tag: 'v1.2.0', state: 'healthy' });
    expect(runs()).toEqual({ repo: 'v1.2.0', cluster: 'v1.2.0' });
  });

  it('however much is held back, what stands is still known', async () => {
    const { hook, say, runs } = await freeze();
    for (let minor = 2; minor < 60; minor++) await hook(hooks.dockerhub(`v1.${minor}.0`));

    expect(await say({ type: 'status', ...place })).toBe('app → production: v1.1.0 is healthy');
    expect(await say({ type: 'release', ...place, tag: 'v1.1.0' })).toBe(
      'Sorry, no: v1.1.0 is what production has now',
    );
    await say(undo);
    expect(runs().cluster).toBe('v1.0.0');
  });
});
