import { isScalar, type Node } from 'yaml';
import { splitDocuments } from '../yaml/split-documents.ts';
import { type Cursor, offsetOf, type ScalarCursor } from './cursor.ts';
import type { ManifestDocument } from './document.ts';
import { parseManifest } from './parse.ts';

/**
 * The manifests that a value holds as text, with the way from their characters to those of the document.
 * @throws TagboatError `manifest-unparsable`, `manifest-refused`
 */
export const embeddedDocuments = (cursor: Cursor): readonly ManifestDocument[] => {
  const documents = known.get(cursor.node) ?? parseWithin(cursor);
  known.set(cursor.node, documents);
  return documents;
};

/** Two formats that look into one text edit one tree. */
const known = new WeakMap<Node, readonly ManifestDocument[]>();

const parseWithin = (cursor: Cursor): readonly ManifestDocument[] => {
  if (!isScalar(cursor.node) || typeof cursor.node.value !== 'string') return [];
  const at = cursor as ScalarCursor;
  const { document } = at;
  const text = cursor.node.value;
  const toOuter = wayOut(at, text);
  return splitDocuments(text).map(({ start, text: part }) => {
    const toFile = (offset: number) => document.toFile(toOuter?.(start + offset) ?? offsetOf(at.node));
    const { file, places, index } = document;
    return parseManifest({ file, places, index, toFile, within: { at, start, toOuter } }, part);
  });
};

/** Where a literal block scalar, or a quoted one on one line and without escapes, has each character of its value. */
const wayOut = (
  { document, node }: ScalarCursor,
  value: string,
): ((offset: number) => number) | undefined => {
  const [start = 0, end = 0] = node.range ?? [];
  const source = document.text.slice(start, end);
  if (node.type === 'BLOCK_LITERAL') return wayOutOfBlock(source, start, value);
  const before = node.type === 'PLAIN' ? 0 : 1;
  return source.slice(before, source.length - before) === value
    ? (offset) => start + before + offset
    : undefined;
};

const wayOutOfBlock = (source: string, start: number, value: string) => {
  const header = source.indexOf('\n') + 1;
  if (header === 0) return undefined;
  const lines: { readonly from: number; readonly to: number }[] = [];
  let from = 0;
  let to = start + header;
  const written = source.slice(header).split('\n');
  for (const [index, line] of value.split('\n').entries()) {
    const whole = written[index] ?? '';
    const content = whole.replace(/\r$/, '');
    if (line !== '' && !content.endsWith(line)) return undefined;
    const indent = line === '' ? 0 : content.length - line.length;
    lines.push({ from, to: to + indent });
    from += line.length + 1;
    to += whole.length + 1;
  }
  return (offset: number): number => {
    const line = lines.findLast((one) => one.from <= offset) ?? { from: 0, to: start };
    return line.to + offset - line.from;
  };
};
