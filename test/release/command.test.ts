import { describe, expect, it } from 'vitest';
import type { SlackConfig } from '../../lib/config/types.ts';
import { runCommand } from '../../lib/release/command.ts';
import type { SlashCommand } from '../../lib/slack/command.ts';
import { createContext, requestFor } from './support/context.ts';
import { memoryTable } from './support/memory-table.ts';

const slack: SlackConfig = {
  signingSecret: 'kms:AAAA',
  allow: { users: ['U024BE7LH'], channels: ['C0DEPLOYS'] },
};

const command = (text: string, fields: Partial<SlashCommand> = {}): SlashCommand => ({
  command: '/undo',
  text,
  userId: 'U024BE7LH',
  userName: 'alice',
  channelId: 'C0DEPLOYS',
  channelName: 'deploys',
  teamId: 'T0',
  responseUrl: 'https://hooks.slack.com/commands/1',
  triggerId: 't',
  ...fields,
});

const arrange = async () => {
  const all = createContext(memoryTable());
  for (const tag of ['v1.0.0', 'v1.1.0']) {
    const { release } = await all.record({ ...requestFor(tag), claim: tag });
    for (const state of ['committed', 'rolling-out', 'healthy'] as const)
      await all.store.advance(release, state, { commit: 'c0ffee' });
    all.clock.advance(1000);
  }
  return {
    ...all,
    run: (text: string, fields?: Partial<SlashCommand>) =>
      runCommand(command(text, fields), slack, all.context),
  };
};

describe('runCommand', () => {
  it('records the undo before it acknowledges, with whom to answer', async () => {
    const { run, store } = await arrange();

    const answer = await run('okeydokey');

    expect(answer).toMatchObject({
      response_type: 'in_channel',
      text: 'Undoing okeydokey in production, back to v1.0.0',
    });
    const [undo] = await store.list('okeydokey', 'production');
    expect(undo).toMatchObject({
      kind: 'undo',
      tag: 'v1.0.0',
      requestedBy: 'slack:U024BE7LH',
      responseUrl: 'https://hooks.slack.com/commands/1',
    });
  });

  it('says that it is under way already', async () => {
    const { run } = await arrange();
    await run('okeydokey');

    expect((await run('okeydokey')).text).toBe(
      'Undoing okeydokey in production, back to v1.0.0 (already under way)',
    );
  });

  it.each([
    ['a stranger', 'okeydokey', { userId: 'U0STRANGER' }, 'Sorry, no: you may not do that'],
    ['another channel', 'okeydokey', { channelId: 'C0RANDOM' }, 'Sorry, no: this channel may not do that'],
    ['an unknown app', 'okeydoky', {}, 'Sorry, no: no app is called "okeydoky"; did you mean okeydokey?'],
    [
      'an unknown environment',
      'okeydokey staging',
      {},
      'Sorry, no: okeydokey has no environment "staging"; it has: production',
    ],
    ['nothing', '', {}, 'Sorry, no: no app was named; the command is /undo <app> [environment] [to <tag>]'],
  ])('refuses %s politely, and does nothing', async (_name, text, fields, words) => {
    const { run, store, sent } = await arrange();

    const answer = await run(text, fields);

    expect(answer.response_type).toBe('ephemeral');
    expect(answer.text.replaceAll('&lt;', '<').replaceAll('&gt;', '>')).toBe(words);
    expect([(await store.list('okeydokey', 'production')).length, sent]).toEqual([2, []]);
  });

  it('says whom a stranger can ask', async () => {
    const { run } = await arrange();

    expect(JSON.stringify(await run('okeydokey', { userId: 'U0STRANGER' }))).toContain('Ask <@U024BE7LH>');
  });

  it('waits for the registry before it goes back to a tag that nobody has seen', async () => {
    const { run, sent } = await arrange();

    await run('okeydokey to v0.5.0');

    expect(sent).toMatchObject([{ queue: 'images', body: { type: 'look' } }]);
  });
});
