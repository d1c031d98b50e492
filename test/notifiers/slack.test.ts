import { describe, expect, it } from 'vitest';
import { TagboatError } from '../../lib/errors.ts';
import type { Memory, Recipients } from '../../lib/notifiers/notifier.ts';
import { createSlackNotifier } from '../../lib/notifiers/slack.ts';
import type { ReleaseState, ReleaseView } from '../../lib/view/release.ts';
import { buttonsOf } from '../slack-app/support/commands.ts';
import { type SaidToSlack, slackChannel } from '../slack-app/support/slack-channel.ts';
import { actor, given } from '../support/records.ts';

const base: ReleaseView = {
  id: '01KARV0000000000000000000A',
  number: 3,
  app: 'okeydokey',
  environment: 'production',
  state: 'queued',
  image: 'docker.io/devopswithkubernetes/okeydokey',
  tag: 'v1.1.0',
  requestedBy: actor('github:octocat'),
  source: 'github',
  startedAt: Date.parse('2026-11-23T12:00:00Z'),
};
const asked = { responseUrl: 'https://hooks.slack.com/commands/1', askedFrom: 'C0ONCALL' };
const refused = (why: string) =>
  new TagboatError('notifier-failed', `Slack refuses it: ${why}`, { retry: 'terminal' });
const busy = () => new TagboatError('notifier-failed', 'Slack did not answer');

/** A notifier, the Slack it tells, and what it remembered: what `notify` keeps between two jobs. */
const arrange = ({
  posts = true,
  refuse = () => {},
  ...to
}: Recipients & { readonly posts?: boolean; readonly refuse?: (one: SaidToSlack) => void } = {}) => {
  const slack = slackChannel((one) => refuse(one));
  const notifier = createSlackNotifier(async () => slack.client, posts);
  const recipients = { slack: '#deploys', ...to };
  let memory: Memory | undefined;
  const tell = async (state: ReleaseState, more: Partial<ReleaseView> = {}): Promise<void> => {
    if (!notifier.concerns(recipients)) return;
    const known = memory === undefined ? undefined : structuredClone(memory);
    await notifier.tell({ ...base, state, ...more }, recipients, known, (next) => {
      memory = JSON.parse(JSON.stringify(next));
    });
  };
  const lines = () =>
    slack.said.map(({ how, to, text }) => `${how} ${to}: ${text.replace(/.*production: /, '')}`);
  return { ...slack, tell, lines };
};

describe('in the channel of `notify.slack`', () => {
  it('one message follows the release through all of its states', async () => {
    const { tell, lines, shown } = arrange();
    for (const state of [
      'queued',
      'waiting-for-image',
      'committed',
      'rolling-out',
      'healthy',
      'undone',
    ] as const)
      await tell(state);

    expect(lines()).toEqual([
      'post #deploys: v1.1.0 waits for its image',
      'update C0DEPLOYS: v1.1.0 is committed',
      'update C0DEPLOYS: v1.1.0 is rolling out',
      'update C0DEPLOYS: v1.1.0 is healthy',
      'update C0DEPLOYS: v1.1.0 was undone',
    ]);
    expect(shown()).toHaveLength(1);
  });

  it('nothing is sent where nothing is new', async () => {
    const { tell, said } = arrange();

    for (let time = 0; time < 3; time++) await tell('rolling-out', { progress: '1 of 3' });

    expect(said).toHaveLength(1);
  });

  it('what is new within a state is shown: progress, a pause, a release that stands no more', async () => {
    const { tell, said } = arrange();

    const offers = ['pause', 'undo'] as const;
    await tell('rolling-out', { progress: '1 of 3', offers });
    await tell('rolling-out', { progress: '2 of 3', offers });
    const paused = { by: actor('slack:U024BE7LH'), at: 0 };
    await tell('rolling-out', { progress: '2 of 3', paused, offers: ['resume', 'undo'] });
    await tell('superseded', { offers: [] });

    expect(said.map(({ how }) => how)).toEqual(['post', 'update', 'update', 'update']);
    const buttons = said.map(({ message }) => buttonsOf(message).map(({ text }) => text));
    expect(buttons).toEqual([['Pause', 'Undo'], ['Pause', 'Undo'], ['Resume', 'Undo'], []]);
  });

  it.each<[ReleaseState, Partial<ReleaseView>]>([
    ['queued', {}],
    ['committed', {}],
    ['undone', {}],
    ['skipped', { reason: { code: 'older-than-current', tag: 'v1', newer: 'v2' } }],
  ])('a release that was never shown, and is %s, is no news', async (state, fields) => {
    const { tell, said } = arrange();

    await tell(state, fields);

    expect(said).toEqual([]);
  });

  it('what a hold kept back is news', async () => {
    const { tell, lines } = arrange();

    await tell('skipped', {
      reason: { code: 'held', tag: '*', by: actor('slack:U024BE7LH'), reason: given('freeze') },
    });

    expect(lines()).toEqual(['post #deploys: v1.1.0 was skipped: every tag is held by <@U024BE7LH>: freeze']);
  });

  it('a retry after Slack did not answer repeats nothing that was said', async () => {
    let calls = 0;
    const { tell, lines } = arrange({
      ...asked,
      refuse: () => {
        calls += 1;
        if (calls === 2) throw busy();
      },
    });

    await expect(tell('rolling-out')).rejects.toMatchObject({ retry: 'retryable' });
    await tell('rolling-out');

    expect(lines()).toEqual(['post #deploys: v1.1.0 is rolling out', 'post C0ONCALL: v1.1.0 is rolling out']);
  });
});

