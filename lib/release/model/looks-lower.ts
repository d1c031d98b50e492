import { compareRuns, type Run, runsOf } from './number-runs.ts';

/** A date, with a time perhaps, or seconds since 1970 in the years 2014 to 2033. */
const isTime = (digits: string): boolean =>
  /^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d{2}){0,3}$/.test(digits) ||
  /^1[4-9]\d{8}$/.test(digits);

/** Git abbreviates the hash of a commit to 7 digits or more, and to 4 where it is told to. */
const mayBeHash = (word: string): boolean =>
  /^\d{7,}$/.test(word) ? !isTime(word) : /^g?(?=.*[a-f])(?=.*\d)[0-9a-f]{4,}$/.test(word);

/** Letters and then a number: `rc10`, `build42`. The `v` of a version is no letter of it. */
const numbered = /^(?:[vV]|[A-Za-z]+)?\d+$/;

const runsOfWord = (word: string): readonly Run[] => {
  if (mayBeHash(word) || !numbered.test(word)) return [{ text: word }];
  return runsOf(word.replace(/^[vV](?=\d)/, ''));
};

/** A tag in words, with what is between them; numbers are what may have an order, all else is text. */
const shapeOf = (tag: string): readonly Run[] =>
  (tag.match(/[0-9A-Za-z]+|[^0-9A-Za-z]+/g) ?? []).flatMap((part) =>
    /^[0-9A-Za-z]/.test(part) ? runsOfWord(part) : [{ text: part }],
  );

/**
 * Whether a tag looks lower than another one, to somebody who knows nothing about how tags are given: word by word from the
 * left, they are the same up to a number, and that is lower. What may be the hash of a commit is no number, and behind the first
 * word that differs otherwise nothing is compared. True of `release-1.9.3` and `release-1.10.0`, `build-41` and `build-42`; not
 * of `1.4.0-0abc999` and `1.4.0-f00d123`, nor of `1.6.0-1-g1234567` and `1.6.0`, either way. Pure.
 */
export const looksLower = (tag: string, than: string): boolean =>
  (compareRuns(shapeOf(tag), shapeOf(than)) ?? 0) < 0;
