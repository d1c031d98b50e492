import { isScalar } from 'yaml';
import { commonSteps, isWide, type PathStep } from '../field-path.ts';
import { familiarName, tryParseImage } from '../image.ts';
import { type Cursor, child, isBlockScalar, offsetOf, type ScalarCursor, textOf } from './cursor.ts';
import { digestsOf } from './digests-beside.ts';
import { explicitDigests } from './explicit-digests.ts';
import { followPath } from './follow-path.ts';
import type { Site, Wanted } from './format.ts';
import { referenceSite, referenceWithDigests } from './reference.ts';
import { refuse } from './refusal.ts';

type Paths = { readonly path: readonly PathStep[]; readonly digest: readonly PathStep[] | undefined };

/**
 * The sites of a field that has the whole reference. Where the path may lead to several, those of other images are passed
 * over; where it leads to one, it has to be the app's.
 * @throws TagboatError `manifest-refused`
 */
export const wholeFieldSites = (root: Cursor, { path, digest }: Paths, wanted: Wanted): readonly Site[] => {
  const common = digest === undefined ? 0 : commonSteps([path, digest]);
  const isOneOfMany = isWide(path);
  return followPath(root, path.slice(0, common)).flatMap((base) => {
    const digests = explicitDigests(base, digest?.slice(common));
    return followPath(base, path.slice(common, -1)).flatMap((map) =>
      followPath(map, path.slice(-1)).flatMap((at) => {
        if (!isScalar(at.node))
          return isOneOfMany ? [] : refuse(at.document, offsetOf(at.node), 'the field is not text');
        const site = siteAt(at as ScalarCursor, wanted, isOneOfMany);
        if (site === undefined) return [];
        refuseTagBeside(map, site);
        const key = String(site.at.path.at(-1));
        const known = digests.map(({ value }) => value);
        const beside = digestsOf(map, key, known);
        return [referenceWithDigests(site, { name: site.at, names: [key] }, [...digests, ...beside])];
      }),
    );
  });
};

const siteAt = (at: ScalarCursor, wanted: Wanted, isOneOfMany: boolean): Site | undefined => {
  const site = referenceSite(at, wanted);
  if (site !== undefined || isOneOfMany) return site;
  const text = (isBlockScalar(at) ? textOf(at).trim() : textOf(at)).slice(0, 200);
  const name = familiarName(wanted.image);
  const reason =
    text === ''
      ? `the field is empty; write ${name} with its tag there`
      : tryParseImage(text) === undefined
        ? `the field is not an image reference: "${text}"`
        : `the field has another image than ${name}: ${text}`;
  return refuse(at.document, offsetOf(at.node), reason);
};

/** `image: org/app` with `tag: v1` beside it is written as `name` and `tag`: else both would have the tag. */
const refuseTagBeside = (map: Cursor, { at, tag, digest }: Site): void => {
  if (tag !== undefined || digest !== undefined) return;
  const key = String(at.path.at(-1));
  const [beside] = ['tag', 'newTag', `${key}Tag`].flatMap((name) => child(map, name));
  if (beside !== undefined)
    refuse(
      beside.document,
      offsetOf(beside.node),
      'the tag stands beside the field; name the two as `name` and `tag` in `fields`',
    );
};
