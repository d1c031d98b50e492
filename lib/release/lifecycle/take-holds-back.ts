import { settleAll } from '../../settle-all.ts';
import type { Hold } from '../../view/hold.ts';
import { currentRelease } from '../model/current-release.ts';
import { blameOf } from '../model/failure-blame.ts';
import type { Release } from '../model/release.ts';
import type { Context } from '../queue/context.ts';
import { readToCurrent } from '../record/read-back.ts';

/**
 * Takes back the holds of an undo that failed, where nothing speaks against the tag:
 *
 * - The undo failed before its commit: the tag is that of the current release, and the hold would only be in the way.
 * - Nobody asked for the undo (`onFailure: undo`), and it failed for a cause outside of the version that it restores, which
 *   may be why the other one failed. Not where that one was seen to be bad: it crashed, for example.
 *
 * Not where another release is current by now: another undo may need the same hold.
 */
export const takeHoldsBack = async (undo: Release, context: Context): Promise<void> => {
  const { store, jobs } = context;
  const current = currentRelease(await readToCurrent(undo, store));
  if (undo.commit === undefined) {
    if (current?.id !== undo.undoes) return;
    await takeBack(undo, () => true, context);
    // Its message may have lost its buttons meanwhile.
    if (current !== undefined) await jobs.notify(current, current.state);
    return;
  }
  if (current?.id !== undo.id || undo.undoes === undefined) return;
  if (undo.requestedBy.type !== 'on-failure' || blameOf(undo) !== 'outside') return;
  const undone = await store.get({ ...undo, id: undo.undoes });
  if (undone === undefined || blameOf(undone) === 'version') return;
  await takeBack(undo, ({ by }) => by.type === 'on-failure', context);
  await store.amend(undo, ['failed'], { holdTakenBack: true });
};

/** Only what this undo has set; a hold with an end, whose place it took, comes back. */
const takeBack = async (
  undo: Release,
  isMeant: (hold: Hold) => boolean,
  { store }: Context,
): Promise<void> => {
  const holds = (await store.holds(undo.app, undo.environment)).filter(
    (hold) =>
      hold.release !== undefined &&
      (hold.release === undo.undoes || hold.release === undo.id) &&
      isMeant(hold),
  );
  await settleAll(holds.map((hold) => restoreReplaced(hold, store)));
};

const restoreReplaced = (hold: Hold, store: Context['store']): Promise<void> =>
  hold.replaces === undefined ? store.liftHold(hold) : store.hold(hold.replaces);

/**
 * Takes back the hold of an undo that came to nothing: a function died after it had set the hold and before it had recorded the
 * undo, and what was to be undone is not the current release any more.
 * @param delivery of the request for the undo
 */
export const takeBackOfRequest = async (
  delivery: string,
  holds: readonly Hold[],
  { store }: Pick<Context, 'store'>,
): Promise<void> => {
  const own = holds.filter(({ request }) => request === delivery);
  await settleAll(own.map((hold) => restoreReplaced(hold, store)));
};
