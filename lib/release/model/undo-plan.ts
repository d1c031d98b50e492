import { type Actor, isSameActor } from '../../actor.ts';
import { TagboatError } from '../../errors.ts';
import type { Caution } from '../../view/caution.ts';
import type { HoldReason } from '../../view/hold.ts';
import { currentRelease } from './current-release.ts';
import { findHold } from './hold.ts';
import { hasMovedSince } from './moved-tag.ts';
import { cautionOf, findNamed } from './named-version.ts';
import type { ImageVersion, Release } from './release.ts';
import { findWayBack, holdsOfTags, ranWell, type Situation, sameVersion, type WayBack } from './way-back.ts';

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
  /** True where nobody looks on: only a version that was healthy is restored. */
  readonly onlyHealthy?: boolean | undefined;
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

export type UndoPlan = {
  /** What is removed; undefined where nothing is on record and a tag was named. */
  readonly current: Release | undefined;
  readonly restores: ImageVersion;
  /** What the user has to know of that version; undefined where it was healthy the last time. */
  readonly caution: Caution | undefined;
  /** True where the version it removes is to be held. */
  readonly holdsCurrent: boolean;
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
  const restored = versionToRestore(request, current, removed, situation);
  const { version: restores, caution = cautionOnMove(restored.version, situation) } = restored;
  const isSame = sameVersion(situation.pin);
  const holdsCurrent =
    current !== undefined && !isSame(current, restores) && !isRedo(restores, removed, situation);
  return { current, restores, caution, holdsCurrent };
};

/**
 * True where it undoes an undo, and so restores the release that was removed: nothing is wrong with the version it replaces.
 * Undoing that redo is an undo of an undo as well, but removes the bad release again: there the restored version is not held.
 */
const isRedo = (
  restores: ImageVersion,
  removed: Release | undefined,
  { holds, pin, now }: Situation,
): boolean =>
  removed !== undefined &&
  sameVersion(pin)(removed, restores) &&
  (removed.kind === 'release' || findHold(holdsOfTags(holds), restores, now) !== undefined);

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

const cautionOnMove = ({ tag }: ImageVersion, { known, pin }: Situation): Caution | undefined =>
  hasMovedSince(tag, known, pin) ? { code: 'moved' } : undefined;

type Restored = { readonly version: ImageVersion; readonly caution: Caution | undefined };

/** The version to restore: the one that is named; else the one that an undo removed; else the way back. */
const versionToRestore = (
  request: UndoRequest,
  current: Release | undefined,
  removed: Release | undefined,
  situation: Situation,
): Restored => {
  const { app, environment, onlyHealthy } = request;
  const named = findNamed(request, current, situation);
  if (named !== undefined) return { version: named, caution: cautionOf(named, situation) };
  if (current === undefined)
    throw new TagboatError('nothing-to-undo', `nothing was released to ${app} ${environment} yet`);
  if (removed !== undefined && ranWell(removed, situation)) return { version: removed, caution: undefined };
  const found = findWayBack(current, removed, situation);
  if (found.type === 'healthy') return { version: found.version, caution: undefined };
  if (found.type === 'stood-before' && onlyHealthy !== true)
    return { version: found.version, caution: { code: 'stood-before', before: found.by.tag } };
  throw nothingToUndo(request, current, found);
};

const nothingToUndo = (
  { app, environment }: UndoRequest,
  { tag }: Release,
  found: Exclude<WayBack, { readonly type: 'healthy' }>,
): TagboatError => {
  const what = `no healthy release of ${app} ${environment} comes before ${tag}`;
  switch (found.type) {
    case 'none':
      return new TagboatError('nothing-to-undo', what);
    case 'stood-before':
      return new TagboatError(
        'nothing-to-undo',
        `${what}; ${found.version.tag}, which stood in the config repo before, comes back with /undo ${app} ${environment}`,
      );
    case 'several':
      return new TagboatError(
        'nothing-to-undo',
        `${what}, and before ${found.by.tag} the config repo had several versions at once: ${found.versions
          .map((version) => version.tag)
          .join(', ')}`,
      );
  }
};
