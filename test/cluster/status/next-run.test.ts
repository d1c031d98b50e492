import { expect, test } from 'vitest';
import { nextRun } from '../../../lib/cluster/status/next-run.ts';
import { templateNotes } from '../../../lib/cluster/status/template-status.ts';
import { workload } from '../support/fixture.ts';

const now = Date.parse('2026-11-27T20:00:30Z');

test.each([
  ['0 3 * * *', 'UTC', '2026-11-28T03:00:00.000Z'],
  ['*/5 * * * *', 'UTC', '2026-11-27T20:05:00.000Z'],
  ['@daily', 'UTC', '2026-11-28T00:00:00.000Z'],
  ['0 3 * * *', 'Europe/Berlin', '2026-11-28T02:00:00.000Z'],
  ['0 9 * * MON-FRI', 'America/New_York', '2026-11-30T14:00:00.000Z'],
  // Either of the two, as cron has it: https://man7.org/linux/man-pages/man5/crontab.5.html
  ['0 0 13 * 5', 'UTC', '2026-12-04T00:00:00.000Z'],
  ['0 0 29 2 *', 'UTC', '2028-02-29T00:00:00.000Z'],
])('%s in %s is due at %s', (schedule, timeZone, expected) => {
  expect(new Date(nextRun(schedule, timeZone, now) ?? Number.NaN).toISOString()).toBe(expected);
});

test.each([
  ['@every 1h', 'UTC'],
  ['0 0 31 2 *', 'UTC'],
  ['nonsense', 'UTC'],
  ['0 3 * * *', 'Mars/Olympus'],
])('%s in %s is not known', (schedule, timeZone) => {
  expect(nextRun(schedule, timeZone, now)).toBeUndefined();
});

test.each([
  [{ schedule: '0 3 * * *' }, 'CronJob shop/nightly runs next at 2026-11-28 03:00 UTC (0 3 * * *).'],
  [
    { schedule: '0 3 * * *', timeZone: 'Europe/Berlin' },
    'CronJob shop/nightly runs next at 2026-11-28 02:00 UTC (0 3 * * * in Europe/Berlin).',
  ],
  [{ schedule: '@every 1h' }, 'CronJob shop/nightly runs next by its schedule, @every 1h.'],
  [
    { schedule: '0 3 * * *', suspend: true },
    'CronJob shop/nightly is suspended (spec.suspend): it does not run before somebody lets it.',
  ],
])('a CronJob with %j says so', (spec, expected) => {
  const ref = { apiVersion: 'batch/v1', kind: 'CronJob', namespace: 'shop', name: 'nightly' };
  expect(templateNotes(ref, workload('Deployment', spec), now)).toEqual([expected]);
});
