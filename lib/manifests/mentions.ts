import { tryParseImage } from '../image.ts';
import { offsetOf, rootOf, type ScalarCursor, scalarsIn } from './cursor.ts';
import type { Wanted } from './format.ts';
import { mayCarry } from './mention.ts';
import type { DocumentSites } from './read-sites.ts';

/** A reference to the image where no format reads it. */
export type Mention = {
  readonly at: ScalarCursor;
  /** Offset in the document. */
  readonly offset: number;
  /** As it is written. */
  readonly text: string;
  /** Without one, it says nothing that a release would have to change. */
  readonly hasVersion: boolean;
};

/** What may stand around a reference in a larger text: quotes, brackets, and what separates words. */
const separators = /[\s"'`,;=<>(){}|\\]+|\/\//;

/** Every reference to the image in a value of a document, but for those that are among its sites. */
export const mentionsIn = (
  { document, sites, embedded }: DocumentSites,
  wanted: Wanted,
): readonly Mention[] => {
  const known = new Set<unknown>([
    ...sites.map(({ at }) => at.node),
    ...embedded.map(({ within }) => within?.at.node),
  ]);
  return [document, ...embedded].flatMap((one) => {
    const root = rootOf(one);
    return root === undefined
      ? []
      : scalarsIn(root).flatMap((at) => (known.has(at.node) ? [] : mentionsAt(at, wanted)));
  });
};

const mentionsAt = (at: ScalarCursor, wanted: Wanted): readonly Mention[] => {
  const { node, document } = at;
  const image = { image: wanted.image };
  if (typeof node.value !== 'string' || !mayCarry(node.value, image)) return [];
  const words = new Set(node.value.split(separators).map((word) => word.replace(/[.:]+$/, '')));
  return [...words].flatMap((text): readonly Mention[] => {
    const found = tryParseImage(text);
    const hasVersion = found?.tag !== undefined || found?.digest !== undefined;
    // `app` by itself is a name that anything may have.
    if (found?.name !== wanted.image || (!hasVersion && !text.includes('/'))) return [];
    const start = offsetOf(node);
    const inner = document.text.slice(start, node.range?.[1]).indexOf(text);
    return [{ at, offset: start + Math.max(inner, 0), text, hasVersion }];
  });
};