describe('a message that somebody deleted', () => {
  const deleted = (options: Recipients = {}) => {
    let isGone = false;
    const all = arrange({
      ...options,
      refuse: ({ how }) => {
        if (isGone && how === 'update') throw refused('message_not_found');
      },
    });
    return {
      ...all,
      remove: () => {
        isGone = true;
      },
      restore: () => {
        isGone = false;
      },
    };
  };

  it('is posted anew for the verdict, which then follows the release', async () => {
    const { tell, lines, remove, restore } = deleted();
    await tell('rolling-out');
    remove();
    await tell('healthy');
    restore();
    await tell('undone');

    expect(lines()).toEqual([
      'post #deploys: v1.1.0 is rolling out',
      'post #deploys: v1.1.0 is healthy',
      'update C0DEPLOYS: v1.1.0 was undone',
    ]);
  });

  it.each<[string, ReleaseState, Partial<ReleaseView>]>([
    ['progress', 'rolling-out', { progress: '2 of 3' }],
    ['a state that is not worth a message', 'undone', {}],
  ])('is left alone for %s, and tried no second time', async (_name, state, fields) => {
    const { tell, lines, remove } = deleted();
    await tell('rolling-out');
    remove();

    await expect(tell(state, fields)).rejects.toMatchObject({ retry: 'terminal' });
    await tell(state, fields);

    expect(lines()).toEqual(['post #deploys: v1.1.0 is rolling out']);
  });

  it('is posted anew where somebody waits for the answer to a command', async () => {
    const { tell, lines, remove } = deleted({ ...asked, slack: undefined });
    await tell('rolling-out');
    remove();
    await tell('healthy');

    expect(lines()).toEqual(['post C0ONCALL: v1.1.0 is rolling out', 'post C0ONCALL: v1.1.0 is healthy']);
  });
});

