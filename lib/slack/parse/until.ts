import { TagboatError } from '../../errors.ts';
import { instantsOf, plusDays, type WallTime, wallTimeAt } from './zoned-time.ts';

type Now = { readonly now: number; readonly timeZone: string };

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** A hold that stays longer than that should stay until lifted. */
const maxMs = 366 * dayMs;

const examples =
  'an end looks like `until 18:00`, `until tomorrow 9:00`, `until 2026-11-24 18:00` or `for 2h`';

const invalid = (problem: string): TagboatError => new TagboatError('command-invalid', problem);

type TimeOfDay = { readonly hour: number; readonly minute: number };

/** `18:00`, `9:05`, `6pm`, `6:30 pm` */
const timeOfDay = (text: string): TimeOfDay | undefined => {
  const [, hours, minutes, half] = /^(\d{1,2})(?::(\d{2}))?\s?(am|pm)?$/i.exec(text) ?? [];
  if (hours === undefined || (minutes === undefined && half === undefined)) return undefined;
  const minute = Number(minutes ?? 0);
  const given = Number(hours);
  if (half !== undefined && (given < 1 || given > 12)) return undefined;
  const hour = half === undefined ? given : (given % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
  return hour <= 23 && minute <= 59 ? { hour, minute } : undefined;
};

/** `2026-11-24`; undefined for a day that no calendar has. */
const dateOf = (text: string): Omit<WallTime, 'hour' | 'minute'> | undefined => {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const date = new Date(`${text}T00:00:00Z`);
  if (Number.isNaN(date.getTime()) || date.getUTCDate() !== Number(day)) return undefined;
  return { year: Number(year), month: Number(month), day: Number(day) };
};

const checked = (at: number | undefined, words: string, now: number): number => {
  if (at === undefined) throw invalid(`"${words}" has passed`);
  if (at - now > maxMs)
    throw invalid(
      `"${words}" is more than a year away; leave the end out, and lift the hold when it is time`,
    );
  return at;
};

/**
 * When `until …` ends. `18:00` is the next one; `tomorrow` and a date without a time are the beginning of that day. Of a
 * time that comes twice when summer time ends, the one that is still to come.
 * @param words what stands behind `until`, 1 or 2 of them, or 3 where am or pm is a word of its own
 * @throws TagboatError `command-invalid`
 */
export const parseUntil = (words: readonly string[], { now, timeZone }: Now): number => {
  const text = words.join(' ');
  const [first = '', ...rest] = text
    .toLowerCase()
    .replace(/^(\d{4}-\d{2}-\d{2})t(?=\d)/, '$1 ')
    .split(' ');
  const today = wallTimeAt(now, timeZone);
  const coming = (wall: WallTime): number | undefined =>
    instantsOf(wall, timeZone).find((instant) => instant > now);
  const alone = timeOfDay([first, ...rest].join(' '));
  if (alone !== undefined) {
    const next = coming({ ...today, ...alone }) ?? coming({ ...plusDays(today, 1), ...alone });
    return checked(next, `until ${text}`, now);
  }
  const date = first === 'tomorrow' ? plusDays(today, 1) : dateOf(first);
  const time = rest.length === 0 ? { hour: 0, minute: 0 } : timeOfDay(rest.join(' '));
  if (date === undefined || time === undefined)
    throw invalid(
      text === '' ? `"until" needs a time behind it; ${examples}` : `"until ${text}" is no time; ${examples}`,
    );
  return checked(coming({ ...date, ...time }), `until ${text}`, now);
};

const unitMs: Readonly<Record<string, number>> = {
  m: minuteMs,
  h: 60 * minuteMs,
  d: dayMs,
  w: 7 * dayMs,
};

/**
 * When `for …` ends: `2h`, `90m`, `1d`, `1w`, `1h30m`, `2 hours`.
 * @param words what stands behind `for`, 1 or 2 of them
 * @throws TagboatError `command-invalid`
 */
export const parseFor = (words: readonly string[], { now }: Now): number => {
  const text = words.join(' ');
  const compact = text.toLowerCase().replace(/ /g, '');
  const unit = '(?:m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)';
  if (!new RegExp(`^(?:\\d{1,6}${unit}){1,4}$`).test(compact))
    throw invalid(
      text === ''
        ? `"for" needs a duration behind it; ${examples}`
        : `"for ${text}" is no duration; ${examples}`,
    );
  const length = [...compact.matchAll(/(\d+)([mhdw])/g)].reduce(
    (sum, [, count, letter]) => sum + Number(count) * (unitMs[letter ?? ''] ?? 0),
    0,
  );
  if (length === 0) throw invalid(`"for ${text}" is no time at all; ${examples}`);
  return checked(now + length, `for ${text}`, now);
};
