import { confirm } from './confirm.ts';
import type { Embedding, ManifestDocument } from './document.ts';
import type { Edit } from './format.ts';
import { applySplices, type Splice, spliceFor } from './splice.ts';

/**
 * The text of a document with the edits in it, those of texts within it too.
 * @throws TagboatError `manifest-refused` where it would not read as intended, or something else would change
 */
export const applyEdits = (document: ManifestDocument, edits: readonly Edit[]): string =>
  applySplices(document.text, confirmedSplices(document, edits));

const confirmedSplices = (document: ManifestDocument, edits: readonly Edit[]): readonly Splice[] => {
  const own = edits.filter(({ at }) => at.document === document);
  const texts = [...textsWith(document, edits).values()];
  const splices = [
    ...own.map(spliceFor),
    ...texts.flatMap(({ within, inner }) => inner.map((splice) => moved(splice, within.toOuter))),
  ];
  const changedTexts = texts.map(({ within, inner }) => ({
    at: within.at,
    to: applySplices(String(within.at.node.value), inner),
  }));
  confirm(document, applySplices(document.text, splices), [...own, ...changedTexts]);
  return splices;
};

type ChangedText = { readonly within: Embedding; readonly inner: readonly Splice[] };

/** What changes in the texts that the document holds, by the scalars that hold them. */
const textsWith = (document: ManifestDocument, edits: readonly Edit[]): ReadonlyMap<unknown, ChangedText> => {
  const texts = new Map<unknown, ChangedText>();
  for (const [part, inner] of Map.groupBy(edits, ({ at }) => partOf(at.document, document))) {
    const { within } = part;
    if (part === document || within === undefined) continue;
    const splices = confirmedSplices(part, inner).map((splice) => moved(splice, (at) => within.start + at));
    const known = texts.get(within.at.node)?.inner ?? [];
    texts.set(within.at.node, { within, inner: [...known, ...splices] });
  }
  return texts;
};

/** The document itself, or the one directly within it that has the inner one. */
const partOf = (inner: ManifestDocument, document: ManifestDocument): ManifestDocument => {
  const outer = inner.within?.at.document;
  return inner === document || outer === undefined || outer === document ? inner : partOf(outer, document);
};

const moved = (splice: Splice, to: ((offset: number) => number) | undefined): Splice =>
  to === undefined ? splice : { ...splice, start: to(splice.start), end: to(splice.end) };