describe('where the command was typed', () => {
  const states = ['queued', 'rolling-out', 'healthy', 'undone'] as const;

  it('the one message of the channel is enough where that is the same', async () => {
    const { tell, lines, shown } = arrange({ ...asked, askedFrom: 'C0DEPLOYS' });
    for (const state of states) await tell(state);

    expect(lines()[0]).toBe('post #deploys: v1.1.0 is rolling out');
    expect(shown()).toEqual(['okeydokey → production: v1.1.0 was undone']);
  });

  it('another message follows the release where it is elsewhere', async () => {
    const { tell, said, shown } = arrange(asked);
    for (const state of states) await tell(state);

    expect(said.filter(({ how }) => how === 'post').map(({ to }) => to)).toEqual(['#deploys', 'C0ONCALL']);
    expect(shown()).toEqual(Array(2).fill('okeydokey → production: v1.1.0 was undone'));
  });

  it('it is said there too where there is no channel to tell', async () => {
    const { tell, lines } = arrange({ ...asked, slack: undefined });
    for (const state of states) await tell(state);

    expect(lines()).toEqual([
      'post C0ONCALL: v1.1.0 is rolling out',
      'update C0ONCALL: v1.1.0 is healthy',
      'update C0ONCALL: v1.1.0 was undone',
    ]);
  });

  it.each(['not_in_channel', 'channel_not_found', 'is_archived'])(
    'a channel that refuses the bot (%s) gets each state once through the response_url',
    async (why) => {
      const { tell, lines } = arrange({
        ...asked,
        refuse: ({ how, to }) => {
          if (how === 'post' && to === 'C0ONCALL') throw refused(why);
        },
      });
      for (const state of ['rolling-out', 'rolling-out', 'healthy', 'healthy', 'undone', 'undone'] as const)
        await tell(state, { progress: String(Math.random()) });

      expect(lines().filter((line) => line.startsWith('respond'))).toEqual([
        'respond https://hooks.slack.com/commands/1: v1.1.0 is rolling out',
        'respond https://hooks.slack.com/commands/1: v1.1.0 is healthy',
        'respond https://hooks.slack.com/commands/1: v1.1.0 was undone',
      ]);
    },
  );

  it('the answer is for everybody there, and leaves the message with the button as it is', async () => {
    const { tell, said } = arrange({ ...asked, posts: false });

    await tell('healthy');

    expect(said[0]?.message).toMatchObject({ response_type: 'in_channel', replace_original: false });
  });

  it('it is said through the response_url where the bot is thrown out on the way', async () => {
    let isOut = false;
    const { tell, lines } = arrange({
      ...asked,
      slack: undefined,
      refuse: ({ how }) => {
        if (isOut && how !== 'respond') throw refused('not_in_channel');
      },
    });
    await tell('rolling-out');
    isOut = true;
    await tell('healthy');

    expect(lines()).toEqual([
      'post C0ONCALL: v1.1.0 is rolling out',
      'respond https://hooks.slack.com/commands/1: v1.1.0 is healthy',
    ]);
  });

  it('it is said there also where the channel of `notify.slack` refuses, which is reported', async () => {
    const { tell, lines } = arrange({
      ...asked,
      refuse: ({ to }) => {
        if (to === '#deploys') throw refused('channel_not_found');
      },
    });

    await expect(tell('rolling-out')).rejects.toThrow('channel_not_found');

    expect(lines()).toEqual(['post C0ONCALL: v1.1.0 is rolling out']);
  });
});

describe('without a bot token', () => {
  it('nothing is posted of what nobody asked for', async () => {
    const { tell, said } = arrange({ posts: false });
    await tell('rolling-out');

    expect(said).toEqual([]);
  });

  it.each<[string, readonly ReleaseState[]]>([
    [
      'healthy, then undone',
      ['queued', 'waiting-for-image', 'committed', 'rolling-out', 'healthy', 'undone'],
    ],
    ['failed, then undone', ['queued', 'committed', 'rolling-out', 'failed', 'undone']],
    ['overtaken, then undone', ['queued', 'committed', 'rolling-out', 'superseded', 'undone']],
    ['skipped', ['queued', 'waiting-for-image', 'skipped']],
  ])('a few answers to the command, and never more than four: %s', async (_name, states) => {
    const { tell, said } = arrange({ ...asked, posts: false });
    for (const state of [...states, ...states]) await tell(state);

    expect(said.every(({ how }) => how === 'respond')).toBe(true);
    expect(said.map(({ text }) => text)).toEqual([...new Set(said.map(({ text }) => text))]);
    expect(said.length).toBeGreaterThan(0);
    expect(said.length).toBeLessThanOrEqual(4);
  });

  it('an answer that could not be given is given by the retry', async () => {
    let isDown = true;
    const { tell, lines } = arrange({
      ...asked,
      posts: false,
      refuse: () => {
        if (isDown) throw busy();
      },
    });
    await expect(tell('healthy')).rejects.toMatchObject({ retry: 'retryable' });
    isDown = false;
    await tell('healthy');
    await tell('healthy');

    expect(lines()).toEqual(['respond https://hooks.slack.com/commands/1: v1.1.0 is healthy']);
  });
});
