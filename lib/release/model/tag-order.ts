import semver from 'semver';
import type { TagOrder } from '../../config/types.ts';
import { compareRuns, runsOf } from './number-runs.ts';

/**
 * Compares two versions.
 * @returns negative where the first is older, 0 where neither is; undefined where the order cannot read one of them, or has
 *   nothing to say about the two
 */
type Order = (a: string, b: string) => number | undefined;

/** By precedence, so that build metadata does not count: https://semver.org/#spec-item-11 */
const bySemver: Order = (a, b) => {
  const [left, right] = [semver.parse(a), semver.parse(b)];
  return left === null || right === null ? undefined : semver.compare(left, right);
};

const byNumbers: Order = (a, b) => compareRuns(runsOf(a), runsOf(b));

/** Numbers with `.`, `-`, `_`, or between date and time a `T`, between them. */
const datePattern = /^[vV]?(\d+(?:[._T-]\d+)*)Z?$/;
const compactDate = /^(\d{4})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:(\d\d)(\d\d)?(\d\d)?)?$/;

type CalendarVersion = {
  /** What stands before the date: the dates of two words have no order. */
  readonly word: string;
  readonly numbers: readonly bigint[];
  /** Years of two and of four digits are not compared: which century is meant, nobody says. */
  readonly yearDigits: number;
};

/** https://calver.org; `20261127` and `202611271430` are dates as well. */
const calendarVersionOf = (version: string): CalendarVersion | undefined => {
  const start = version.search(/(?<![0-9A-Za-z.])[vV]?\d/);
  const word = version.slice(0, Math.max(start, 0));
  const [, numbers] = datePattern.exec(version.slice(word.length)) ?? [];
  if (numbers === undefined) return undefined;
  const [first = '', ...rest] = numbers.split(/[._T-]/);
  const [year = first, ...within] =
    compactDate
      .exec(first)
      ?.slice(1)
      .filter((part) => part !== undefined) ?? [];
  return {
    word,
    numbers: [year, ...within, ...rest].map(BigInt),
    yearDigits: Math.max(year.length, 2),
  };
};

/** Number by number; where one ends before the other, it is the older one: `2026.11` is older than `2026.11.1`. */
const byDate: Order = (a, b) => {
  const [left, right] = [calendarVersionOf(a), calendarVersionOf(b)];
  if (left === undefined || right === undefined) return undefined;
  if (left.word !== right.word || left.yearDigits !== right.yearDigits) return undefined;
  const at = left.numbers.findIndex((number, index) => number !== right.numbers[index]);
  const [one, other] =
    at === -1 ? [undefined, right.numbers[left.numbers.length]] : [left.numbers[at], right.numbers[at]];
  if (one === other) return 0;
  return one === undefined || (other !== undefined && one < other) ? -1 : 1;
};

/** By code points, as `LC_ALL=C sort` does: upper case comes before lower case, and `10` before `9`. */
const byCharacters: Order = (a, b) => (a === b ? 0 : a < b ? -1 : 1);

/** What each order makes of two versions; `time` has nothing to say about their names. */
export const orders: Readonly<Record<TagOrder, Order>> = {
  semver: bySemver,
  numeric: byNumbers,
  calver: byDate,
  alphabetical: byCharacters,
  time: () => undefined,
};
