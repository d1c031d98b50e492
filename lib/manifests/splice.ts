import { isNull, offsetOf, type ScalarCursor, textOf } from './cursor.ts';
import type { Edit } from './format.ts';
import { readsAsOtherType } from './quoting.ts';
import { refuse } from './refusal.ts';

/** Characters of a document to be replaced. */
export type Splice = { readonly start: number; readonly end: number; readonly text: string };

/**
 * The fewest characters of the file that make the scalar read as `edit.to`: what the old and the new value have in common
 * at the beginning stays, and so do the quotes. A plain scalar that would read as another type is given quotes, and so is
 * what was no text in JSON (`"tag": null`).
 * @throws TagboatError `manifest-refused` where nothing is written and there is no place to write it to
 */
export const spliceFor = ({ at, to }: Edit): Splice => {
  const { document, node } = at;
  const [start = 0, end = 0] = node.range ?? [];
  if (start === end) return spliceBehindColon(at, to);
  const isPlain = node.type === 'PLAIN';
  const isJson =
    typeof node.value !== 'string' && /"\s*:\s*$/.test(document.text.slice(0, start).slice(-100));
  if (isPlain && (isJson || readsAsOtherType(to))) return { start, end, text: `"${to}"` };
  const from = isNull(node) ? document.text.slice(start, end) : textOf(at);
  const common = commonPrefix(from, to);
  const closing = isPlain ? end : end - 1;
  return { start: closing - (from.length - common), end: closing, text: to.slice(common) };
};

/** `tag:` and nothing more, or a comment. */
const spliceBehindColon = (at: ScalarCursor, to: string): Splice => {
  const { document, node } = at;
  const colon = document.text.slice(0, offsetOf(node)).trimEnd().length;
  if (document.text.charAt(colon - 1) !== ':' || node.anchor !== undefined || node.tag !== undefined)
    refuse(document, offsetOf(node), 'there is nothing here yet; write `""` in its place');
  return { start: colon, end: colon, text: readsAsOtherType(to) ? ` "${to}"` : ` ${to}` };
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
