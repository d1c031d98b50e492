import { maxReasonLength } from '../action.ts';
import { unquoted, type Word } from './words.ts';

const shortened = (text: string): string =>
  text.length <= maxReasonLength
    ? text
    : `${text.slice(0, maxReasonLength - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;

/**
 * A hold's words, and the reason behind them in its original spelling. A reason stands behind `because`, a dash that stands
 * alone, or a word that ends with a colon (no name and no tag does); or it is a text of several words in double quotes at
 * the end.
 * @param text as typed, in which the words have their places
 * @param words from the app on; what the app is called never begins a reason
 */
export const splitReason = (
  text: string,
  words: readonly Word[],
): { readonly words: readonly Word[]; readonly reason?: string } => {
  const quote = /["“„][^"“”„]+["“”]$/.exec(text.trimEnd())?.index;
  const quoted = words.findIndex(({ start }, index) => index > 0 && start === quote);
  const marker = words.findIndex(({ text: word }, index) => isColoned(word) || (index > 0 && isMarker(word)));
  const word = words[marker];
  if (word !== undefined && (quoted === -1 || marker < quoted)) {
    const kept = isMarker(word.text) ? [] : [{ ...word, text: word.text.slice(0, -1) }];
    return withReason([...words.slice(0, marker), ...kept], text.slice(word.end));
  }
  // One word in quotes is a name that was copied with them
  if (quoted === -1 || quoted === words.length - 1) return { words };
  return withReason(words.slice(0, quoted), text.slice(quote));
};

const isMarker = (word: string): boolean => /^(?:because[:,]?|--?|[–—:])$/i.test(word);
const isColoned = (word: string): boolean => word.length > 1 && word.endsWith(':') && !isMarker(word);

const withReason = (words: readonly Word[], raw: string) => {
  const text = raw.replace(/\s+/g, ' ').trim();
  // A quotation within it keeps its quotes
  const reason = shortened(/^["“„].*["“”]$/.test(text) ? unquoted(text) : text);
  return { words, ...(reason === '' ? {} : { reason }) };
};
