import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../lib/config/load.ts';
import { TagboatError } from '../../lib/errors.ts';
import { edited, example, problemsOf } from './support.ts';

describe('a secret that somebody forgot to seal', () => {
  it.each([
    ['plain', 'hunter2'],
    ['in quotes', '"hunter2"'],
    ['with text after the quotes', '"hunter2" x'],
    ['with an open quote', '"hunter2'],
    ['that looks like an alias', '*hunter2'],
    ['that looks like a tag', '!hunter2 x'],
    ['that looks like an anchor', '&hunter2 x'],
    ['with a colon in it', 'hunter2: hunter2'],
    ['that begins with a reserved character', '@hunter2'],
    ['in a block with a wrong header', '|hunter2'],
    ['in a block', '|\n      hunter2'],
    ['in a list', '[hunter2, {hunter2'],
    ['with an escape', '"hunter2\\q"'],
    ['as another scheme', 'aws:hunter2'],
    ['after kms: and a space', '"kms: hunter2"'],
  ])('is not shown: %s', (_, written) => {
    const problems = problemsOf(edited('password: kms:…\nsources', `password: ${written}\nsources`));

    expect(problems).not.toEqual([]);
    expect(problems.join('\n')).not.toContain('hunter2');
  });
});

describe('any text', () => {
  it('is valid, or refused with the one error', () => {
    const lines = example.split('\n');
    const damaged = fc
      .tuple(
        fc.nat(lines.length - 1),
        fc.oneof(fc.string(), fc.constantFrom('', '- x', '  - {', ': :', '? a', '<<: 1', 'a: &a *a')),
      )
      .map(([index, line]) => lines.with(index, line).join('\n'));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), damaged), (text) => {
        try {
          parseConfig(text);
        } catch (error) {
          expect(error).toBeInstanceOf(TagboatError);
          expect((error as TagboatError).message).toMatch(/^(tagboat\.yml:\d+:\d+: .+(\n|$))+$/);
        }
      }),
      { numRuns: 300 },
    );
  });
});
