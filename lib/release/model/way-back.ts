import type { EnvironmentConfig } from '../../config/types.ts';
import type { Hold } from '../../view/hold.ts';
import { blameOf } from './failure-blame.ts';
import { findHold } from './hold.ts';
import { type ImageVersion, isSameVersion, type Release } from './release.ts';

/** What is known of an app and environment when an undo is planned. */
export type Situation = {
  /** Newest first. */
  readonly known: readonly Release[];
  /** True where there are older releases than these. */
  readonly isCut?: boolean | undefined;
  readonly holds: readonly Hold[];
  readonly pin?: EnvironmentConfig['pin'];
  readonly now: number;
};

/** The version to go back to where none is named, or why there is none. */
export type WayBack =
  | { readonly type: 'healthy'; readonly version: ImageVersion }
  /** What the config repo had before the release `by`, and no release of Tagboat's had put there. */
  | { readonly type: 'stood-before'; readonly version: ImageVersion; readonly by: Release }
  /** The manifests had several versions at once, so that no one tag brings back what was there. */
  | { readonly type: 'several'; readonly versions: readonly ImageVersion[]; readonly by: Release }
  | { readonly type: 'none' };

type Same = (one: ImageVersion, other: ImageVersion) => boolean;

/** Where digests are not pinned, a version is its tag: whatever the registry has under it comes back. */
export const sameVersion = (pin: EnvironmentConfig['pin']): Same =>
  pin === 'digest' ? isSameVersion : (one, other) => one.tag === other.tag;

type Verdict = 'healthy' | 'failed' | 'undone';

/**
 * What a release says about its version; undefined where it says nothing: it was not judged, or failed for a cause that
 * lies outside of the version. An undo that was itself undone, to bring back what it had removed, was not undone for what
 * it restored.
 */
const verdictOf = (release: Release, known: readonly Release[]): Verdict | undefined => {
  const { state, undoneFrom, kind, id } = release;
  if (state === 'failed') return blameOf(release) === 'outside' ? undefined : 'failed';
  if (state !== 'undone') return state === 'healthy' ? state : undefined;
  const isRedone = kind === 'undo' && known.find(({ undoes }) => undoes === id)?.holdsUndone !== true;
  if (isRedone) return verdictOf(standing(release), known);
  return undoneFrom === 'failed' ? undoneFrom : state;
};

/** A release as it was before it was undone. */
const standing = (release: Release): Release =>
  release.state === 'undone' ? { ...release, state: release.undoneFrom ?? 'superseded' } : release;

/** The last verdict on a version. @param known newest first */
export const lastVerdict = (
  version: ImageVersion,
  known: readonly Release[],
  isSame: Same,
): Verdict | undefined =>
  known
    .filter((one) => isSame(one, version))
    .map((one) => verdictOf(one, known))
    .find((verdict) => verdict !== undefined);

/** True where a version that an undo removed ran well until then: undoing the undo brings it back. */
export const ranWell = (removed: Release, { known, pin }: Situation): boolean =>
  removed.undoneFrom !== 'failed' &&
  lastVerdict(removed, known.filter(({ id }) => id <= removed.id).map(standing), sameVersion(pin)) ===
    'healthy';

/** A freeze stops new releases, not undos. */
export const holdsOfTags = (holds: readonly Hold[]): readonly Hold[] =>
  holds.filter(({ tag }) => tag !== '*');

/** The versions that a commit took out of the manifests, once each; older rows have one of them. */
const replacedBy = ({ commit, replaced, previous }: Release, isSame: Same): readonly ImageVersion[] => {
  if (commit === undefined) return [];
  const versions = replaced ?? (previous === undefined ? [] : [previous]);
  return versions.filter((version, at) => versions.findIndex((one) => isSame(one, version)) === at);
};

/** Releases that found something in the manifests that Tagboat had not put there, newest first. */
const foreign = (known: readonly Release[], isSame: Same) =>
  known.flatMap((by, index) => {
    const versions = replacedBy(by, isSame);
    const before = known.slice(index + 1).filter(({ commit }) => commit !== undefined);
    const isOurs = versions.every((version) => before.some((one) => isSame(one, version)));
    return isOurs ? [] : [{ by, versions }];
  });

/** What a version was to the config repo before Tagboat released another in its place. */
export const stoodBefore = (version: ImageVersion, { known, pin, isCut }: Situation): Release | undefined => {
  const isSame = sameVersion(pin);
  if (isCut === true) return undefined;
  return foreign(known, isSame).find(({ versions }) => versions.some((one) => isSame(one, version)))?.by;
};

/**
 * The way back from the current release: the newest version before it whose last verdict was healthy; else what the config
 * repo had before the first release, or before the one that found something committed by hand. Never what failed, was
 * undone or is held, and nothing that was only committed. Pure.
 * @param removed what the current release undid, where it is an undo
 */
export const findWayBack = (
  current: Release,
  removed: Release | undefined,
  { known, isCut, holds, pin, now }: Situation,
): WayBack => {
  const isSame = sameVersion(pin);
  const earlier = known.filter(({ id }) => id <= current.id);
  const isGood = (version: ImageVersion): boolean => {
    if (isSame(version, current) || (removed?.kind === 'release' && isSame(version, removed))) return false;
    const verdict = lastVerdict(version, known, isSame);
    return findHold(holdsOfTags(holds), version, now) === undefined && (verdict ?? 'healthy') === 'healthy';
  };
  const healthy = earlier.find((release) => verdictOf(release, known) === 'healthy' && isGood(release));
  if (healthy !== undefined) return { type: 'healthy', version: healthy };
  // Beyond what was read there may be the release that put it there.
  if (isCut === true) return { type: 'none' };
  for (const { by, versions } of foreign(earlier, isSame)) {
    const [version, ...more] = versions;
    if (version === undefined) continue;
    if (more.length > 0) return { type: 'several', versions, by };
    if (isGood(version)) return { type: 'stood-before', version, by };
  }
  return { type: 'none' };
};
