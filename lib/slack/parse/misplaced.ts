import { isTag } from '../../image.ts';
import { nearest } from '../nearest.ts';
import { find } from './names.ts';

/** `#7` is the number of a release. */
const isNumber = (word: string): boolean => /^#\d{1,7}$/.test(word);

/** True for a word that more probably is a tag, or the number of a release, than an environment: it has a digit. */
const seemsTag = (word: string, environments: readonly string[]): boolean =>
  isNumber(word) || (/\d/.test(word) && isTag(word) && nearest(word, environments).length === 0);

/** `/undo web v1.11.0` and `/undo web production v1.11.0`: what was probably meant, or undefined. */
export const missingTo = (
  app: string,
  words: readonly string[],
  environments: readonly string[],
): string | undefined => {
  const named = find(words[0] ?? '', environments);
  const [tag, ...more] = named === undefined ? words : words.slice(1);
  if (tag === undefined || more.length > 0 || !seemsTag(tag, environments)) return undefined;
  return `/undo ${app}${named === undefined ? '' : ` ${named}`} to ${tag}`;
};

/** `web v1.11.0 production`, also with `to` between the two: an environment behind its tag; what was probably meant, or undefined. */
export const swapped = (
  start: string,
  words: readonly string[],
  environments: readonly string[],
): string | undefined => {
  const [tag, last, ...more] = words.filter((word) => word.toLowerCase() !== 'to');
  if (tag === undefined || more.length > 0 || !isTag(tag)) return undefined;
  if (last === undefined) return words.length > 1 ? `${start} ${tag}` : undefined;
  const named = find(last, environments);
  return named === undefined ? undefined : `${start} ${named} ${tag}`;
};
