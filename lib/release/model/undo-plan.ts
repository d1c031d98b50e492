import { type Actor, isSameActor } from '../../actor.ts';
import { TagboatError } from '../../errors.ts';
import type { Hold, HoldReason } from '../../view/hold.ts';
import { currentRelease } from './current-release.ts';
import { findHold } from './hold.ts';
import { type ImageVersion, isSameVersion, type Release, wasHealthy } from './release.ts';

export type UndoRequest = {
  readonly app: string;
  readonly environment: string;
  /** The tag to go back to; the last healthy release's where neither it nor `number` is there. */
  readonly to?: string | undefined;
  /** The number of the release to go back to. */
  readonly number?: number | undefined;
  /** The id of the release to undo; the current one where absent. */
  readonly undoes?: string | undefined;
  /** The id of the release that has to be the current one: the button was under its message. */
  readonly expect?: string | undefined;
  readonly by: Actor;
  readonly reason: HoldReason;
  readonly source: string;
  /** What makes this request itself: asked again with the same one, it is the same undo. */
  readonly delivery: string;
  /** When it was requested, in milliseconds since 1970; now where absent. */
  readonly askedAt?: number | undefined;
  readonly responseUrl?: string | undefined;
  readonly askedFrom?: string | undefined;
};

type Situation = {
  /** Newest first. */
  readonly known: readonly Release[];
  readonly holds: readonly Hold[];
  readonly now: number;
};

export type UndoPlan = {
  /** What is removed; undefined where nothing is on record and a tag was named. */
  readonly current: Release | undefined;
  readonly restores: ImageVersion;
  /** True where the version it removes is not to be held: nothing is wrong with it. */
  readonly isRedo: boolean;
};

/**
 * What an undo would do. Pure.
 * @throws TagboatError `nothing-to-undo`, `command-invalid`, `release-moved-on`
 */
export const planUndo = (request: UndoRequest, situation: Situation): UndoPlan => {
  const { known, now } = situation;
  const current = findCurrent(known, request);
  if (request.expect !== undefined && current?.id !== request.expect) throw movedOn(request, known, current);
  const removed = known.find(({ id }) => id === current?.undoes);
  assertMeant(request, current, removed, now);
  const restores = versionToRestore(request, current, removed, situation);
  return { current, restores, isRedo: isRedo(restores, removed, situation) };
};

/**
 * True where it undoes an undo, and so restores the release that was removed: nothing is wrong with the version it replaces.
 * Undoing that redo is an undo of an undo as well, but removes the bad release again: there the restored version is not held.
 */
const isRedo = (restores: ImageVersion, removed: Release | undefined, { holds, now }: Situation): boolean =>
  removed !== undefined &&
  isSameVersion(removed, restores) &&
  (removed.kind === 'release' || findHold(ofTags(holds), restores, now) !== undefined);

/** A freeze stops new releases, not undos. */
const ofTags = (holds: readonly Hold[]): readonly Hold[] => holds.filter(({ tag }) => tag !== '*');

/** The release to undo: the current one, where the request names no other. */
export const findCurrent = (known: readonly Release[], request: UndoRequest): Release | undefined =>
  request.undoes === undefined ? currentRelease(known) : known.find(({ id }) => id === request.undoes);

/** For a button under the message of a release that is not the current one any more. */
export const movedOn = (
  { app, environment, expect }: Pick<UndoRequest, 'app' | 'environment' | 'expect'>,
  known: readonly Release[],
  current: Release | undefined,
): TagboatError => {
  const meant = known.find(({ id }) => id === expect)?.tag ?? 'that release';
  return new TagboatError(
    'release-moved-on',
    `${meant} does not stand in ${app} ${environment} any more${current === undefined ? '' : `; ${current.tag} does`}`,
  );
};

/** For how long after an undo another `/undo` is taken for a second request of the same. */
const freshMs = 10 * 60_000;

