import { describeError, isRetryable } from '../../errors.ts';
import { type Reason, reasonText } from '../../view/reason.ts';
import { blameOf } from '../model/failure-blame.ts';
import { isUnderWay, type Release, type ReleaseKey } from '../model/release.ts';
import { targetOf } from '../model/target.ts';
import type { UndoRequest } from '../model/undo-plan.ts';
import type { Context } from '../queue/context.ts';
import { readToCurrent } from '../record/read-back.ts';
import { takeBackOfRequest, takeHoldsBack } from './take-holds-back.ts';

/** The context of a step that may end a release. The undo is passed in: lib/release/undo imports this module. */
export type FinalizeContext = Context & {
  readonly requestUndo: (request: UndoRequest) => Promise<unknown>;
};

/**
 * Everything that follows once a release has ended: a failed one is undone where the environment has `onFailure: undo`, the
 * notification is sent, and its outbox entries are acknowledged. Idempotent, since it is run again if the function dies.
 * @throws TagboatError `store-unreachable`, `queue-unreachable`: it is to be run again
 */
export const finalize = async (release: Release, context: FinalizeContext): Promise<void> => {
  if (release.state === 'failed' && release.kind === 'release' && release.commit !== undefined)
    await undoIfWanted(release, context);
  if (release.state === 'failed' && release.kind === 'undo') await takeHoldsBack(release, context);
  await context.jobs.notify(release, release.state);
  await context.store.outbox.acknowledge(`work#${release.group}`, release);
  await context.store.outbox.acknowledge('rollouts', release);
};

/** As `finalize`, for a release as it is recorded now; does nothing while it is under way. */
export const finalizeIfEnded = async (key: ReleaseKey, context: FinalizeContext): Promise<void> => {
  const release = await context.store.get(key);
  if (release !== undefined && !isUnderWay(release.state)) await finalize(release, context);
};

/** Ends a release that a step could not carry out, with the error's code and message as the reason. */
export const fail = async (release: Release, error: unknown, context: FinalizeContext): Promise<void> => {
  await context.store.advance(release, 'failed', { reason: describeError(error) });
  await finalizeIfEnded(release, context);
};

/**
 * Undoes a failed release where the environment has `onFailure: undo`, to a version that was healthy. Not where the cause
 * lies outside of the version: the same would become of the undo, and the version may run well.
 */
const undoIfWanted = async (release: Release, context: FinalizeContext): Promise<void> => {
  try {
    const { environment } = targetOf(context.config, release.app, release.environment);
    if (environment.onFailure !== 'undo') return;
    const known = await readToCurrent(release, context.store);
    if (known.some(({ undoes }) => undoes === release.id)) return;
    // Another release is current by now and would be removed.
    if (known.some(({ id, commit }) => id > release.id && commit !== undefined)) {
      const holds = await context.store.holds(release.app, release.environment);
      await takeBackOfRequest(release.id, holds, context);
      return;
    }
    if (blameOf(release) === 'outside') {
      await context.store.amend(release, ['failed'], { notUndone: outsideOf(release) });
      return;
    }
    await context.requestUndo({
      app: release.app,
      environment: release.environment,
      undoes: release.id,
      onlyHealthy: true,
      by: { type: 'on-failure' },
      reason: {
        code: 'rollout-failed',
        message: release.reason === undefined ? 'unknown' : reasonText(release.reason),
      },
      source: 'tagboat',
      delivery: release.id,
    });
  } catch (error) {
    if (isRetryable(error)) throw error;
    // The notification is sent although there is no version to restore.
    context.logger.warn('failed release is not undone', { id: release.id, error });
    await context.store.amend(release, ['failed'], { notUndone: describeError(error) });
  }
};

const outsideOf = ({ workloads, diagnosis }: Release): Reason => {
  if (workloads === undefined)
    return { code: 'not-delivered', message: 'it never came to the cluster, for no fault of the version' };
  return diagnosis === undefined
    ? { code: 'not-watched', message: 'nobody could see how its rollout went' }
    : { code: 'cause-outside', message: 'the cause lies outside of the version' };
};
