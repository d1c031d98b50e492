import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { emoji, fromMrkdwn } from '../../../../infra/local/emulators/slack/render/mrkdwn.ts';
import { renderMessage } from '../../../../infra/local/emulators/slack/render/render.ts';
import { createStyle } from '../../../../infra/local/terminal/style.ts';
import { undoAccepted } from '../../../../lib/slack/messages/undo.ts';

const options = { now: Date.UTC(2026, 10, 23, 17), timeZone: 'UTC' };

describe('fromMrkdwn', () => {
  it.each([
    ['*web* → *production*: `v1` is up', 'web → production: v1 is up'],
    ['a * b * c, 2*3*4', 'a * b * c, 2*3*4'],
    [':white_check_mark: done :unheard_of:', '✓ done :unheard_of:'],
    ['<https://git.example.com/c/1|abc1234>', 'abc1234 (https://git.example.com/c/1)'],
    ['<https://git.example.com>', 'https://git.example.com'],
    ['<@U024BE7LH> in <#C0DEPLOYS|deploys>, <!here>', '@U024BE7LH in #deploys, @here'],
    ['<!date^1795363600^{date_short_pretty} {time}|later>', 'yesterday 16:06'],
    ['<!date^99999999999999999^{time}|some day>', 'some day'],
    ['a &lt;b&gt; &amp;amp; c', 'a <b> &amp; c'],
    ['`*x* &lt;y&gt; :x:`', '*x* <y> :x:'],
    ['before\n```\none *1*\ntwo\n```\nafter', 'before\n  one *1*\n  two\nafter'],
  ])('%j', (text, shown) => {
    expect(fromMrkdwn(text, options)).toBe(shown);
  });

  it('knows every emoji that our messages use', async () => {
    const folder = path.resolve(import.meta.dirname, '../../../../lib/slack/messages');
    const files = await readdir(folder);
    const texts = await Promise.all(files.map((file) => readFile(path.join(folder, file), 'utf8')));
    const used = texts.flatMap((text) => text.match(/(?<=['`{:\s]):[a-z][a-z0-9_]+:/g) ?? []);

    expect(used).toContain(':white_check_mark:');
    expect([...new Set(used)].filter((name) => !Object.hasOwn(emoji, name.slice(1, -1)))).toEqual([]);
  });

  it('paints what is marked up', () => {
    expect(fromMrkdwn(':x: *web*: `v1`', { ...options, style: createStyle(true) })).toBe(
      '\u001b[31m✗\u001b[39m \u001b[1mweb\u001b[22m: \u001b[36mv1\u001b[39m',
    );
  });
});

describe('renderMessage', () => {
  it('shows the text where there are no blocks', () => {
    expect(renderMessage({ text: 'one &amp;\n*two*' }, options)).toEqual(['one &', 'two']);
  });

  it('shows every kind of block', () => {
    const text = { type: 'mrkdwn', text: '*one*\ntwo' };
    const button = (label: string) => ({ type: 'button', text: { type: 'plain_text', text: label } });
    const blocks = [
      { type: 'header', text: { type: 'plain_text', text: 'Title' } },
      { type: 'section', text, fields: [{ type: 'mrkdwn', text: 'three' }], accessory: button('Undo') },
      { type: 'divider' },
      { type: 'context', elements: [text, { type: 'mrkdwn', text: 'four' }] },
      { type: 'actions', elements: [button('Yes'), button('Cancel')] },
    ];

    expect(renderMessage({ text: 'not shown', blocks }, options)).toEqual([
      'Title',
      'one',
      'two',
      'three',
      '[Undo]',
      '—',
      'one',
      'two  four',
      '[Yes] [Cancel]',
    ]);
  });

  it('shows an undo as a person reads it', () => {
    const undo = {
      app: 'web',
      environment: 'production',
      from: 'v2',
      to: 'v1',
      requestedBy: { type: 'slack', user: 'U024BE7LH' } as const,
    };

    expect(renderMessage({ ...undoAccepted({ ...undo, isHeld: true, number: 3 }) }, options)).toEqual([
      '↩ Undoing web in production, from v2 back to v1',
      'v2 is held until somebody releases it by hand.',
      '#3  ·  asked for by @U024BE7LH',
      '[Put v2 back]',
    ]);
  });
});
