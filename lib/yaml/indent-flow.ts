import { type FlowSpan, flowSpan } from './flow-lines.ts';

/** Spaces to be put in at an offset of a text. */
type Insertion = { readonly at: number; readonly count: number };

/** A text with spaces put in, and the way back to the offsets of the original. */
export type IndentedText = {
  readonly text: string;
  readonly insertions: readonly Insertion[];
  toOriginal(offset: number): number;
};

/** More spaces than this are not put in: a short text could stand for a very long one. */
const maxSpaces = 4 * 1024 * 1024;

export const unindented = (text: string): IndentedText => ({
  text,
  insertions: [],
  toOriginal: (offset) => offset,
});

/**
 * Indents the lines of a quoted scalar or a flow collection more than whatever it stands in. What it means stays: the
 * indentation of these lines is no part of any value.
 * @param done the original with what was indented before
 * @param start offset of the quote or bracket in the original
 * @returns undefined where there is nothing (more) to indent
 */
export const indentFlow = (original: string, done: IndentedText, start: number): IndentedText | undefined => {
  const lines = flowSpan(original, start)?.lines ?? [];
  const known = new Set(done.insertions.map(({ at }) => at));
  const fresh = lines.filter((at) => !known.has(at));
  const count = spacesFor(original, start);
  if (fresh.length === 0 || fresh.length * count > maxSpaces) return undefined;
  return indentedBy(original, [...done.insertions, ...fresh.map((at) => ({ at, count }))]);
};

/** The same for several at once. @param spans in the order of the text, none within another */
export const indentSpans = (original: string, spans: readonly FlowSpan[]): IndentedText | undefined => {
  const insertions: Insertion[] = [];
  let spaces = 0;
  for (const { start, lines } of spans) {
    const count = spacesFor(original, start);
    spaces += lines.length * count;
    if (spaces > maxSpaces) return undefined;
    for (const at of lines) insertions.push({ at, count });
  }
  return insertions.length === 0 ? undefined : indentedBy(original, insertions);
};

/** How many spaces are enough for a line of what begins at an offset, however few it has itself. */
export const spacesFor = (text: string, start: number): number => {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  return (/^[ ?-]*/.exec(text.slice(lineStart, start))?.[0].length ?? 0) + 1;
};

const indentedBy = (original: string, inserted: readonly Insertion[]): IndentedText => {
  const insertions = inserted.toSorted((a, b) => a.at - b.at);
  return { text: insert(original, insertions), insertions, toOriginal: wayBack(insertions) };
};

const insert = (text: string, insertions: readonly Insertion[]): string => {
  const parts: string[] = [];
  let done = 0;
  for (const { at, count } of insertions) {
    parts.push(text.slice(done, at), ' '.repeat(count));
    done = at;
  }
  return parts.join('') + text.slice(done);
};

const wayBack = (insertions: readonly Insertion[]) => {
  const moved: { readonly from: number; readonly by: number; readonly at: number }[] = [];
  let by = 0;
  for (const { at, count } of insertions) {
    moved.push({ from: at + by, by: by + count, at });
    by += count;
  }
  return (offset: number): number => {
    let [low, high] = [0, moved.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((moved[middle]?.from ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    const last = moved[low - 1];
    return last === undefined ? offset : Math.max(offset - last.by, last.at);
  };
};
