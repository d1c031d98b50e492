import { expect, test } from 'vitest';
import { timeIn } from '../../lib/sources/payload.ts';

test.each([
  ['seconds', 1_417_566_161, 1_417_566_161_000],
  ['seconds with a fraction', 1_417_566_161.25, 1_417_566_161_250],
  ['seconds as a text', '1417566161', 1_417_566_161_000],
  ['ISO 8601', '2019-11-16T01:54:34Z', 1_573_869_274_000],
  ['nanoseconds, as Go writes them', '2019-11-16T01:54:34.123456789Z', 1_573_869_274_123],
  ['another zone', '2019-11-16T03:54:34+02:00', 1_573_869_274_000],
  ['another zone, without a colon', '2019-11-16T03:54:34.000+0200', 1_573_869_274_000],
  ['no zone', '2019-11-16T01:54:34', undefined],
  ['no such day', '2019-13-45T01:54:34Z', undefined],
  ['another text', 'yesterday', undefined],
  ['no number', Number.NaN, undefined],
  ['before 1970', -1, undefined],
  ['an object', { seconds: 1 }, undefined],
  ['nothing', undefined, undefined],
])('a time that a sender wrote down: %s', (_name, value, expected) => {
  expect(timeIn(value)).toBe(expected);
});