/**
 * Two users on call type the same command; the second `/undo`, a minute after the first one has succeeded, would restore
 * the bad release. To do that on purpose, the command names the tag. The user who typed the first one knows about it, and
 * may undo the undo without a tag.
 */
const assertMeant = (
  { app, environment, to, number, expect, by }: UndoRequest,
  current: Release | undefined,
  removed: Release | undefined,
  now: number,
): void => {
  if (to !== undefined || number !== undefined || expect !== undefined) return;
  if (current?.kind !== 'undo' || removed === undefined || isSameActor(current.requestedBy, by)) return;
  const age = now - Date.parse(current.createdAt);
  if (age > freshMs) return;
  throw new TagboatError(
    'command-invalid',
    `${app} ${environment} was put back to ${current.tag} ${Math.max(1, Math.round(age / 60_000))} min ago; ` +
      `to bring ${removed.tag} back, write /undo ${app} ${environment} to ${removed.tag}`,
    { by: current.requestedBy },
  );
};

/** The version to restore: the one that is named; else the one that an undo removed; else the last healthy one. */
const versionToRestore = (
  { app, environment, to, number }: UndoRequest,
  current: Release | undefined,
  removed: Release | undefined,
  { known, holds, now }: Situation,
): ImageVersion => {
  if (number !== undefined) return findNumbered({ app, environment, number }, current, known);
  if (to !== undefined) {
    if (to === current?.tag)
      throw new TagboatError('command-invalid', `${to} is what ${environment} has now`);
    const digest = known.find(({ tag, digest }) => tag === to && digest !== undefined)?.digest;
    return { tag: to, digest };
  }
  if (current === undefined)
    throw new TagboatError('nothing-to-undo', `nothing was released to ${app} ${environment} yet`);
  if (removed !== undefined && ranWell(removed, known)) return removed;
  const earlier = known.filter(({ id }) => id <= current.id);
  const isGood = (version: ImageVersion): boolean =>
    !isSameVersion(version, current) &&
    (removed === undefined || !isSameVersion(version, removed)) &&
    findHold(ofTags(holds), version, now) === undefined &&
    !isKnownBad(version, known);
  const healthy = earlier.find((release) => release.state === 'healthy' && isGood(release));
  if (healthy !== undefined) return healthy;
  // What the manifests carried before the first release that Tagboat made.
  const before = earlier
    .map(({ previous }) => previous)
    .find((version) => version !== undefined && isGood(version));
  if (before !== undefined) return before;
  throw new TagboatError(
    'nothing-to-undo',
    `no healthy release of ${app} ${environment} comes before ${current.tag}`,
  );
};

/**
 * True where the last rollout of a version failed or was removed. A release that failed before it was delivered, because
 * its image was missing for example, does not count, and neither does a failure before the version was healthy.
 */
const isKnownBad = (version: ImageVersion, known: readonly Release[]): boolean => {
  const last = known.find(
    (one) =>
      isSameVersion(one, version) &&
      (one.state === 'healthy' ||
        one.state === 'undone' ||
        (one.state === 'failed' && one.workloads !== undefined)),
  );
  return last !== undefined && last.state !== 'healthy';
};

/** An undo may itself be removed before its rollout is healthy; the version that it restored was healthy before. */
const ranWell = (removed: Release, known: readonly Release[]): boolean =>
  removed.undoneFrom !== 'failed' && known.some((one) => wasHealthy(one) && isSameVersion(one, removed));

const findNumbered = (
  {
    app,
    environment,
    number,
  }: { readonly app: string; readonly environment: string; readonly number: number },
  current: Release | undefined,
  known: readonly Release[],
): ImageVersion => {
  const named = known.find((release) => release.number === number);
  if (named === undefined)
    throw new TagboatError(
      'command-invalid',
      `${app} ${environment} has no release #${number} within reach; see /tagboat history ${app} ${environment}`,
    );
  if (current !== undefined && isSameVersion(named, current))
    throw new TagboatError('command-invalid', `${named.tag} is what ${environment} has now`);
  return named;
};
