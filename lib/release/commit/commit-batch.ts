import type { CommitConfig } from '../../config/types.ts';
import { TagboatError } from '../../errors.ts';
import type { Remote } from '../../git/remote.ts';
import { settleAll } from '../../settle-all.ts';
import { type FinalizeContext, finalizeIfEnded } from '../lifecycle/finalize.ts';
import { retryLater } from '../lifecycle/retry-later.ts';
import { holdsForGood, newHold } from '../model/hold.ts';
import { isInGit, isUnderWay, type Release, stands } from '../model/release.ts';
import { isOlder, schemeOf } from '../model/tag-scheme.ts';
import { type TargetedRelease, targetOf } from '../model/target.ts';
import type { Context } from '../queue/context.ts';
import { maxCommitRounds } from '../queue/schedule.ts';
import { readBefore } from '../record/read-back.ts';
import { commitMeta } from './commit-message.ts';
import { changesSomething, type Edited, filesOf, isSettledByPush, planBatch } from './plan-batch.ts';
import type { Outcome } from './plan-edits.ts';
import type { CommitPreflight } from './preflight.ts';
import type { StagedManifests } from './staged-manifests.ts';

/** A release that the config repo has, and the files to deliver for it, as they are in the commit. */
export type CommittedRelease = TargetedRelease & {
  /**
   * True where the rollout that an undo takes back was paused: nothing would come of the undo. Not where an agent delivers it:
   * resumed before the agent has, it would go on with what is undone.
   */
  readonly resumes: boolean;
  readonly files: readonly { readonly path: string; readonly text: string }[];
};

/** A DynamoDB item takes 400 KB: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const maxChanges = 100;

/** How the config repo wants its commits; all releases of a batch are for the same one. */
const commitOf = ([first]: readonly Edited[]): CommitConfig | undefined => first?.target.repo.commit;

/**
 * Commits releases that wait for the same config repo: edits the manifests at the tip, asks the clusters whether they would
 * take them, makes one commit of all edits, pushes it by compare-and-swap, and plans again at the new tip where another
 * client pushed first. A release that has nothing to change needs no commit and is delivered. One that cannot be committed
 * fails, or is tried again, alone.
 * @returns the releases that the config repo has now
 * @throws TagboatError `git-…`: none of them could be committed
 */
export const commitBatch = async (
  remote: Remote,
  releases: readonly TargetedRelease[],
  preflight: CommitPreflight,
  context: FinalizeContext,
): Promise<readonly CommittedRelease[]> => {
  for (let round = 0, fresh = false; round < maxCommitRounds; round++, fresh = true) {
    const snapshot = await remote.tip({ fresh });
    const isCertain = (outcomes: readonly Outcome[]): boolean => fresh || isSettledByPush(outcomes);
    const { outcomes, staged } = await planBatch(
      releases,
      snapshot,
      { preflight, isWanted: isCertain },
      context,
    );
    if (!isCertain(outcomes)) continue;
    const changing = outcomes.filter(changesSomething);
    if (changing.length === 0) return recordOutcomes(outcomes, snapshot.revision, staged, context);
    await settleAll(changing.map((edited) => recordIntent(edited, context)));
    const pushed = await snapshot.commit(
      staged.changed(),
      commitMeta(changing, commitOf(changing), context.clock.now()),
    );
    if (pushed.type === 'pushed') return recordOutcomes(outcomes, pushed.commit, staged, context);
    context.logger.info('config repo moved, reading again', { round });
  }
  throw new TagboatError('git-moved', `the branch moved under ${maxCommitRounds} attempts`);
};

/**
 * Records what is about to be pushed. If the function dies between the push and `recordOutcomes`, the next attempt finds
 * nothing to change in the manifests, and could not say any more what the image was before. Only now it is known what an undo
 * removes where that was committed by hand, or by a release that came after the request: it is held here.
 */
const recordIntent = async (
  { release, target, changes, previous, replaced, remarks }: Edited,
  context: Context,
): Promise<void> => {
  await context.store.amend(release, ['queued', 'waiting-for-image'], {
    changes: changes.slice(0, maxChanges),
    previous,
    replaced,
    remarks,
  });
  if (release.kind === 'undo') await holdReplaced({ release, target, replaced }, context);
};

/**
 * Holds what an undo takes out, in all the places that it changes. One that carried an older version than the restored one
 * beside it is brought to the others: nothing speaks against that version.
 */
