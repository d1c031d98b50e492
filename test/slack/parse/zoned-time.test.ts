import fc from 'fast-check';
import { expect, test } from 'vitest';
import { instantsOf, plusDays, wallTimeAt } from '../../../lib/slack/parse/zoned-time.ts';

const noon = { year: 2026, month: 11, day: 23, hour: 12, minute: 0 };

test.each([
  ['UTC', noon, ['2026-11-23T12:00:00.000Z']],
  ['Europe/Helsinki', noon, ['2026-11-23T10:00:00.000Z']],
  // Clocks go from 02:00 to 03:00, and from 02:00 to 01:00
  ['America/New_York', { ...noon, month: 3, day: 8, hour: 2, minute: 30 }, ['2026-03-08T07:30:00.000Z']],
  [
    'America/New_York',
    { ...noon, month: 11, day: 1, hour: 1, minute: 30 },
    ['2026-11-01T05:30:00.000Z', '2026-11-01T06:30:00.000Z'],
  ],
  // Half an hour
  [
    'Australia/Lord_Howe',
    { ...noon, month: 4, day: 5, hour: 1, minute: 45 },
    ['2026-04-04T14:45:00.000Z', '2026-04-04T15:15:00.000Z'],
  ],
])('in %s, %j is', (timeZone, wall, expected) => {
  expect(instantsOf(wall, timeZone).map((at) => new Date(at).toISOString())).toEqual(expected);
});

test.each([
  ['the end of a month', { ...noon, day: 30 }, 1, { ...noon, month: 12, day: 1 }],
  ['the end of a year', { ...noon, month: 12, day: 31 }, 1, { ...noon, year: 2027, month: 1, day: 1 }],
  ['a leap day', { ...noon, year: 2028, month: 2, day: 28 }, 1, { ...noon, year: 2028, month: 2, day: 29 }],
])('a day later: %s', (_name, wall, days, expected) => {
  expect(plusDays(wall, days)).toEqual(expected);
});

test('what the clocks show at an instant, they show at one of the instants of it', () => {
  const zones = ['UTC', 'Europe/Helsinki', 'America/St_Johns', 'Pacific/Chatham', 'Africa/Casablanca'];
  const minute = fc.integer({ min: Date.UTC(2020, 0) / 60_000, max: Date.UTC(2040, 0) / 60_000 });
  fc.assert(
    fc.property(fc.constantFrom(...zones), minute, (timeZone, minutes) => {
      const at = minutes * 60_000;
      expect(instantsOf(wallTimeAt(at, timeZone), timeZone)).toContain(at);
    }),
  );
});
