import type { Snapshot } from '../../git/remote.ts';
import type { FinalizeContext } from '../lifecycle/finalize.ts';
import type { TargetedRelease } from '../model/target.ts';
import { type Outcome, planEdits } from './plan-edits.ts';
import type { CommitPreflight } from './preflight.ts';
import { createStagedManifests, type StagedManifests } from './staged-manifests.ts';

export type Edited = Extract<Outcome, { readonly type: 'edited' }>;

export const changesSomething = (outcome: Outcome): outcome is Edited =>
  outcome.type === 'edited' && outcome.changes.length > 0;

/**
 * Whether the cluster is asked before anything is recorded: what changes nothing in Git may be there because an invocation died
 * after its push, and has to go on; but a restart for a tag that was pushed again changes nothing there to begin with.
 */
const asksCluster = (outcome: Outcome): outcome is Edited =>
  outcome.type === 'edited' &&
  (outcome.changes.length > 0 || (outcome.restarts && outcome.release.changes === undefined));

/**
 * True where the push decides whether the tip was right. A batch is planned at the tip that the cache remembers, which
 * saves a request: a push is a compare-and-swap, and fails where the branch has moved since. But a release that is
 * skipped, fails, or finds nothing to change has no part in a push, and may come to something else at the real tip. With
 * one of those the batch is planned a second time, at the tip that the server names; in the common case, one release of a
 * new tag, it is planned once.
 */
export const isSettledByPush = (outcomes: readonly Outcome[]): boolean => outcomes.every(changesSomething);

/** The texts after all edits: two apps may share a file, and neither delivery may revert the other's edit. */
export const filesOf = ({ paths }: Edited, staged: StagedManifests) =>
  paths.map((path) => ({ path, text: staged.textOf(path) }));

/** What the releases come to at one tip. */
type Plan = { readonly outcomes: readonly Outcome[]; readonly staged: StagedManifests };

/**
 * Plans the edits, and has the clusters asked whether they would take them. Those that would not be taken drop out: the others
 * are planned again without their edits.
 * @param options.isWanted false for a plan that will not be carried out: nobody is asked about it
 */
export const planBatch = async (
  releases: readonly TargetedRelease[],
  snapshot: Snapshot,
  options: {
    readonly preflight: CommitPreflight;
    readonly isWanted: (outcomes: readonly Outcome[]) => boolean;
  },
  context: FinalizeContext,
): Promise<Plan> => {
  const refused = new Map<string, Outcome>();
  for (;;) {
    const staged = createStagedManifests(snapshot);
    const outcomes = await planEdits(
      releases.filter(({ release }) => !refused.has(release.id)),
      staged,
      context,
    );
    const plan = { outcomes: [...outcomes, ...refused.values()], staged };
    if (!options.isWanted(plan.outcomes)) return plan;
    const planned = outcomes.filter(asksCluster).map((one) => ({
      release: { ...one.release, replaced: one.replaced },
      target: one.target,
      restarts: one.restarts,
      files: filesOf(one, staged),
    }));
    const faults = await options.preflight.check(planned);
    if (faults.size === 0) return plan;
    for (const { release } of planned)
      if (faults.has(release.id))
        refused.set(release.id, { type: 'fault', release, error: faults.get(release.id) });
  }
};
