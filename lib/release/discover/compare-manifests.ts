import { createHash } from 'node:crypto';
import { type ErrorCode, TagboatError } from '../../errors.ts';
import type { Snapshot } from '../../git/remote.ts';
import type { Drift, FoundVersion } from '../../view/drift.ts';
import { findOwnPlaces } from '../commit/divide-places.ts';
import { currentRelease } from '../model/current-release.ts';
import { isUnderWay, type Release } from '../model/release.ts';
import { othersWithImage, sharersOf } from '../model/sharers.ts';
import { schemeOf } from '../model/tag-scheme.ts';
import { type Target, type TargetedRelease, targetOf } from '../model/target.ts';
import { readToCurrent } from '../record/read-back.ts';
import { type ConfigTips, usesIn } from './config-tips.ts';
import type { DiscoverContext } from './context.ts';

type Place = { readonly app: string; readonly environment: string };

/** What the manifests have, or why that cannot be read. */
type Found = Pick<Drift, 'found' | 'unreadable'>;

/** The image is gone from the manifests, or they are. */
const gone: ReadonlySet<ErrorCode> = new Set([
  'manifest-image-not-found',
  'manifest-field-not-found',
  'manifest-not-found',
]);
/** The next release would fail for it. */
const unreadable: ReadonlySet<ErrorCode> = new Set(['manifest-unparsable', 'manifest-refused']);

const isReleased = (found: FoundVersion, { tag, digest }: Release): boolean =>
  found.tag === tag && (found.digest === undefined || digest === undefined || found.digest === digest);

const isSame = (a: Found, b: Found): boolean =>
  JSON.stringify([a.found, a.unreadable]) === JSON.stringify([b.found, b.unreadable]);

/** A commit may be on its way, of which Git knows before the record does. */
const isAboutToChange = (known: readonly Release[], current: Release): boolean =>
  known.some(({ id, state }) => id > current.id && isUnderWay(state) && state !== 'waiting-for-image');

/** Of all in tagboat.yml that says where the image stands, and whose a place is. */
const fingerprintOf = (place: Place, target: Target, { config }: DiscoverContext): string => {
  const others = othersWithImage(place, target, config).map((other) => other.target);
  const said = [target, ...others].map((one) => [
    one.app.image,
    one.environment.files,
    one.environment.fields,
    schemeOf(one),
  ]);
  return createHash('sha256').update(JSON.stringify(said)).digest('base64url');
};

/** The versions in its own places, once each: another variant of the image has a life of its own. */
const ownVersions = async (
  one: TargetedRelease,
  tip: Snapshot,
  context: DiscoverContext,
): Promise<readonly FoundVersion[]> => {
  const { release, target } = one;
  const all = await usesIn(tip, target, release.app);
  const sharers = sharersOf(release, target, context.config);
  const isShared = sharers.some(({ matches }) => all.some(({ file }) => matches(file)));
  // One that had every place for its own still has.
  const uses =
    release.otherTags === undefined && !isShared ? all : (await findOwnPlaces(one, all, context)).uses;
  return [...new Map(uses.map(({ tag, digest }) => [`${tag}@${digest}`, { tag, digest }])).values()];
};

const read = async (one: TargetedRelease, tip: Snapshot, context: DiscoverContext): Promise<Found> => {
  try {
    return { found: await ownVersions(one, tip, context) };
  } catch (error) {
    if (!(error instanceof TagboatError)) throw error;
    const { code, message } = error;
    if (gone.has(code)) return { found: [] };
    if (unreadable.has(code)) return { found: [], unreadable: { code, message } };
    throw error;
  }
};

/**
 * Compares what stands in the manifests of an environment with what was committed last, and keeps what differs: somebody has
 * changed it by hand, which is shown, and left as it is. The manifests are read only where the branch has moved, another release
 * was committed, or tagboat.yml says something else of them.
 * @returns true where they differ
 * @throws TagboatError `git-…`, `manifest-…`, `store-unreachable`
 */
export const compareManifests = async (
  place: Place,
  tips: ConfigTips,
  context: DiscoverContext,
): Promise<boolean> => {
  const { config, store, clock } = context;
  const target = targetOf(config, place.app, place.environment);
  const known = await readToCurrent(place, store);
  const current = currentRelease(known);
  if (current?.commit === undefined || isAboutToChange(known, current)) return false;
  const tip = await tips.of(target);
  const before = await store.comparison(place.app, place.environment);
  const compared = {
    revision: tip.revision,
    release: current.id,
    fingerprint: fingerprintOf(place, target, context),
  };
  if (
    before?.revision === compared.revision &&
    before.release === compared.release &&
    before.fingerprint === compared.fingerprint
  )
    return before.drift !== undefined;
  const has = await read({ release: current, target }, tip, context);
  const differs = has.found.length === 0 || !has.found.every((version) => isReleased(version, current));
  const isKnown = before?.drift?.release === current.id && isSame(before.drift, has);
  const { id, number, tag } = current;
  await store.keepComparison({
    ...place,
    ...compared,
    drift: differs
      ? {
          ...has,
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
