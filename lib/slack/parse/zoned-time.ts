/** A day and a time on the clocks of some place. Months count from 1. */
export type WallTime = {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
};

const formatOf = (timeZone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });

/** What the clocks show at an instant, as if it were UTC, in milliseconds; to the second. */
const shownAt = (at: number, format: Intl.DateTimeFormat): number => {
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
};

const utcOf = ({ year, month, day, hour, minute }: WallTime): number =>
  Date.UTC(year, month - 1, day, hour, minute);

/** What the clocks in a zone show at an instant, in milliseconds since 1970. @param timeZone IANA name */
export const wallTimeAt = (at: number, timeZone: string): WallTime => {
  const shown = new Date(shownAt(at, formatOf(timeZone)));
  return {
    year: shown.getUTCFullYear(),
    month: shown.getUTCMonth() + 1,
    day: shown.getUTCDate(),
    hour: shown.getUTCHours(),
    minute: shown.getUTCMinutes(),
  };
};

const dayMs = 86_400_000;

/**
 * The instants at which the clocks in a zone show a time, in order: one on most days, two in the hour that comes twice when
 * summer time ends. A time in the hour that is left out when summer time begins is read as if the clocks had not been put
 * forward, as RFC 5545 and Temporal have it ("compatible").
 */
export const instantsOf = (wall: WallTime, timeZone: string): readonly number[] => {
  const format = formatOf(timeZone);
  const asUtc = utcOf(wall);
  // No zone is more than 14 hours from UTC, and clocks are not changed twice within two days
  const offsets = [asUtc - dayMs, asUtc + dayMs].map((at) => shownAt(at, format) - at);
  const candidates = [...new Set(offsets.map((offset) => asUtc - offset))].sort((a, b) => a - b);
  const right = candidates.filter((at) => shownAt(at, format) === asUtc);
  return right.length > 0 ? right : [asUtc - (offsets[0] ?? 0)];
};

/** The same time so many days later on the calendar. */
export const plusDays = (wall: WallTime, days: number): WallTime => {
  const moved = new Date(Date.UTC(wall.year, wall.month - 1, wall.day + days));
  return {
    ...wall,
    year: moved.getUTCFullYear(),
    month: moved.getUTCMonth() + 1,
    day: moved.getUTCDate(),
  };
};
