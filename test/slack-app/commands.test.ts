import { describe, expect, it } from 'vitest';
import type { AllowConfig } from '../../lib/config/types.ts';
import type { Command } from '../../lib/slack/commands.ts';
import { alice, bob } from '../release/support/harness.ts';
import { actor } from '../support/records.ts';
import {
  buttonsOf,
  by,
  type CommandWorld,
  createCommandWorld,
  hold,
  place,
  release,
  twoReleases,
  undo,
  wordsOf,
} from './support/commands.ts';

describe('where the environment is not clear', () => {
  const both = { type: 'undo', app: 'okeydokey' } as const;
  const aliceOnly: AllowConfig = { users: [alice.userId], channels: [] };
  const bobOnly: AllowConfig = { users: [bob.userId], channels: [] };

  it('asks with a button each', async () => {
    const { run, state } = await twoReleases();
    const before = await state();

    const message = await run(both);

    expect(buttonsOf(message).map(({ text, action }) => [text, action])).toEqual([
      ['production', { type: 'run', command: undo, confirmed: true }],
      ['staging', { type: 'run', command: { ...undo, environment: 'staging' }, confirmed: true }],
      ['Cancel', { type: 'cancel' }],
    ]);
    expect(await state()).toEqual(before);
  });

  it.each<[string, CommandWorld, readonly string[]]>([
    ['both', {}, ['production', 'staging']],
    ['staging', { production: { allow: bobOnly } }, ['staging']],
    ['production', { staging: { allow: bobOnly }, app: { allow: aliceOnly } }, ['production']],
  ])('offers only where the asker may do something: %s', async (_name, options, offered) => {
    const { run, state } = await twoReleases(options);
    const before = await state();

    const message = await run(both);

    expect(buttonsOf(message).map(({ text }) => text)).toEqual([...offered, 'Cancel']);
    expect(await state()).toEqual(before);
  });

  it('takes the only one there is', async () => {
    const harness = createCommandWorld();
    for (const tag of ['v1', 'v2']) await harness.released(tag, 'healthy', 'billing');

    expect((await harness.run({ type: 'undo', app: 'billing' })).text).toBe(
      'Undoing billing in production, from v2 back to v1',
    );
  });

  it('says whom to ask where the asker may act in none', async () => {
    const { run } = await twoReleases({ production: { allow: bobOnly }, staging: { allow: bobOnly } });

    const message = await run(both);

    expect(message.text).toBe('Sorry, no: you may not do that in okeydokey');
    expect(wordsOf(message)).toContain('Ask <@U0B0B0B0B>');
  });

  it('says so where the app is gone', async () => {
    const { run } = await twoReleases();

    expect((await run({ type: 'pause', app: 'gone' })).text).toBe(
      'Sorry, no: no app is called "gone" any more',
    );
  });
});

describe('who may do what', () => {
  const users = (...ids: readonly string[]): AllowConfig => ({ users: ids, channels: [] });
  const channels = (...ids: readonly string[]): AllowConfig => ({ users: [], channels: ids });
  const cases: readonly {
    readonly name: string;
    readonly options: CommandWorld;
    readonly says: string | undefined;
    readonly ask?: string;
  }[] = [
    { name: 'slack.allow where nothing is nearer', options: {}, says: undefined },
    {
      name: 'the app before slack.allow',
      options: { app: { allow: users('U0B0B0B0B') } },
      says: 'you may not do that in okeydokey production',
      ask: 'Ask <@U0B0B0B0B>',
    },
    {
      name: 'the environment before the app',
      options: { app: { allow: users('U0B0B0B0B') }, production: { allow: users('U024BE7LH') } },
      says: undefined,
    },
    {
      name: 'the list of another environment says nothing',
      options: { staging: { allow: users('U0B0B0B0B') } },
      says: undefined,
    },
    {
      name: 'a channel that is on the list',
      options: { production: { allow: channels('C0ONCALL') } },
      says: undefined,
    },
    {
      name: 'a channel that is not',
      options: { production: { allow: { users: ['U024BE7LH', 'U0B0B0B0B'], channels: ['C0OTHER'] } } },
      says: 'this channel may not do that in okeydokey production',
      ask: 'Ask <@U0B0B0B0B>',
    },
    {
      name: 'empty lists, by which nobody may',
      options: { production: { allow: users() } },
      says: 'you may not do that in okeydokey production',
    },
  ];

  it.each(cases)('$name', async ({ options, says, ask }) => {
    const { run, state } = await twoReleases(options);
    const before = await state();

    const message = await run(undo);

    if (says === undefined) expect(message.text).toMatch(/^Undoing/);
    else {
      expect(message.text).toBe(`Sorry, no: ${says}`);
      expect(wordsOf(message).match(/Ask <@.*?(?= {2}·)/)?.[0]).toBe(ask);
      expect(await state()).toEqual(before);
    }
  });

  it.each<Command>([
    undo,
    hold('*'),
    { type: 'unhold', ...place, tag: '*' },
    release('v2.0.0'),
    { type: 'pause', ...place },
    { type: 'resume', ...place },
  ])('holds for $type as well', async (command) => {
    const { run, state } = await twoReleases();
    const before = await state();

    const message = await run(command, { asker: bob });

    expect(message).toMatchObject({
      response_type: 'ephemeral',
      text: 'Sorry, no: you may not do that in okeydokey production',
    });
    expect(await state()).toEqual(before);
  });

  it.each<Command>([
    { type: 'status' },
    { type: 'holds' },
    { type: 'status', app: 'okeydokey' },
    { type: 'history', ...place, limit: 10 },
  ])('keeps $type from those who may do nothing there', async (command) => {
    const { run } = await twoReleases();

    const message = await run(command, { asker: bob });

    expect(message.text).toMatch(/^Sorry, no: you may not do that/);
    expect(wordsOf(message)).toContain('Ask <@U024BE7LH>');
  });
});

