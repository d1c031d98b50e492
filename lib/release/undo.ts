import { TagboatError } from '../errors.ts';
import { isTag } from '../image.ts';
import type { Context } from './context.ts';
import { environmentOf, groupOf } from './group.ts';
import { type Hold, holdFor } from './hold.ts';
import { type ImageVersion, isUnderWay, type Release, wasHealthy } from './release.ts';

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
 * Records an undo: the undone tag is held first, so that from here on nothing can bring it back, then the release that
 * restores the old image is recorded and the worker nudged. Asked twice, it is one undo.
 * @throws TagboatError `nothing-to-undo`, `command-invalid`, `environment-unknown`, `store-unreachable`
 */
export const requestUndo = async (request: UndoRequest, context: Context): Promise<UndoAccepted> => {
  const { config, store, nudges, clock, newId, logger } = context;
  const { app, repo } = environmentOf(config, request.app, request.environment);
  if (request.to !== undefined && !isTag(request.to))
    throw new TagboatError('command-invalid', `"${request.to.slice(0, 130)}" cannot be the tag of an image`);
  const known = await store.list(request.app, request.environment, { limit: depth });
  const current = findCurrent(known, request);
  if (current?.kind === 'undo' && isUnderWay(current.state) && (request.to ?? current.tag) === current.tag)
    return { release: current, undone: known.find(({ id }) => id === current.undoes), created: false };
  const holds = await store.holds(request.app, request.environment);
  const target = findTarget(request, current, known, holds, clock.now());
  await setHolds(request, current, target, context);

  const group = groupOf(repo);
  const { release, created } = await store.record({
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
    claim: `undo#${current?.id ?? 'none'}#${target.tag}`,
  });
  if (release.state === 'queued') {
    await store.owe(`work#${group}`, release, clock.now() + pickUpMs);
    await nudges
      .work(group, newId())
      .catch(() => logger.warn('nudge failed, reconcile will', { id: release.id }));
  }
  return { release, undone: current, created };
};

/** What stands now: the newest release that was, or is about to be, written to the config repo. */
const findCurrent = (known: readonly Release[], request: UndoRequest): Release | undefined =>
  request.undoes === undefined
    ? known.find(
        ({ state, commit }) =>
          isUnderWay(state) || state === 'healthy' || (state === 'failed' && commit !== undefined),
      )
    : known.find(({ id }) => id === request.undoes);

/** Pure. What to go back to: the named tag; else what the undo of an undo brings back; else the last healthy release. */
const findTarget = (
  request: UndoRequest,
  current: Release | undefined,
  known: readonly Release[],
  holds: readonly Hold[],
  now: number,
): ImageVersion => {
  if (request.to !== undefined) {
    if (request.to === current?.tag)
      throw new TagboatError('command-invalid', `${request.to} is what ${request.environment} has now`);
    const digest = known.find(({ tag, digest }) => tag === request.to && digest !== undefined)?.digest;
    return { tag: request.to, digest };
  }
  if (current === undefined)
    throw new TagboatError(
      'nothing-to-undo',
      `nothing was released to ${request.app} ${request.environment} yet`,
    );
  const undone = known.find(({ id }) => id === current.undoes);
  if (undone !== undefined && wasHealthy(undone)) return undone;
  const healthy = known.find(
    (release) =>
      release.id < current.id &&
      release.state === 'healthy' &&
      release.tag !== current.tag &&
      release.tag !== undone?.tag &&
      holdFor(holds, release.tag, now) === undefined,
  );
  if (healthy !== undefined) return healthy;
  // Before the first release that Tagboat made, the manifests already said something.
  if (current.previous !== undefined && current.previous.tag !== current.tag && current.kind === 'release')
    return current.previous;
  throw new TagboatError(
    'nothing-to-undo',
    `no healthy release of ${request.app} ${request.environment} comes before ${current.tag}`,
  );
};

/** The undone tag is held; a tag that is released by hand is held no longer. */
const setHolds = async (
  request: UndoRequest,
  current: Release | undefined,
  target: ImageVersion,
  { store, clock }: Context,
): Promise<void> => {
  await store.liftHold(request.app, request.environment, target.tag);
  if (current === undefined || current.kind === 'undo' || current.tag === target.tag) return;
  await store.hold({
    app: request.app,
    environment: request.environment,
    tag: current.tag,
    by: request.by,
    reason: request.reason,
    release: current.id,
    createdAt: new Date(clock.now()).toISOString(),
  });
};
