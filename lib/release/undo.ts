import { TagboatError } from '../errors.ts';
import { isTag } from '../image.ts';
import type { Context } from './context.ts';
import { environmentOf, groupOf } from './group.ts';
import { type Hold, holdFor } from './hold.ts';
import { type ImageVersion, isSameVersion, isUnderWay, type Release, wasHealthy } from './release.ts';

export type UndoRequest = {
  readonly app: string;
  readonly environment: string;
  /** The tag to go back to; the last healthy release's where absent. */
  readonly to?: string | undefined;
  /** The id of the release to undo; the one that stands now where absent. */
  readonly undoes?: string | undefined;
  readonly by: string;
  readonly reason: string;
  readonly source: string;
  readonly delivery: string;
  readonly responseUrl?: string | undefined;
};

export type UndoAccepted = {
  readonly release: Release;
  /** What is being undone; undefined where nothing is on record and a tag was named. */
  readonly undone: Release | undefined;
  /** False where the same undo was under way already. */
  readonly created: boolean;
};

/** How far back an undo looks for a healthy release. */
const depth = 200;
const pickUpMs = 120_000;

/**
 * Records an undo: the undone version is held first, so that from here on nothing can bring it back, then the release
 * that restores the old image is recorded and somebody nudged. Asked twice, it is one undo.
 * @throws TagboatError `nothing-to-undo`, `command-invalid`, `environment-unknown`, `store-unreachable`
 */
export const requestUndo = async (request: UndoRequest, context: Context): Promise<UndoAccepted> => {
  const { config, store, clock } = context;
  const { app, environment, repo } = environmentOf(config, request.app, request.environment);
  if (request.to !== undefined && !isTag(request.to))
    throw new TagboatError('command-invalid', `"${request.to.slice(0, 130)}" cannot be the tag of an image`);
  const known = await store.list(request.app, request.environment, { limit: depth });
  const current = findCurrent(known, request);
  const undone = known.find(({ id }) => id === current?.undoes);
  const group = groupOf(repo);
  if (current?.kind === 'undo' && isUnderWay(current.state) && (request.to ?? current.tag) === current.tag) {
    // Whoever recorded it may have died before anybody was nudged.
    await handOn(current, context);
    return { release: current, undone, created: false };
  }
  assertMeant(request, current, undone, clock.now());
  const holds = await store.holds(request.app, request.environment);
  const target = findTarget(request, { current, undone, known, holds, now: clock.now() });

  const isRedo = undone !== undefined && isSameVersion(undone, target);
  if (current !== undefined && !isSameVersion(current, target) && !isRedo)
    await store.hold(holdOf(request, current, environment.pin === 'digest', clock.now()));
  // A tag that somebody typed may not exist, and a digest cannot be pinned before it is known: the registry says.
  const isPinned = environment.pin === 'digest';
  const awaitsImage = target.digest === undefined && (request.to !== undefined || isPinned);
  const { release, created } = await store.record(
    {
      app: request.app,
      environment: request.environment,
      kind: 'undo',
      image: app.image,
      tag: target.tag,
      digest: target.digest,
      requestedBy: request.by,
      source: request.source,
      delivery: request.delivery,
      group,
      undoes: current?.id,
      responseUrl: request.responseUrl,
      awaitsImage: awaitsImage ? true : undefined,
      claim: `undo#${current?.id ?? 'none'}#${target.tag}`,
    },
    awaitsImage ? 'images' : `work#${group}`,
    clock.now() + pickUpMs,
  );
  await store.liftHold(request.app, request.environment, target.tag);
  await handOn(release, context);
  return { release, undone: current, created };
};

/** For so long a second person may think that the release still stands which the first one has undone. */
const freshMs = 10 * 60_000;

/**
 * Two people on call type the same command; the second `/undo`, a minute after the first one is through, would bring the
 * bad release back. Whoever wants that names the tag. The person who undid it knows, and may undo the undo as it is.
 */
const assertMeant = (
  { app, environment, to, by }: UndoRequest,
  current: Release | undefined,
  undone: Release | undefined,
  now: number,
): void => {
  if (to !== undefined || current?.kind !== 'undo' || undone === undefined || current.requestedBy === by)
    return;
  const age = now - Date.parse(current.createdAt);
  if (age > freshMs) return;
  throw new TagboatError(
    'command-invalid',
    `${app} ${environment} was put back to ${current.tag} ${Math.max(1, Math.round(age / 60_000))} min ago by ${current.requestedBy.replace(/^slack:/, '@')}; ` +
      `to bring ${undone.tag} back, write /undo ${app} ${environment} to ${undone.tag}`,
  );
};

/** Nudges whoever has to go on with an undo that nobody has taken up yet. */
const handOn = async (release: Release, { nudges, newId, logger }: Context): Promise<void> => {
  if (release.state !== 'queued') return;
  const nudged =
    release.awaitsImage === true && release.digest === undefined
      ? nudges.look(release, 0, 0)
      : nudges.work(release.group, newId());
  await nudged.catch((error) => logger.warn('nudge failed, reconcile will', { id: release.id, error }));
};

/**
 * What stands now: the newest release that was written to the config repo, or the undo that is about to be. A release
 * that only waits stands nowhere yet; it is what is meant where nothing was ever written.
 */
const findCurrent = (known: readonly Release[], request: UndoRequest): Release | undefined =>
  request.undoes === undefined
    ? (known.find(
        ({ state, commit, kind }) =>
          (commit !== undefined && state !== 'undone') || (kind === 'undo' && isUnderWay(state)),
      ) ?? known.find(({ state }) => isUnderWay(state)))
    : known.find(({ id }) => id === request.undoes);

type Situation = {
  readonly current: Release | undefined;
  /** Where the current release is an undo itself: what it undid. */
  readonly undone: Release | undefined;
  /** Newest first. */
  readonly known: readonly Release[];
  readonly holds: readonly Hold[];
  readonly now: number;
};

/** Pure. What to go back to: the named tag; else what the undo of an undo brings back; else the last healthy version. */
const findTarget = (
  { app, environment, to }: UndoRequest,
  { current, undone, known, holds, now }: Situation,
): ImageVersion => {
  if (to !== undefined) {
    if (to === current?.tag)
      throw new TagboatError('command-invalid', `${to} is what ${environment} has now`);
    const digest = known.find(({ tag, digest }) => tag === to && digest !== undefined)?.digest;
    return { tag: to, digest };
  }
  if (current === undefined)
    throw new TagboatError('nothing-to-undo', `nothing was released to ${app} ${environment} yet`);
  if (undone !== undefined && wasHealthy(undone)) return undone;
  const earlier = known.filter(({ id }) => id <= current.id);
  const isGood = (version: ImageVersion): boolean =>
    !isSameVersion(version, current) &&
    (undone === undefined || !isSameVersion(version, undone)) &&
    holdFor(holds, version, now) === undefined &&
    !known.some((one) => (one.state === 'failed' || one.state === 'undone') && isSameVersion(one, version));
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

/** Under `pin: digest` only the one image is held: its tag will mean another. */
export const holdOf = (
  { app, environment, by, reason }: Pick<UndoRequest, 'app' | 'environment' | 'by' | 'reason'>,
  version: ImageVersion & { readonly id?: string },
  isPinned: boolean,
  now: number,
): Hold => ({
  app,
  environment,
  tag: version.tag,
  digest: isPinned ? version.digest : undefined,
  by,
  reason,
  release: version.id,
  createdAt: new Date(now).toISOString(),
});
