import { type ErrorCode, TagboatError } from '../errors.ts';

/** What a refusal needs to name the place: the file, and where in it an offset of the document is. */
export type Located = {
  readonly file: string;
  readonly fileText: string;
  toFile(offset: number): number;
};

/** Line and column of an offset, both from 1. A byte order mark takes no column: editors do not show it. */
export const placeAt = (text: string, offset: number): { line: number; column: number } => {
  let line = 1;
  let lineStart = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  for (let newline = text.indexOf('\n'); newline !== -1 && newline < offset; ) {
    line += 1;
    lineStart = newline + 1;
    newline = text.indexOf('\n', lineStart);
  }
  return { line, column: Math.max(offset - lineStart, 0) + 1 };
};

/**
 * Ends the work on a file; nothing of it is written.
 * @param offset within the document
 * @throws TagboatError always
 */
export const fail = (document: Located, offset: number, code: ErrorCode, reason: string): never => {
  throw new TagboatError(code, reason, {
    at: { file: document.file, ...placeAt(document.fileText, document.toFile(offset)) },
  });
};

/** @throws TagboatError `manifest-refused` */
export const refuse = (document: Located, offset: number, reason: string): never =>
  fail(document, offset, 'manifest-refused', reason);