describe('/tagboat pause and resume', () => {
  it.each([
    ['pause', 'okeydokey → production: the rollout is paused'],
    ['resume', 'okeydokey → production: the rollout goes on'],
  ] as const)('does %s where it is', async (type, words) => {
    const asked: unknown[] = [];
    const { run } = await twoReleases({
      pauseRollout: async (request) => {
        asked.push(request);
        return { workloads: ['Deployment default/okeydokey'], changed: true };
      },
    });

    const message = await run({ type, ...place }, { expect: 'an-id' });

    expect(message).toMatchObject({ response_type: 'in_channel', text: words });
    expect(wordsOf(message)).toContain('`Deployment default/okeydokey`');
    expect(asked).toEqual([
      { ...place, paused: type === 'pause', by: actor('slack:U024BE7LH'), expect: 'an-id' },
    ]);
  });
});

describe('carried out twice', () => {
  const cases: readonly { readonly command: Command; readonly confirmed?: boolean }[] = [
    { command: undo },
    { command: { ...undo, to: 'v0.5.0' } },
    { command: { ...undo, number: 1 } },
    { command: hold('v1.2.0') },
    { command: { ...hold('*'), until: Date.parse('2026-11-23T18:00:00Z'), reason: 'freeze' } },
    { command: { type: 'unhold', ...place, tag: 'v0.9.0' } },
    { command: release('v1.2.0') },
    { command: release('v0.9.0'), confirmed: true },
  ];

  it.each(cases)('$command is the same the second time', async ({ command, confirmed }) => {
    const { carry, state, store, clock } = await twoReleases();
    await store.hold({ ...place, tag: 'v0.9.0', ...by });
    const extra = { id: 'the-same', ...(confirmed === undefined ? {} : { confirmed }) };
    const before = await state();
    const at = clock.now();
    await carry(command, extra);
    const after = await state();
    expect(after).not.toEqual(before);
    clock.advance(at - clock.now());

    await carry(command, extra);

    expect(await state()).toEqual(after);
  });

  it('a release by hand leaves alone what somebody has held since', async () => {
    const { run, store, clock } = await twoReleases();
    await run(release('v1.2.0'), { id: 'the-same' });
    clock.advance(1000);
    await run(hold('v1.2.0'));

    await run(release('v1.2.0'), { id: 'the-same', confirmed: true });

    expect(await store.holds('okeydokey', 'production')).toMatchObject([{ tag: 'v1.2.0' }]);
  });

  it('an undo to a held tag leaves alone what somebody has held since', async () => {
    const { run, store, clock } = await twoReleases();
    await run({ ...undo, to: 'v1.0.0' }, { id: 'the-same' });
    clock.advance(1000);
    await run(hold('v1.0.0'));

    await run({ ...undo, to: 'v1.0.0' }, { id: 'the-same' });

    expect((await store.holds('okeydokey', 'production')).map(({ tag }) => tag)).toEqual([
      'v1.0.0',
      'v1.1.0',
    ]);
  });
});

it('shows the help to whoever asks', async () => {
  const { run } = createCommandWorld();

  expect((await run({ type: 'help' }, { asker: bob })).text).toMatch(/^Tagboat understands \/undo/);
});
