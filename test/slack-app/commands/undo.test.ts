import { describe, expect, it } from 'vitest';
import { alice, bob } from '../../release/support/harness.ts';
import { actor } from '../../support/records.ts';
import { buttonsOf, createCommandWorld, place, twoReleases, undo, wordsOf } from '../support/commands.ts';

describe('/undo', () => {
  it('is recorded before it is answered, with whom to tell and where', async () => {
    const { run, store, second } = await twoReleases();

    const message = await run(undo, { id: 'request-x' });

    const [release] = await store.list('okeydokey', 'production');
    expect(release).toMatchObject({
      kind: 'undo',
      tag: 'v1.0.0',
      undoes: second.id,
      requestedBy: actor('slack:U024BE7LH'),
      source: 'slack',
      delivery: 'request-x',
      responseUrl: alice.responseUrl,
      askedFrom: 'C0ONCALL',
    });
    expect(message).toMatchObject({
      response_type: 'in_channel',
      text: 'Undoing okeydokey in production, from v1.1.0 back to v1.0.0',
    });
    expect(wordsOf(message)).toContain('`v1.1.0` is held until somebody releases it by hand.');
    expect(buttonsOf(message)).toMatchObject([
      {
        text: 'Put v1.1.0 back',
        action: { command: release && { type: 'release', ...place, tag: 'v1.1.0' }, expect: release?.id },
      },
    ]);
  });

  it('says who is at it already', async () => {
    const { run } = await twoReleases();
    await run(undo, { asker: alice });

    const message = await run(undo, { asker: bob, confirmed: true });

    expect(message.response_type).toBe('ephemeral');
    expect(message.text).toBe('Sorry, no: you may not do that in okeydokey production');
    const second = await run(undo, { asker: { ...alice, userId: alice.userId, userName: 'other' } });
    expect(second).toMatchObject({
      response_type: 'ephemeral',
      text: 'Already under way: undoing okeydokey in production, from v1.1.0 back to v1.0.0',
    });
    expect(wordsOf(second)).toContain('asked for by <@U024BE7LH>');
  });

  it('does not say that anything is held where it brings back what an undo took away', async () => {
    const { run, store, second, clock } = await twoReleases();
    await run(undo);
    const [undone] = await store.list('okeydokey', 'production');
    await store.advance(second, 'undone', { undoneFrom: 'healthy' });
    for (const state of ['committed', 'rolling-out', 'healthy'] as const)
      await store.advance(undone ?? second, state, { commit: 'c0ffee' });
    clock.advance(60_000);

    const message = await run(undo);

    expect(message.text).toBe('Undoing okeydokey in production, from v1.0.0 back to v1.1.0');
    expect(wordsOf(message)).not.toContain('is held');
    expect(await store.holds('okeydokey', 'production')).toEqual([]);
  });

  it('goes back to a release by its number', async () => {
    const { run, store, released } = await twoReleases();
    await released('v1.2.0');

    await run({ ...undo, number: 1 });

    expect((await store.list('okeydokey', 'production'))[0]).toMatchObject({ kind: 'undo', tag: 'v1.0.0' });
  });

  it.each([
    [
      'there is none of that number',
      9,
      'okeydokey production has no release #9 within reach; see /tagboat history okeydokey production',
    ],
    ['it is what stands there', 2, 'v1.1.0 is what production has now'],
  ])('does nothing by a number where %s', async (_name, number, words) => {
    const { run, store } = await twoReleases();

    expect((await run({ ...undo, number })).text).toBe(`Sorry, no: ${words}`);
    expect(await store.holds('okeydokey', 'production')).toEqual([]);
  });

  it('asks the registry first where somebody names a tag that nobody has seen', async () => {
    const { run, sent } = await twoReleases();

    await run({ ...undo, to: 'v0.5.0' });

    expect(sent).toMatchObject([{ queue: 'images', body: { type: 'check-image' } }]);
  });
});

describe('/undo with slack.confirm', () => {
  const confirm = { slack: { confirm: true } };

  it('asks first, about the very release that stands, and does nothing yet', async () => {
    const { run, state, second, sent } = await twoReleases(confirm);
    const before = await state();

    const message = await run(undo);

    expect(message).toMatchObject({ response_type: 'ephemeral', text: 'Undo okeydokey in production?' });
    expect(wordsOf(message)).toContain('This puts v1.0.0 back in the place of v1.1.0, and holds v1.1.0.');
    expect(buttonsOf(message)).toEqual([
      {
        text: 'Put v1.0.0 back',
        style: 'danger',
        action: { type: 'run', command: undo, confirmed: true, expect: second.id },
      },
      { text: 'Cancel', style: undefined, action: { type: 'cancel' } },
    ]);
    expect([await state(), sent]).toEqual([before, []]);
  });

  it('does it once the button is pressed', async () => {
    const { run, store, second } = await twoReleases(confirm);

    await run(undo, { confirmed: true, expect: second.id });

    expect((await store.list('okeydokey', 'production'))[0]).toMatchObject({ kind: 'undo', tag: 'v1.0.0' });
  });

  it('does nothing where another release stands by the time the button is pressed', async () => {
    const { run, released, second, state } = await twoReleases(confirm);
    await released('v1.2.0');
    const before = await state();

    const message = await run(undo, { confirmed: true, expect: second.id });

    expect(message.text).toBe(
      'Sorry, no: v1.1.0 does not stand in okeydokey production any more; v1.2.0 does',
    );
    expect(wordsOf(message)).toContain('`release-moved-on`');
    expect(await state()).toEqual(before);
  });

  it('says where that version was never seen to run well', async () => {
    const { run, released, store } = createCommandWorld(confirm);
    const first = await released('v1.1.0', 'failed');
    await store.amend(first, ['failed'], { previous: { tag: 'v1.0.0' }, replaced: [{ tag: 'v1.0.0' }] });

    expect(wordsOf(await run(undo))).toContain(
      'This puts v1.0.0 back in the place of v1.1.0, and holds v1.1.0.\n' +
        'v1.0.0 stood in the config repo before v1.1.0; Tagboat did not release it, and never saw it healthy.',
    );
  });

  it('says what is wrong without asking', async () => {
    const { run } = createCommandWorld(confirm);

    expect((await run(undo)).text).toBe('Sorry, no: nothing was released to okeydokey production yet');
  });
});
