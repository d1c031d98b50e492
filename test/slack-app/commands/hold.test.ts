import { describe, expect, it } from 'vitest';
import { actor, given } from '../../support/records.ts';
import { by, hold, place, twoReleases, wordsOf } from '../support/commands.ts';

describe('/tagboat hold, unhold and holds', () => {
  it('holds a tag with an end and a reason, from the moment it was asked for', async () => {
    const { run, store, clock } = await twoReleases();
    const until = clock.now() + 7_200_000;

    const message = await run({ ...hold('v1.2.0'), until, reason: 'it drops orders' });

    expect(message).toMatchObject({
      response_type: 'in_channel',
      text: 'okeydokey → production: v1.2.0 is held until 2026-11-23 14:00 UTC: it drops orders',
    });
    expect(await store.holds('okeydokey', 'production')).toEqual([
      {
        ...place,
        tag: 'v1.2.0',
        by: actor('slack:U024BE7LH'),
        reason: given('it drops orders'),
        createdAt: new Date(clock.now()).toISOString(),
        until: new Date(until).toISOString(),
      },
    ]);
  });

  it('holds everything, until somebody lifts it', async () => {
    const { run, store } = await twoReleases();

    expect((await run(hold('*'))).text).toBe(
      'okeydokey → production: every tag is held: no reason was given',
    );
    expect((await run({ type: 'unhold', ...place, tag: '*' })).text).toBe(
      'okeydokey → production: the hold on every tag is lifted',
    );
    expect(await store.holds('okeydokey', 'production')).toEqual([]);
  });

  it.each([
    ['nothing is held', 'v1.2.0', [], 'v1.2.0 is not held in okeydokey production'],
    ['no freeze is on', '*', [], 'there is no hold of every tag in okeydokey production'],
    [
      'something else is held',
      'v1.2.0',
      ['v0.9.0', '*'],
      'v1.2.0 is not held in okeydokey production; held are: every tag (`all`), v0.9.0',
    ],
  ])('says so where there is nothing to lift: %s', async (_name, tag, held, words) => {
    const { run, store } = await twoReleases();
    for (const one of held) await store.hold({ ...place, tag: one, ...by });

    expect((await run({ type: 'unhold', ...place, tag })).text).toBe(`Sorry, no: ${words}`);
    expect(await store.holds('okeydokey', 'production')).toHaveLength(held.length);
  });

  it('lifts no hold that somebody has set since it was asked for', async () => {
    const { run, store, clock } = await twoReleases();
    const at = clock.now();
    clock.advance(1000);
    await run(hold('v1.2.0'));

    expect((await run({ type: 'unhold', ...place, tag: 'v1.2.0' }, { at })).text).toMatch(/^Sorry, no/);
    expect(await store.holds('okeydokey', 'production')).toHaveLength(1);
  });

  it('says of a hold that has ended that there is none', async () => {
    const { run, store } = await twoReleases();
    await store.hold({ ...place, tag: 'v1.2.0', ...by, until: '2026-11-23T11:30:00.000Z' });

    expect((await run({ type: 'unhold', ...place, tag: 'v1.2.0' })).text).toBe(
      'Sorry, no: v1.2.0 is not held in okeydokey production',
    );
  });

  it('lists what is in force, with the reasons', async () => {
    const { run, store } = await twoReleases();
    await store.hold({ ...place, tag: '*', ...by, until: '2026-11-23T18:00:00.000Z' });
    await store.hold({ ...place, tag: 'v0.8.0', ...by, until: '2026-11-23T11:30:00.000Z' });
    await store.hold({ ...place, environment: 'staging', tag: 'v1.1.0', ...by, release: '01KARV' });

    const message = await run({ type: 'holds', app: 'okeydokey' });

    expect(message.text).toBe('2 holds.');
    expect(
      wordsOf(message)
        .replaceAll(/<!date.*?\|(.*?)>/g, '$1')
        .split('\n'),
    ).toEqual([
      '*2 holds*',
      '*okeydokey* → *production*  :lock: every tag until 2026-11-23 18:00 UTC: it drops orders (by <@U0B0B0B0B>, 2026-11-23 11:00 UTC)',
      '*okeydokey* → *staging*  :lock: `v1.1.0`: it drops orders (by <@U0B0B0B0B> with an undo, 2026-11-23 11:00 UTC)',
      expect.stringMatching(/^Lift one with `\/tagboat unhold/),
    ]);
  });
});
