import { TagboatError } from '../../errors.ts';
import type { FoundVersion } from '../../view/drift.ts';
import { currentRelease } from '../model/current-release.ts';
import { isUnderWay, type Release } from '../model/release.ts';
import { targetOf } from '../model/target.ts';
import { readToCurrent } from '../record/read-back.ts';
import { type ConfigTips, versionsIn } from './config-tips.ts';
import type { DiscoverContext } from './context.ts';

/** The image is gone from the manifests, or they are. */
const isGone = (error: unknown): boolean =>
  error instanceof TagboatError &&
  (error.code === 'manifest-image-not-found' || error.code === 'manifest-not-found');

const isReleased = (found: FoundVersion, { tag, digest }: Release): boolean =>
  found.tag === tag && (found.digest === undefined || digest === undefined || found.digest === digest);

const isSame = (a: readonly FoundVersion[], b: readonly FoundVersion[]): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

/** A commit may be on its way, of which Git knows before the record does. */
const isAboutToChange = (known: readonly Release[], current: Release): boolean =>
  known.some(({ id, state }) => id > current.id && isUnderWay(state) && state !== 'waiting-for-image');

/**
 * Compares what stands in the manifests of an environment with what was committed last, and keeps what differs: somebody has
 * changed it by hand, which is shown, and left as it is. The manifests are read only where the branch has moved, or another release
 * was committed.
 * @returns true where they differ
 * @throws TagboatError `git-…`, `manifest-…`, `store-unreachable`
 */
export const compareManifests = async (
  place: { readonly app: string; readonly environment: string },
  tips: ConfigTips,
  { config, store, clock }: DiscoverContext,
): Promise<boolean> => {
  const target = targetOf(config, place.app, place.environment);
  const known = await readToCurrent(place, store);
  const current = currentRelease(known);
  if (current?.commit === undefined || isAboutToChange(known, current)) return false;
  const tip = await tips.of(target);
  const before = await store.comparison(place.app, place.environment);
  if (before?.revision === tip.revision && before.release === current.id) return before.drift !== undefined;
  const versions = await versionsIn(tip, target, place.app).catch((error): readonly FoundVersion[] => {
    if (isGone(error)) return [];
    throw error;
  });
  // Another variant of the image has a life of its own.
  const found = versions.filter(({ tag }) => tag === undefined || current.otherTags?.includes(tag) !== true);
  const differs = found.length === 0 || !found.every((version) => isReleased(version, current));
  const isKnown = before?.drift?.release === current.id && isSame(before.drift.found, found);
  const { id, number, tag } = current;
  await store.keepComparison({
    ...place,
    revision: tip.revision,
    release: id,
    drift: differs
      ? {
          found,
          release: id,
          number,
          tag,
          revision: tip.revision,
          since: (isKnown ? before?.drift?.since : undefined) ?? new Date(clock.now()).toISOString(),
        }
      : undefined,
  });
  return differs;
};
