import { TagboatError } from '../../errors.ts';
import type { ImageUse } from '../../manifests/rewrite.ts';
import type { Remark } from '../../view/remark.ts';
import { currentRelease } from '../model/current-release.ts';
import { type Division, dividePlaces } from '../model/own-places.ts';
import type { Release } from '../model/release.ts';
import { sharersOf } from '../model/sharers.ts';
import { schemeOf } from '../model/tag-scheme.ts';
import type { TargetedRelease } from '../model/target.ts';
import type { Context } from '../queue/context.ts';
import { readToCurrent } from '../record/read-back.ts';

/** Which places of the manifests a release is about, and what is left of the others. */
export type OwnPlaces = {
  readonly uses: readonly ImageUse[];
  /** By the tag that a place has now; undefined where all are meant. */
  readonly only: ((tag: string | undefined) => boolean) | undefined;
  readonly otherTags: readonly string[] | undefined;
  readonly remarks: readonly Remark[];
};

/**
 * The places of a release, apart from those of another variant of its image; see `dividePlaces`.
 * @throws TagboatError `manifest-refused` where nobody can tell; `store-unreachable`
 */
export const findOwnPlaces = async (
  one: TargetedRelease,
  uses: readonly ImageUse[],
  context: Context,
): Promise<OwnPlaces> => {
  const division = await divide(one, uses, context);
  if (division.type === 'all') return { uses, only: undefined, otherTags: undefined, remarks: [] };
  if (division.type === 'unclear') {
    const { file, line, column } = division.place;
    throw new TagboatError('manifest-refused', division.message, { at: { file, line, column } });
  }
  const { tags, others } = division;
  return {
    uses: uses.filter(({ tag }) => tags.has(tag)),
    only: (tag) => tags.has(tag),
    otherTags: [...new Set(others.flatMap(({ tag }) => tag ?? []))],
    remarks: others.flatMap(({ file, line, tag }): readonly Remark[] =>
      tag === undefined ? [] : [{ type: 'other-variant', file, line, tag }],
    ),
  };
};

const divide = async (
  { release, target }: TargetedRelease,
  uses: readonly ImageUse[],
  context: Context,
): Promise<Division<ImageUse>> => {
  const sharers = sharersOf(release, target, context.config);
  const isOne = new Set(uses.map(({ tag }) => tag)).size < 2;
  if (isOne && sharers.length === 0) return { type: 'all' };
  const before = await releasedBefore(release, context);
  // An earlier attempt may have pushed it.
  const own = release.changes === undefined ? [] : [release];
  return dividePlaces(uses, {
    tag: release.tag,
    by: release.kind === 'undo' ? 'undo' : release.byHand === true ? 'person' : 'hook',
    scheme: schemeOf(target),
    released: [...before, ...own].map(({ tag }) => tag),
    hadOthers: before.some(({ otherTags = [] }) => otherTags.length > 0),
    sharers,
  });
};

/** What stands there by a release, although the policy may not admit it: it was released by hand, and may be undone now. */
const releasedBefore = async (release: Release, { store }: Context): Promise<readonly Release[]> => {
  const known = await readToCurrent(release, store);
  const undone = known.find(({ id }) => id === release.undoes);
  return [currentRelease(known), undone].flatMap((one) => (one?.commit === undefined ? [] : [one]));
};
