import { familiarName, tryParseImage } from '../../image.ts';
import { claimReference } from '../claim.ts';
import { entries, isBlockScalar, offsetOf, rootOf, type ScalarCursor, scalarsIn, textOf } from '../cursor.ts';
import { digestsWithin } from '../digests.ts';
import type { ManifestDocument } from '../document.ts';
import type { Edit, Format, ImageTarget, Site, Wanted } from '../format.ts';
import { tagAndDigest, withTarget } from '../reference.ts';
import { refuse } from '../refusal.ts';

/**
 * Scalars that a comment behind them marks, in whatever kind of document: `# tagboat: <app>` a whole reference,
 * `# tagboat: <app>:tag`, `:name`, `:digest` a part of one. The idea is Flux's `$imagepolicy` marker:
 * https://fluxcd.io/flux/components/image/imageupdateautomations/#markers
 */
export const marker: Format = {
  name: 'marker',
  find: (document, wanted) => {
    const marks = marksOf(document, wanted);
    const digest = marks.find((mark) => mark.part === 'digest');
    const sites = marks.flatMap((mark) =>
      siteOf(mark, digest).map((site) => ({ ...site, checkAlone: () => refuseStale(mark, marks, wanted) })),
    );
    const others = marks.filter((mark) => mark.part === 'name' || mark.part === 'digest');
    // The name and the digest are no place of their own to report, but belong to the tag.
    const [first, ...rest] = sites;
    if (first === undefined) return others.map(loneSite);
    return [
      {
        ...first,
        edits: (target) => [...first.edits(target), ...others.flatMap((m) => partEdits(m, target))],
      },
      ...rest,
    ];
  },
};

type Part = 'reference' | 'tag' | 'name' | 'digest';
type Mark = { readonly at: ScalarCursor; readonly part: Part };

const markerPattern = /(?<=^|[ \t\n])#[ \t]*tagboat:[ \t]*([^\s:]+)(?::(\S*))?[ \t]*(?=\r?\n|$)/g;

const marksOf = (document: ManifestDocument, wanted: Wanted): readonly Mark[] => {
  const root = rootOf(document);
  if (wanted.app === undefined || root === undefined || !document.text.includes('tagboat:')) return [];
  const scalars = scalarsIn(root);
  return [...document.text.matchAll(markerPattern)].flatMap((match) => {
    const [, app, part] = match;
    if (app !== wanted.app) return [];
    const at = markedBy(document, scalars, match.index);
    if (at === undefined) return [];
    if (part !== undefined && !isPart(part))
      return refuse(document, match.index, `"${part}" is none of tag, name and digest`);
    claimReference(at);
    return [{ at, part: part ?? 'reference' }];
  });
};

const isPart = (text: string): text is Exclude<Part, 'reference'> => ['tag', 'name', 'digest'].includes(text);

/** The value that the comment stands behind; undefined where it is no comment but part of a string. */
const markedBy = (
  document: ManifestDocument,
  scalars: readonly ScalarCursor[],
  offset: number,
): ScalarCursor | undefined => {
  const at = lastBefore(scalars, offset);
  const [start = 0, end = 0] = at?.node.range ?? [];
  const between = document.text.slice(Math.min(end, offset), offset);
  if (at !== undefined && offset < end)
    return isBlockScalar(at) && !document.text.slice(start, offset).includes('\n') ? at : undefined;
  if (at === undefined || !/^[ \t,\]}]*$/.test(between))
    return refuse(document, offset, 'the marker stands behind no value');
  if (start === end) refuse(document, offset, 'the marked value is empty; write "" in its place');
  return at;
};

/** Scalars are in the order of the text, and marks may be as many. */
const lastBefore = (scalars: readonly ScalarCursor[], offset: number): ScalarCursor | undefined => {
  let [low, high] = [0, scalars.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = scalars[middle];
    if (at !== undefined && offsetOf(at.node) <= offset) low = middle + 1;
    else high = middle;
  }
  return scalars[low - 1];
};

const siteOf = ({ at, part }: Mark, digest: Mark | undefined): readonly Site[] => {
  const text = textOf(at);
  if (part === 'reference') {
    const image = tryParseImage(text);
    if (image === undefined)
      return refuse(at.document, offsetOf(at.node), 'the marked value is not an image reference');
    const { tag, digest: ownDigest } = image;
    return [{ at, tag, digest: ownDigest, edits: (target) => [{ at, to: withTarget(text, target) }] }];
  }
  if (part !== 'tag') return [];
  const [tag, ownDigest] = text.split('@', 2);
  return [
    {
      at,
      tag: tag === '' ? undefined : tag,
      digest: digest === undefined ? ownDigest : textOf(digest.at) || undefined,
      edits: (target) => [{ at, to: digest === undefined ? tagAndDigest(target) : target.tag }],
    },
  ];
};

/** A digest beside a marked tag would stay, if it has no marker. One of another app may have its own. */
const refuseStale = ({ at }: Mark, marks: readonly Mark[], { app }: Wanted): void => {
  const { document, holder } = at;
  const beside = holder === undefined ? [] : entries({ ...at, node: holder });
  for (const value of digestsWithin(beside)) {
    if (marks.some((mark) => mark.at.node === value.node)) continue;
    const behind = document.text.slice(value.node.range?.[1]).split('\n', 1)[0] ?? '';
    if (behind.includes('tagboat:')) continue;
    const reason = `the digest beside the marked image has no marker; put \`# tagboat: ${app}:digest\` behind it`;
    refuse(document, offsetOf(value.node), reason);
  }
};

/** Only reached where a document marks a name or a digest and nothing else. */
const loneSite = (mark: Mark): Site => ({
  at: mark.at,
  tag: undefined,
  digest: mark.part === 'digest' ? textOf(mark.at) || undefined : undefined,
  edits: (target) => partEdits(mark, target),
});

const partEdits = ({ at, part }: Mark, target: ImageTarget): readonly Edit[] => {
  if (part === 'digest') return [{ at, to: target.digest ?? '' }];
  return tryParseImage(textOf(at))?.name === target.image ? [] : [{ at, to: familiarName(target.image) }];
};