const holdReplaced = async (
  { release, target, replaced }: Pick<Edited, 'release' | 'target' | 'replaced'>,
  { store, clock }: Context,
): Promise<void> => {
  const scheme = schemeOf(target);
  const undone =
    replaced.length > 1 ? replaced.filter(({ tag }) => !isOlder(scheme, tag, release.tag)) : replaced;
  if (undone.length === 0 || (await isPutBack(release, store))) return;
  const { app, environment, requestedBy: by } = release;
  const holds = await store.holds(app, environment);
  await settleAll(
    undone.map(async (version) => {
      const hold = newHold(
        { app, environment, by, reason: { code: 'undone' } },
        version,
        target.environment,
        clock.now(),
      );
      if (holds.some((one) => holdsForGood(one, hold))) return;
      const replaces = holds.find(({ tag, digest }) => tag === hold.tag && digest === hold.digest);
      // Under the id of the undo itself, so that it can take the hold back should it fail.
      await store.hold({ ...hold, release: release.id, replaces });
    }),
  );
};

/** The undo of an undo. `undoes` is absent where the version to undo was committed to the config repo by hand. */
const isPutBack = async ({ undoes, ...key }: Release, store: Context['store']): Promise<boolean> =>
  undoes !== undefined && (await store.get({ ...key, id: undoes }))?.kind === 'undo';

/** Records what became of every release, now that it is certain. */
const recordOutcomes = async (
  outcomes: readonly Outcome[],
  commit: string,
  staged: StagedManifests,
  context: FinalizeContext,
): Promise<readonly CommittedRelease[]> => {
  // First, since what overtakes them counts as committed after them.
  await settleAll(
    outcomes
      .filter((outcome) => outcome.type === 'ended' && outcome.wasPushed === true)
      .map(({ release }) => {
        const target = targetOf(context.config, release.app, release.environment);
        return record({ release, target }, staged.revision, context);
      }),
  );
  const committed = await settleAll(
    outcomes.map(async (outcome) => {
      const { release } = outcome;
      if (outcome.type === 'edited') {
        const recorded = await record(outcome, commit, context);
        return recorded && { ...recorded, files: filesOf(outcome, staged) };
      }
      if (outcome.type === 'fault') await retryLater(release, outcome.error, context);
      else {
        await context.store.advance(release, outcome.state, { reason: outcome.reason });
        await finalizeIfEnded(release, context);
      }
      return undefined;
    }),
  );
  return committed.filter((one) => one !== undefined);
};

/**
 * The commit of an undo is the moment from which the other release counts as undone; any commit is the moment from which
 * older rollouts of the environment count as superseded. A release that ended while its commit was made is not delivered.
 */
const record = async (
  { release, target, restarts = false }: TargetedRelease & { readonly restarts?: boolean },
  commit: string,
  context: FinalizeContext,
): Promise<Omit<CommittedRelease, 'files'> | undefined> => {
  const { store } = context;
  if (release.undoes !== undefined) {
    const key = { ...release, id: release.undoes };
    await store.advance(key, 'undone', ({ state, reason }) => ({
      undoneFrom: state,
      failure: state === 'failed' ? reason : undefined,
      reason: { code: 'undone', by: release.requestedBy },
    }));
    // Also where that was done before: the invocation may have died before anybody was told.
    await finalizeIfEnded(key, context);
  }
  const older = await readBefore(release, store);
  const paused = older.find((one) => one.commit !== undefined)?.paused;
  const committed = isInGit(release)
    ? release
    : await store.advance(release, 'committed', {
        commit,
        otherTags: release.otherTags,
        // `spec.paused` of a Deployment outlasts a new image, a step of a canary does not: the poller sees where it waits.
        paused: release.kind === 'undo' || paused?.by.type === 'cluster' ? undefined : paused,
        restartedAt: restarts ? new Date(context.clock.now()).toISOString() : undefined,
        attempts: 0,
        notBefore: undefined,
        jobAwaitedSince: undefined,
        reason: undefined,
      });
  if (committed === undefined) return undefined;
  await supersedeOlder(release, older, context);
  const isAgents = target.environment.deliver === 'agent';
  return {
    release: committed,
    target,
    resumes: release.kind === 'undo' && paused !== undefined && !isAgents,
  };
};

/** Ends the older releases that are still under way, and has the message of the one that was current updated. */
const supersedeOlder = async (
  release: Release,
  older: readonly Release[],
  context: FinalizeContext,
): Promise<void> => {
  const { store, jobs, logger } = context;
  const previous = older.find(stands);
  const reason = { code: 'superseded', releaseId: release.id, other: 'committed' } as const;
  for (const one of older) {
    if (!isInGit(one)) continue;
    await store.advance(one, 'superseded', { reason });
    await finalizeIfEnded(one, context);
  }
  if (previous !== undefined && !isUnderWay(previous.state))
    await jobs.notify(previous, previous.state).catch((error: unknown) => {
      logger.warn('the message of the previous release still has its buttons', { id: previous.id, error });
    });
};
