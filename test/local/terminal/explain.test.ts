import { describe, expect, it } from 'vitest';
import { showRepeats } from '../../../infra/local/play/show-releases.ts';
import { explain } from '../../../infra/local/terminal/explain.ts';
import { createTerminal } from '../../../infra/local/terminal/terminal.ts';
import { TagboatError } from '../../../lib/errors.ts';

describe('explain', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['nothing more', {}, 'failed'],
    ['an error', { error: new Error('why') }, 'failed: why'],
    [
      'an error and its causes',
      {
        error: new TagboatError('internal', 'no answer', {
          cause: new Error('fetch failed', { cause: new Error('ECONNREFUSED') }),
        }),
      },
      'failed: no answer: fetch failed: ECONNREFUSED',
    ],
    [
      'a cause that is quoted already',
      { error: new Error('refused: no such key', { cause: new Error('no such key') }) },
      'failed: refused: no such key',
    ],
    ['an error as text', { error: 'Error: why' }, 'failed: Error: why'],
    ['a described error', { message: 'why' }, 'failed: why'],
    ['several lines', { error: new Error('one\n  two') }, 'failed: one two'],
    [
      'a credential',
      { error: new Error('https://ann:hunter22@example.com') },
      'failed: https://***@example.com',
    ],
  ])('%s', (_name, fields, expected) => {
    expect(explain('failed', fields)).toBe(expected);
  });
});

describe('showRepeats', () => {
  it('says which release a hook found again, and nothing of new ones', () => {
    const written: string[] = [];
    const terminal = createTerminal({ write: (text: string) => written.push(text) });
    const release = { id: '01J', app: 'web', environment: 'production', tag: 'v1', state: 'healthy' };

    showRepeats(
      {
        releases: [
          { ...release, created: true },
          { ...release, created: false },
        ],
      },
      terminal,
    );
    showRepeats({}, terminal);

    expect(written).toEqual(['  – already known: release 01J of web v1 to production is healthy\n']);
  });
});
