import { TagboatError } from '../../errors.ts';
import { currentRelease } from './current-release.ts';
import { type Hold, holdFor } from './hold.ts';
import { type ImageVersion, isSameVersion, type Release, wasHealthy } from './release.ts';

export type UndoRequest = {
  readonly app: string;
  readonly environment: string;
  /** The tag to go back to; the last healthy release's where neither it nor `number` is there. */
  readonly to?: string | undefined;
  /** The number of the release to go back to. */
  readonly number?: number | undefined;
  /** The id of the release to undo; the one that stands now where absent. */
  readonly undoes?: string | undefined;
  /** The id of the release that has to stand still, for somebody who decided by what was shown. */
  readonly expect?: string | undefined;
  readonly by: string;
  readonly reason: string;
  readonly source: string;
  /** What makes this request itself: asked again with the same one, it is the same undo. */
  readonly delivery: string;
  /** When somebody asked, in milliseconds since 1970; now where absent. */
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
  /** What is undone; undefined where nothing is on record and a tag was named. */
  readonly current: Release | undefined;
  readonly target: ImageVersion;
  /** True where what it takes away is not held: nothing is wrong with it. */
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
  const undone = known.find(({ id }) => id === current?.undoes);
  assertMeant(request, current, undone, now);
  const target = findTarget(request, current, undone, situation);
  return { current, target, isRedo: isRedo(target, undone, situation) };
};

/**
 * True where it undoes an undo, and brings back what that one took away: nothing is wrong with what stands meanwhile. The
 * undo of such a one takes the bad release away again, though it undoes an undo as well; its target is not held.
 */
const isRedo = (target: ImageVersion, undone: Release | undefined, { holds, now }: Situation): boolean =>
  undone !== undefined &&
  isSameVersion(undone, target) &&
  (undone.kind === 'release' || holdFor(ofTags(holds), target, now) !== undefined);

/** A freeze holds back what is new; it keeps nobody from going back. */
const ofTags = (holds: readonly Hold[]): readonly Hold[] => holds.filter(({ tag }) => tag !== '*');

/** The release that is meant: the one that stands, where no other is named. */
export const findCurrent = (known: readonly Release[], request: UndoRequest): Release | undefined =>
  request.undoes === undefined ? currentRelease(known) : known.find(({ id }) => id === request.undoes);

/** For a button under a release that stands no more. */
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

/** For so long a second person may think that the release still stands which the first one has undone. */
const freshMs = 10 * 60_000;

/**
 * Two people on call type the same command; the second `/undo`, a minute after the first one is through, would bring the
 * bad release back. Whoever wants that names the tag. The person who undid it knows, and may undo the undo as it is.
 */
const assertMeant = (
  { app, environment, to, number, expect, by }: UndoRequest,
  current: Release | undefined,
  undone: Release | undefined,
  now: number,
): void => {
  if (to !== undefined || number !== undefined || expect !== undefined) return;
  if (current?.kind !== 'undo' || undone === undefined || current.requestedBy === by) return;
  const age = now - Date.parse(current.createdAt);
  if (age > freshMs) return;
  throw new TagboatError(
    'command-invalid',
    `${app} ${environment} was put back to ${current.tag} ${Math.max(1, Math.round(age / 60_000))} min ago by ${current.requestedBy.replace(/^slack:/, '@')}; ` +
      `to bring ${undone.tag} back, write /undo ${app} ${environment} to ${undone.tag}`,
  );
};

/** What to go back to: the one that is named; else what the undo of an undo brings back; else the last healthy version. */
const findTarget = (
  { app, environment, to, number }: UndoRequest,
  current: Release | undefined,
  undone: Release | undefined,
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
  if (undone !== undefined && ranWell(undone, known)) return undone;
  const earlier = known.filter(({ id }) => id <= current.id);
  const isGood = (version: ImageVersion): boolean =>
    !isSameVersion(version, current) &&
    (undone === undefined || !isSameVersion(version, undone)) &&
    holdFor(ofTags(holds), version, now) === undefined &&
    !isKnownBad(version, known);
  const healthy = earlier.find((release) => release.state === 'healthy' && isGood(release));
  if (healthy !== undefined) return healthy;
  // Before the first release that Tagboat made, the manifests already said something.
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
 * True where the last that was seen of a version speaks against it: its rollout failed, or somebody took it away. One that
 * failed before it came to the cluster, for want of its image perhaps, or was healthy later, is as good as any.
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

/** An undo that was itself undone before it was through brought back what had been healthy all the same. */
const ranWell = (undone: Release, known: readonly Release[]): boolean =>
  undone.undoneFrom !== 'failed' && known.some((one) => wasHealthy(one) && isSameVersion(one, undone));

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
