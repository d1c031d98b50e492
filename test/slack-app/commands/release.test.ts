import { describe, expect, it } from 'vitest';
import type { ReleaseState } from '../../../lib/view/release.ts';
import { digest } from '../../release/support/context.ts';
import { alice } from '../../release/support/harness.ts';
import { actor } from '../../support/records.ts';
import {
  buttonsOf,
  by,
  type CommandWorld,
  place,
  release,
  twoReleases,
  wordsOf,
} from '../support/commands.ts';

describe('/tagboat release', () => {
  it('releases an older tag, whatever the tag policy, and says that it was by hand', async () => {
    const { run, store, sent } = await twoReleases({ production: { tags: { pattern: 'build-.*' } } });

    const message = await run(release('v0.5.0'), { id: 'request-x' });

    const [recorded] = await store.list('okeydokey', 'production');
    expect(recorded).toMatchObject({
      kind: 'release',
      tag: 'v0.5.0',
      byHand: true,
      awaitsImage: true,
      number: 3,
      requestedBy: actor('slack:U024BE7LH'),
      delivery: 'request-x',
      responseUrl: alice.responseUrl,
      askedFrom: 'C0ONCALL',
    });
    expect(message).toMatchObject({
      response_type: 'in_channel',
      text: 'okeydokey → production: releasing v0.5.0 by hand',
    });
    expect(sent).toMatchObject([{ queue: 'images', body: { type: 'check-image', release: recorded?.id } }]);
  });

  it('asks about a tag that is held, and lifts the hold once that is confirmed', async () => {
    const { run, store, state } = await twoReleases();
    await store.hold({ ...place, tag: 'v1.2.0', ...by });
    const before = await state();

    const question = await run(release('v1.2.0'));
    expect(question.text).toBe('Release v1.2.0 to okeydokey production although it is held?');
    expect(wordsOf(question)).toMatch(/it drops orders[\s\S]*\nThis lifts the hold\.$/);
    expect(buttonsOf(question)[0]).toMatchObject({
      text: 'Release v1.2.0',
      action: { type: 'run', command: release('v1.2.0'), confirmed: true },
    });
    expect(await state()).toEqual(before);

    expect((await run(release('v1.2.0'), { confirmed: true })).text).toBe(
      'okeydokey → production: releasing v1.2.0 by hand; the hold on it is lifted',
    );
    expect(await store.holds('okeydokey', 'production')).toEqual([]);
  });

  it('leaves a hold of everything for whatever comes next', async () => {
    const { run, store } = await twoReleases();
    await store.hold({ ...place, tag: '*', ...by });

    expect(wordsOf(await run(release('v1.2.0')))).toContain(
      'The hold of every tag stays for whatever comes next.',
    );
    expect((await run(release('v1.2.0'), { confirmed: true })).text).toBe(
      'okeydokey → production: releasing v1.2.0 by hand',
    );
    expect(await store.holds('okeydokey', 'production')).toMatchObject([{ tag: '*' }]);
  });

  it('asks about a tag of which one digest is held', async () => {
    const { run, store } = await twoReleases({ production: { pin: 'digest' } });
    await store.hold({ ...place, tag: 'v1.2.0', digest: digest('a'), ...by });

    expect((await run(release('v1.2.0'))).text).toMatch(/although it is held\?$/);
  });

  it('asks nothing where the hold has ended', async () => {
    const { run, store } = await twoReleases();
    await store.hold({ ...place, tag: 'v1.2.0', ...by, until: '2026-11-23T11:30:00.000Z' });

    expect((await run(release('v1.2.0'))).text).toBe('okeydokey → production: releasing v1.2.0 by hand');
  });

  it.each<[string, string, CommandWorld['production'], string]>([
    ['that is what stands there', 'v1.1.0', {}, 'v1.1.0 is what production has now'],
    ['that is none', 'not a tag', {}, '"not a tag" cannot be the tag of an image'],
    [
      'that may mean another image tomorrow',
      'latest',
      {},
      '"latest" may mean another image tomorrow; set `pin: digest` for production to release it',
    ],
  ])('refuses a tag %s', async (_name, tag, production, words) => {
    const { run, state } = await twoReleases({ production: production ?? {} });
    const before = await state();

    expect((await run(release(tag))).text).toBe(`Sorry, no: ${words}`);
    expect(await state()).toEqual(before);
  });

  it.each(['latest', 'v1.1.0'])(
    'releases %s where digests are pinned: it may be another image',
    async (tag) => {
      const { run } = await twoReleases({ production: { pin: 'digest' } });

      expect((await run(release(tag))).text).toBe(`okeydokey → production: releasing ${tag} by hand`);
    },
  );

  it.each<[ReleaseState]>([['failed'], ['superseded']])(
    'releases what stands there again where it %s',
    async (state) => {
      const { run, store, released } = await twoReleases();
      const last = await released('v1.2.0', state === 'failed' ? state : 'rolling-out');
      await store.advance(last, state);

      expect((await run(release('v1.2.0'))).text).toBe('okeydokey → production: releasing v1.2.0 by hand');
    },
  );

  it('by the button of a release that stands no more does nothing', async () => {
    const { run, second, released, state } = await twoReleases();
    await released('v1.2.0');
    const before = await state();

    expect((await run(release('v1.0.0'), { confirmed: true, expect: second.id })).text).toBe(
      'Sorry, no: v1.1.0 does not stand in okeydokey production any more; v1.2.0 does',
    );
    expect(await state()).toEqual(before);
  });
});
