import { commonSteps, isWide, type PathStep } from '../field-path.ts';
import { familiarName, tryParseImage } from '../image.ts';
import { type Cursor, entries, offsetOf, type ScalarCursor, scalarOf, textOf } from './cursor.ts';
import { explicitDigests } from './explicit-digests.ts';
import { followPath } from './follow-path.ts';
import type { Site, Wanted } from './format.ts';
import { refuse } from './refusal.ts';
import { tagPairSite } from './tag-pair.ts';

type Paths = {
  /** Undefined: the tag is known to be that of the app's image. */
  readonly name: readonly PathStep[] | undefined;
  readonly tag: readonly PathStep[];
  readonly digest: readonly PathStep[] | undefined;
};

/**
 * The sites of a field whose tag stands by itself: one wherever what the paths have in common leads to.
 * @throws TagboatError `manifest-refused`
 */
export const splitFieldSites = (
  root: Cursor,
  { name, tag, digest }: Paths,
  wanted: Wanted,
): readonly Site[] => {
  const common = commonSteps([tag, name, digest].filter((steps) => steps !== undefined));
  return followPath(root, tag.slice(0, common)).flatMap((base) => {
    const tags = followPath(base, tag.slice(common));
    const names = name === undefined ? undefined : followPath(base, name.slice(common));
    if (tags.length === 0 || names?.length === 0) return [];
    const scalar = names === undefined ? undefined : nameOf(names, wanted, isWide(tag));
    if (names !== undefined && scalar === undefined) return [];
    const digests = explicitDigests(base, digest?.slice(common));
    const known = [...tags, ...(names ?? []), ...digests.map(({ value }) => value)].map(({ node }) => node);
    const beside = followPath(base, tag.slice(common, -1)).flatMap(entries);
    const site = tagPairSite({
      name: scalar,
      names: scalar === undefined ? [] : [String(scalar.path.at(-1))],
      tags,
      tagKey: String(tags[0]?.path.at(-1)),
      others: [...digests, ...beside.filter(({ value }) => !known.includes(value.node))],
    });
    return site === undefined ? [] : [site];
  });
};

/** The scalar that names the app's image; undefined for another image, where the path may lead to several. */
const nameOf = (names: readonly Cursor[], wanted: Wanted, isOneOfMany: boolean): ScalarCursor | undefined => {
  const scalar = scalarOf(names);
  const text = scalar === undefined ? '' : textOf(scalar);
  const image = tryParseImage(text);
  if (image?.name === wanted.image && image.tag === undefined) return scalar;
  const [at] = names;
  if (at === undefined || (isOneOfMany && image?.name !== wanted.image)) return undefined;
  const name = familiarName(wanted.image);
  const reason =
    image?.name === wanted.image
      ? 'the name has a tag too; name it as `path` in `fields`'
      : `the field names another image than ${name}: ${text.slice(0, 200) || 'nothing'}`;
  return refuse(at.document, offsetOf(at.node), reason);
};
