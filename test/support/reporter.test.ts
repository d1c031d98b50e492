import { expect, it } from 'vitest';
import { againLine, duration, summary } from './reporter.ts';

it.each([
  [7_600, '8 s'],
  [59_400, '59 s'],
  [59_600, '1 min 0 s'],
  [160_000, '2 min 40 s'],
])('%i ms are %s', (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});

it.each([
  [{ failed: 0, passed: 4_163, skipped: 0 }, '4,163 passed in 2 min 40 s'],
  [{ failed: 2, passed: 4_160, skipped: 1 }, '2 failed, 4,160 passed, 1 skipped in 2 min 40 s'],
])('ends with one line', (counts, line) => {
  expect(summary(counts, 160_000)).toBe(line);
});

it('names what runs a failing test again, as a shell and a regular expression take it', () => {
  expect(againLine(7, 'test/a.test.ts', "a (b) > isn't $1")).toBe(
    "TEST_SEED=7 npm test -- test/a.test.ts -t '^a \\(b\\) > isn.t \\$1$'",
  );
  expect(againLine(7, 'test/a.exhaustive.test.ts', 'a')).toBe(
    "TEST_SEED=7 npm run exhaustive -- test/a.exhaustive.test.ts -t '^a$'",
  );
});
