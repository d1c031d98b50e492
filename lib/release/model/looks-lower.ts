import { compareRuns, type Run, runsOf } from './number-runs.ts';

/** A date, with a time perhaps, or seconds since 1970 in the years 2014 to 2033. */
const isTime = (digits: string): boolean =>
  /^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d{2}){0,3}$/.test(digits) ||
  /^1[4-9]\d{8}$/.test(digits);

/** All digits, behind the `g` of git describe perhaps: Git abbreviates the hash of a commit to 7 or more. */
const mayBeHash = (word: string): boolean => /^g?\d{7,}$/.test(word) && !isTime(word);

/** `rc10`, `b4320` and `1e10`: what stands before a number may be anything. It has to be the same, as no two hashes have it. */
const numbered = /^(.*[A-Za-z])(\d+)$/;

const runsOfWord = (word: string): readonly Run[] => {
  if (mayBeHash(word)) return [{ text: word }];
  const bare = word.replace(/^[vV](?=\d)/, '');
  if (/^\d+$/.test(bare)) return runsOf(bare);
  const [, text, number] = numbered.exec(bare) ?? [];
  return text === undefined || number === undefined
    ? [{ text: bare }]
    : [{ text }, { number: BigInt(number) }];
};

/** A prerelease, by its word behind a number: `2.0.0-rc1`, `2.0.0.Beta2`, `2.0.0-SNAPSHOT`, and of Python `2.0.0rc1` and `2.0.0b1`. */
const prerelease =
  /(?<=\d)(?:[-._~]?(alpha|beta|rc|cr|pre|preview|dev|snapshot|milestone|canary|nightly|next)(?![A-Za-z])|[-.](m)(?=\d)|(?<=\.\d+)([abc])(?=\d{1,3}(?![0-9A-Za-z])))/i;

const stageNames: Readonly<Record<string, string>> = { a: 'alpha', b: 'beta', c: 'rc', cr: 'rc' };

const wordsOf = (text: string): readonly Run[] =>
  (text.match(/[0-9A-Za-z]+|[^0-9A-Za-z]+/g) ?? []).flatMap((part) =>
    /^[0-9A-Za-z]/.test(part) ? runsOfWord(part) : [{ text: part }],
  );

/** A tag in words, with what is between them; numbers and the stage of a prerelease are what may have an order, all else is text. */
const shapeOf = (tag: string): readonly Run[] => {
  const found = prerelease.exec(tag);
  if (found === null) return wordsOf(tag);
  const [whole, ...names] = found;
  const name = (names.find((one) => one !== undefined) ?? '').toLowerCase();
  const stage = stageNames[name] ?? name;
  return [
    ...wordsOf(tag.slice(0, found.index)),
    { stage },
    ...wordsOf(tag.slice(found.index + whole.length)),
  ];
};

/**
 * Whether a tag looks lower than another one, to somebody who knows nothing about how tags are given: word by word from the
 * left, they are the same up to a number, and that is lower; or up to where it is the prerelease of the other. What may be the hash
 * of a commit is no number, and behind the first word that differs otherwise nothing is compared. True of `release-1.9.3` and
 * `release-1.10.0`, `build-41` and `build-42`, `2.0.0-rc1` and `2.0.0`; not of `1.4.0-0abc999` and `1.4.0-f00d123`, nor of
 * `1.6.0-1-g1234567` and `1.6.0`, either way. Pure.
 */
export const looksLower = (tag: string, than: string): boolean =>
  (compareRuns(shapeOf(tag), shapeOf(than)) ?? 0) < 0;
