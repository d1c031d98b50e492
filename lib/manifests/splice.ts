import { textOf } from './cursor.ts';
import type { Edit } from './format.ts';
import { readsAsOtherType } from './quoting.ts';

/** Characters of a document to be replaced. */
type Splice = { readonly start: number; readonly end: number; readonly text: string };

/**
 * The fewest characters of the file that make the scalar read as `edit.to`: what the old and the new value have in common
 * at the beginning stays, and so do the quotes. A plain scalar that would read as another type is given quotes.
 */
export const spliceFor = ({ at, to }: Edit): Splice => {
  const [start = 0, end = 0] = at.node.range ?? [];
  const isPlain = at.node.type === 'PLAIN';
  if (isPlain && readsAsOtherType(to)) return { start, end, text: `"${to}"` };
  const from = textOf(at);
  const common = commonPrefix(from, to);
  const closing = isPlain ? end : end - 1;
  return { start: closing - (from.length - common), end: closing, text: to.slice(common) };
};

/** @param splices of places that do not overlap, in any order */
export const applySplices = (text: string, splices: readonly Splice[]): string => {
  let result = '';
  let done = 0;
  for (const { start, end, text: inserted } of splices.toSorted((a, b) => a.start - b.start)) {
    result += text.slice(done, start) + inserted;
    done = end;
  }
  return result + text.slice(done);
};

const commonPrefix = (a: string, b: string): number => {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  return length;
};
