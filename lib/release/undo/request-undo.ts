import { TagboatError } from '../../errors.ts';
import { isTag } from '../../image.ts';
import type { FinalizeContext } from '../lifecycle/finalize.ts';
import { liftEarlierHold } from '../lifecycle/lift-hold.ts';
import { takeBackOfRequest } from '../lifecycle/take-holds-back.ts';
import { findHold, holdsForGood, newHold } from '../model/hold.ts';
import { lockGroupOf } from '../model/lock-group.ts';
import { isUnderWay, mayBeRetried, type Release } from '../model/release.ts';
import { targetOf } from '../model/target.ts';
import { findCurrent, movedOn, planUndo, type UndoPlan, type UndoRequest } from '../model/undo-plan.ts';
import type { Situation } from '../model/way-back.ts';
import type { Context } from '../queue/context.ts';
import { enqueueNext } from '../queue/enqueue-next.ts';
import { pickUpMs } from '../queue/schedule.ts';
import { readSituation } from './read-situation.ts';

type UndoAccepted = {
  readonly release: Release;
  /** What is being undone; undefined where nothing is on record and a tag was named. */
  readonly undone: Release | undefined;
  /** Whether that is held from now on; not where it is an undo, and this restores what that one removed. */
  readonly isHeld: boolean;
  /** True where the restored version was held until now. */
  readonly isLifted: boolean;
  /** False where the same undo was under way already. */
  readonly created: boolean;
};

/**
 * Records an undo: first the hold on the undone version, so that no hook can release it again from here on, then the
 * release that restores the old image; then its job is sent. The same request made twice is one undo.
 * @throws TagboatError `nothing-to-undo`, `command-invalid`, `environment-unknown`, `release-moved-on`,
 *   `store-unreachable`
 */
export const requestUndo = async (request: UndoRequest, context: Context): Promise<UndoAccepted> => {
  const { config, store, clock } = context;
  const { app, environment, repo } = targetOf(config, request.app, request.environment);
  if (request.to !== undefined && !isTag(request.to))
    throw new TagboatError('command-invalid', `"${request.to.slice(0, 130)}" cannot be the tag of an image`);
  const situation = await readSituation(request, context);
  const { known, holds } = situation;
  const same = sameUndo(known, request, clock.now());
  if (same !== undefined) {
    // The invocation that recorded it may have died before it did the rest.
    await liftEarlierHold(same, holds, context);
    await enqueueNext(same, context);
    const undone = known.find(({ id }) => id === same.undoes);
    const isHeld = undone !== undefined && findHold(holds, undone, clock.now()) !== undefined;
    return { release: same, undone, isHeld, isLifted: false, created: same.delivery === request.delivery };
  }
  const { current, restores, caution, holdsCurrent: isHeld } = await planOnce(request, situation, context);
  if (current !== undefined && isHeld && !holds.some((hold) => holdsForGood(hold, current))) {
    const hold = newHold(request, current, environment, clock.now());
    const replaces = holds.find(({ tag, digest }) => tag === hold.tag && digest === hold.digest);
    await store.hold({ ...hold, request: request.delivery, replaces });
  }
  // A tag that a user named may not exist, and a digest cannot be pinned before it is known: the registry is asked. Where none is
  // pinned, the tag may have moved since its digest was recorded.
  const isNamed = request.to !== undefined || request.number !== undefined;
  const isPinned = environment.pin === 'digest';
  const awaitsImage = restores.digest === undefined ? isNamed || isPinned : !isPinned;
  const group = lockGroupOf(repo);
  const { release, created } = await store.record(
    {
      app: request.app,
      environment: request.environment,
      kind: 'undo',
      image: app.image,
      tag: restores.tag,
      digest: restores.digest,
      requestedBy: request.by,
      source: request.source,
      delivery: request.delivery,
      group,
      undoes: current?.id,
      holdsUndone: isHeld ? true : undefined,
      caution,
      responseUrl: request.responseUrl,
      askedFrom: request.askedFrom,
      awaitsImage: awaitsImage ? true : undefined,
      claim: `undo#${current?.id ?? 'none'}#${restores.tag}`,
    },
    awaitsImage ? 'images' : `work#${group}`,
    clock.now() + pickUpMs,
    // An undo that was superseded before its commit has undone nothing.
    ({ state, commit }) => mayBeRetried(state) || (state === 'superseded' && commit === undefined),
  );
  const lifted = await liftEarlierHold(release, holds, context);
  await enqueueNext(release, context);
  return { release, undone: current, isHeld, isLifted: lifted !== undefined, created };
};

/**
 * Plans the undo; or finds that an invocation that died had begun with it, and that what it was to undo has been replaced
 * since: that one is not undone in its place.
 * @throws TagboatError as `planUndo` does
 */
const planOnce = async (request: UndoRequest, situation: Situation, context: Context): Promise<UndoPlan> => {
  const { known, holds } = situation;
  const begun = holds.find((hold) => hold.request === request.delivery);
  const current = findCurrent(known, request);
  try {
    if (begun !== undefined && begun.release !== current?.id)
      throw movedOn({ ...request, expect: begun.release }, known, current);
    return planUndo(request, situation);
  } catch (error) {
    await takeBackOfRequest(request.delivery, holds, context);
    throw error;
  }
};

/**
 * The undo that this request made before; or another user's that was under way when this one was requested: carried out
 * after that one has ended, this would undo the undo.
 */
const sameUndo = (known: readonly Release[], request: UndoRequest, now: number): Release | undefined => {
  const own = known.find(
    ({ kind, delivery, source }) =>
      kind === 'undo' && delivery === request.delivery && source === request.source,
  );
  if (own !== undefined) return own;
  const current = findCurrent(known, request);
  if (current?.kind !== 'undo' || request.number !== undefined) return undefined;
  // The button was under the message of that very undo, which is to be undone although it has not ended.
  if (request.expect === current.id) return undefined;
  const wasUnderWay = isUnderWay(current.state) || Date.parse(current.updatedAt) > (request.askedAt ?? now);
  return wasUnderWay && (request.to ?? current.tag) === current.tag ? current : undefined;
};

/** The context of a step that may end a release, which `onFailure: undo` then has undone. */
export const withUndo = <C extends Context>(context: C): C & FinalizeContext => ({
  ...context,
  requestUndo: (request) => requestUndo(request, context),
});
