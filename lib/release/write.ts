import { TagboatError } from '../errors.ts';
import type { Remote } from '../git/remote.ts';
import { commitMessage } from './commit-message.ts';
import { conclude } from './conclude.ts';
import type { Context } from './context.ts';
import { evaluate, type Outcome } from './evaluate.ts';
import { putOff } from './put-off.ts';
import type { Release } from './release.ts';
import { createWorktree } from './worktree.ts';

/** A release that the config repo carries, and the files to deliver for it. */
export type Written = {
  readonly release: Release;
  readonly files: readonly { readonly path: string; readonly text: string }[];
};

type Edited = Extract<Outcome, { readonly type: 'edited' }>;

/** A branch that other people push to all the time is read again this often in one invocation. */
const maxRounds = 10;
const author = { name: 'Tagboat', email: 'tagboat@noreply.invalid' };

const changesSomething = (outcome: Outcome): outcome is Edited =>
  outcome.type === 'edited' && outcome.changes.length > 0;

/**
 * Writes releases that wait for the same config repo: edits the manifests at the tip, makes one commit of all edits,
 * pushes it by compare-and-swap, and reads again and re-applies where somebody else pushed first. Nothing to change is
 * no commit, and the release goes on. A release that cannot be written fails, or is put off, alone.
 * @returns those that the config repo carries now
 * @throws TagboatError `git-…`: none of them could be written
 */
export const write = async (
  remote: Remote,
  releases: readonly Release[],
  context: Context,
): Promise<readonly Written[]> => {
  for (let round = 0, fresh = false; round < maxRounds; round++, fresh = true) {
    const snapshot = await remote.tip({ fresh });
    const tree = createWorktree(snapshot);
    const outcomes = await evaluate(releases, tree, context);
    // The remembered tip may be old. A push finds that out by itself; every other outcome has to be seen at a fresh one.
    if (!fresh && !outcomes.every(changesSomething)) continue;
    const changing = outcomes.filter(changesSomething);
    if (changing.length === 0) return conclusions(outcomes, snapshot.revision, context);
    await noteIntent(changing, context);
    const pushed = await snapshot.commit(tree.changed(), {
      message: commitMessage(changing),
      author,
      time: context.clock.now(),
    });
    if (pushed.type === 'pushed') return conclusions(outcomes, pushed.commit, context);
    context.logger.info('config repo moved, reading again', { round });
  }
  throw new TagboatError('git-moved', `the branch moved under ${maxRounds} attempts`);
};

/**
 * Writes down what is about to be pushed. If the function dies between the push and the record, the next attempt finds
 * nothing to change, and this is how it still knows what the image was before.
 */
const noteIntent = async (edits: readonly Edited[], { store }: Context): Promise<void> => {
  await Promise.all(
    edits.map(({ release, changes, previous }) =>
      store.amend(release, ['queued', 'waiting-for-image'], { changes, previous }),
    ),
  );
};

/** Records what became of every release, now that it is certain. */
const conclusions = async (
  outcomes: readonly Outcome[],
  commit: string,
  context: Context,
): Promise<readonly Written[]> => {
  const written = await Promise.all(
    outcomes.map(async (outcome) => {
      const { release } = outcome;
      if (outcome.type === 'edited') return record(outcome, commit, context);
      if (outcome.type === 'fault') await putOff(release, outcome.error, context);
      else {
        const { state, code, reason } = outcome;
        await conclude((await context.store.advance(release, state, { code, reason })) ?? release, context);
      }
      return undefined;
    }),
  );
  return written.filter((one) => one !== undefined);
};

/**
 * The commit of an undo is the moment from which the other release counts as undone. A release that ended while its
 * commit was made is not delivered.
 */
const record = async (
  { release, files }: Edited,
  commit: string,
  context: Context,
): Promise<Written | undefined> => {
  if (release.undoes !== undefined)
    await context.store.advance({ ...release, id: release.undoes }, 'undone', (undone) => ({
      undoneFrom: undone.state,
      code: 'undone',
      reason: `undone by ${release.requestedBy}`,
    }));
  if (release.state === 'committed') return { release, files };
  const committed = await context.store.advance(release, 'committed', { commit, attempts: 0 });
  return committed && { release: committed, files };
};
