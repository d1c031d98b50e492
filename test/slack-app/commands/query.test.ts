import { describe, expect, it } from 'vitest';
import { requestFor } from '../../release/support/context.ts';
import { bob } from '../../release/support/harness.ts';
import { actor } from '../../support/records.ts';
import { buttonsOf, by, place, release, twoReleases, undo, wordsOf } from '../support/commands.ts';

describe('/tagboat status', () => {
  it('says what stands, what comes after it, and what is held', async () => {
    const { run, store, released, record, second } = await twoReleases();
    await store.hold({ ...place, tag: 'v0.9.0', ...by });
    await store.hold({ ...place, tag: 'v0.8.0', ...by, until: '2026-11-23T11:30:00.000Z' });
    await released('v1.2.0', 'rolling-out');
    await store.amend(
      (await store.list('okeydokey', 'production', { limit: 1 }))[0] ?? second,
      ['rolling-out'],
      {
        progress: '1 out of 3 new replicas have been updated',
      },
    );
    await record(requestFor('v1.3.0', { claim: 'v1.3.0' }));

    const message = await run({ type: 'status', ...place });

    expect(message.text).toBe('okeydokey → production: v1.2.0 is rolling out');
    const lines = wordsOf(message).split('\n');
    expect(lines.map((line) => line.replace(/ {2}·.*/, ''))).toEqual([
      '*okeydokey* → *production*',
      ':rocket: `v1.2.0` is rolling out',
      '      1 out of 3 new replicas have been updated',
      'then :inbox_tray: `v1.3.0` is queued',
      ':lock: `v0.9.0`: it drops orders (by <@U0B0B0B0B>, <!date^1795431600^{date_short_pretty} {time}|2026-11-23 11:00 UTC>)',
    ]);
    expect(buttonsOf(message).map(({ text }) => text)).toEqual(['Undo']);
  });

  it('shows every place that is the business of the asker, and no other', async () => {
    const { run, released } = await twoReleases({
      staging: { allow: { users: [bob.userId], channels: [] } },
    });
    await released('v3', 'failed', 'billing');

    expect((await run({ type: 'status' })).text).toBe(
      'okeydokey → production: v1.1.0 is healthy; billing → production: v3 failed',
    );
    expect((await run({ type: 'status' }, { asker: bob })).text).toBe(
      'okeydokey → staging: nothing was released yet',
    );
  });
});

describe('/tagboat history', () => {
  it('says what was released, by whom, from which hook, and how it went', async () => {
    const { run, released, store } = await twoReleases();
    const failed = await released('v1.2.0', 'failed');
    await run(undo);
    await store.advance(failed, 'undone', {
      undoneFrom: 'failed',
      reason: { code: 'undone', by: actor('slack:U024BE7LH') },
    });

    const message = await run({ type: 'history', ...place, limit: 3 });

    expect(message.text).toBe('okeydokey → production: 3 releases');
    expect(
      wordsOf(message)
        .split('\n')
        .map((line) => line.replace(/ {2}· {2}<!date.*?>/, '')),
    ).toEqual([
      '*okeydokey* → *production*',
      '#4  `v1.1.0` :inbox_tray: undo, is queued  ·  by <@U024BE7LH>',
      expect.stringMatching(
        /^#3 {2}`v1\.2\.0` :leftwards_arrow_with_hook: failed and was undone {2}· {2}by dockerhub: somebody/,
      ),
      '#2  `v1.1.0` :white_check_mark: is healthy  ·  by dockerhub: somebody',
    ]);
  });

  it('shows what was released by hand', async () => {
    const { run } = await twoReleases();
    await run(release('v1.2.0'));

    expect(wordsOf(await run({ type: 'history', ...place, limit: 1 }))).toContain('by hand');
  });
});
