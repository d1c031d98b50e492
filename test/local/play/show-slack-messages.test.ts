import { describe, expect, it } from 'vitest';
import type { SlackMessage } from '../../../infra/local/emulators/slack/server/server.ts';
import { isAboutRelease, showSlackMessages } from '../../../infra/local/play/show-slack-messages.ts';
import { createTerminal } from '../../../infra/local/terminal/terminal.ts';

const message = (fields: Partial<SlackMessage>): SlackMessage => ({
  id: '1',
  at: '2026-01-01T00:00:00.000Z',
  type: 'message',
  to: '#deploys',
  channel: 'C0DEPLOYS',
  ephemeral: false,
  text: 'web is healthy',
  ts: '1.000001',
  updated: false,
  body: {},
  ...fields,
});

const show = (messages: readonly SlackMessage[], isToldElsewhere?: (message: SlackMessage) => boolean) => {
  const written: string[] = [];
  const terminal = createTerminal({ write: (text: string) => written.push(text) });
  const stack = {
    onSlackMessage: (listener: (message: SlackMessage) => void) => {
      for (const one of messages) listener(one);
      return () => {};
    },
  };
  showSlackMessages(stack, terminal, isToldElsewhere);
  return written;
};

describe('showSlackMessages', () => {
  it('shows every line of a message', () => {
    expect(show([message({ text: 'one\ntwo' })])).toEqual(['  Slack #deploys one\n', '        two\n']);
  });

  it('shows once what goes to the channel and to whoever asked', () => {
    const reply = message({ id: '2', type: 'response', to: 'abc', at: '2026-01-01T00:00:01.000Z' });

    expect(show([message({}), reply])).toEqual(['  Slack #deploys web is healthy\n']);
  });

  it('shows the same text again a minute later', () => {
    const later = message({ id: '2', at: '2026-01-01T00:01:00.000Z' });

    expect(show([message({}), later])).toHaveLength(2);
  });

  it('leaves out what is told elsewhere', () => {
    const about = message({ body: { blocks: [{ text: 'release 01J00000000000000000000000' }] } });

    expect(show([about, message({ text: 'other' })], isAboutRelease)).toEqual(['  Slack #deploys other\n']);
  });

  it('leaves out what somebody was answered who is shown it anyway', () => {
    expect(show([message({ type: 'acknowledgement', to: 'abc' })])).toEqual([]);
  });
});
