import { expect, test } from 'vitest';
import { notesOf, type Release } from '../../../lib/release/model/release.ts';
import { summarizeRemarks } from '../../../lib/view/remark.ts';

const notesFor = (count: number) => {
  const remarks = summarizeRemarks(
    Array.from({ length: count }, (_, at) => ({
      type: 'mention' as const,
      file: 'a.yml',
      line: at + 1,
      text: 'org/app:v1',
    })),
  );
  return notesOf({ app: 'web', notes: ['a note'], remarks } as unknown as Release);
};

test('what a commit did not touch is a note each, the first five', () => {
  expect(notesFor(0)).toEqual(['a note']);
  expect(notesFor(1)).toEqual([
    'a note',
    'Not changed: a.yml:1 has org/app:v1 in a place that no format reads. A comment `# tagboat: web` behind a value, or its place in `fields`, has it changed with the others.',
  ]);
  expect(notesFor(7)).toHaveLength(7);
  expect(notesFor(7).at(-1)).toBe('… and 2 more such places.');
});
