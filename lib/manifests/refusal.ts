import { type ErrorCode, TagboatError } from '../errors.ts';

/** Line and column of an offset in a file, both from 1. A byte order mark takes no column: editors do not show it. */
export type Places = (offset: number) => { readonly line: number; readonly column: number };

/** What a refusal needs to name the place: the file, and where in it an offset of the document is. */
export type Located = {
  readonly file: string;
  readonly places: Places;
  toFile(offset: number): number;
};

/** The lines are looked for once, when the first place is asked for. */
export const placesIn = (text: string): Places => {
  let known: readonly number[] | undefined;
  return (offset) => {
    known ??= lineStarts(text);
    let [low, high] = [1, known.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((known[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return { line: low, column: Math.max(offset - (known[low - 1] ?? 0), 0) + 1 };
  };
};

const lineStarts = (text: string): readonly number[] => {
  const starts = [text.charCodeAt(0) === 0xfeff ? 1 : 0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
};

/** Where an offset of a document is in its file. */
export const placeIn = ({ places, toFile }: Located, offset: number): ReturnType<Places> =>
  places(toFile(offset));

/**
 * Ends the work on a file; nothing of it is written.
 * @param offset within the document
 * @throws TagboatError always
 */
export const fail = (document: Located, offset: number, code: ErrorCode, reason: string): never => {
  throw new TagboatError(code, reason, {
    at: { file: document.file, ...placeIn(document, offset) },
  });
};

/** @throws TagboatError `manifest-refused` */
export const refuse = (document: Located, offset: number, reason: string): never =>
  fail(document, offset, 'manifest-refused', reason);
