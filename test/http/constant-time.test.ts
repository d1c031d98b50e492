import fc from 'fast-check';
import { expect, test } from 'vitest';
import { equalInConstantTime } from '../../lib/constant-time.ts';

test('says the same as ===', () => {
  const text = fc.string({ unit: 'binary', maxLength: 6 });
  fc.assert(
    fc.property(text, text, (left, right) => {
      expect(equalInConstantTime(left, left)).toBe(true);
      expect(equalInConstantTime(left, right)).toBe(left === right);
    }),
  );
});

test.each([
  ['different lengths', 'secret', 'secret1'],
  ['empty and not', '', 'x'],
  ['another case', 'Secret', 'secret'],
])('tells apart: %s', (_name, left, right) => {
  expect(equalInConstantTime(left, right)).toBe(false);
});

test('text equals its UTF-8 bytes', () => {
  expect(equalInConstantTime('ä', Buffer.from('ä'))).toBe(true);
});
