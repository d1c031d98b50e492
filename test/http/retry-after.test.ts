import { expect, test } from 'vitest';
import { retryAfterSeconds } from '../../lib/http/retry-after.ts';

const now = Date.parse('Mon, 23 Nov 2026 04:00:00 GMT');

test.each([
  ['seconds', '120', 120],
  ['none', '0', 0],
  ['with spaces', ' 5 ', 5],
  ['a date', 'Mon, 23 Nov 2026 04:00:30 GMT', 30],
  ['a date in the past', 'Mon, 23 Nov 2026 03:00:00 GMT', 0],
  ['more than an hour', '999999999999', 3600],
  ['next year', 'Tue, 23 Nov 2027 04:00:30 GMT', 3600],
  ['nothing', null, undefined],
  ['an empty one', '', undefined],
  ['a fraction', '1.5', undefined],
  ['a negative number', '-1', undefined],
  ['a word', 'soon', undefined],
])('Retry-After: %s', (_name, header, expected) => {
  expect(retryAfterSeconds(header, now)).toBe(expected);
});
