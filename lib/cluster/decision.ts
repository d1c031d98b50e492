import type { Clock } from '../clock.ts';
import type { Cluster } from './cluster.ts';
import { type Confirmation, confirm } from './confirm.ts';
import { createFailFast } from './fail-fast.ts';
import { createFailures, type View } from './failure.ts';
import { judge } from './judge.ts';
import { describeWorkload } from './objects.ts';
import type { Snapshot } from './snapshot.ts';
import { rolloutCounts } from './status.ts';
import type { Tracked } from './track.ts';
import { createUnstick } from './unstick.ts';
import type { Rollout, RolloutProgress, Watched } from './verdict.ts';

const progressOf = ({ snapshot, judgement }: View): RolloutProgress => ({
  phase: judgement.phase,
  message: judgement.message,
  workload: snapshot.ref,
  ...(snapshot.workload === undefined
    ? { updated: 0, available: 0, desired: 0 }
    : rolloutCounts(snapshot.workload)),
});

const nothingToWatch = 'applied; nothing among it has a rollout to wait for';

export type Decision = {
  /** Undefined while there is none. */
  readonly verdict?: Watched;
  /** When to look again even if nothing changes, in milliseconds since 1970. */
  readonly nextLook: number;
};

/** A workload that is not healthy yet. */
type Waiting = View & Partial<Pick<Extract<Confirmation, { type: 'waiting' }>, 'diagnosis' | 'nextLook'>>;

/**
 * Turns what is known of the workloads into a verdict over all of them, each time something changed. Remembers, between
 * the times, what was said, looked at and done.
 */
export const createDecision = (
  cluster: Cluster,
  rollout: Rollout,
  clock: Clock,
  signal: AbortSignal,
): ((snapshots: readonly Snapshot[], tracked: readonly Tracked[]) => Promise<Decision>) => {
  const failFast = createFailFast(cluster, rollout.image, clock);
  const unstick = createUnstick(cluster, rollout.image, clock, signal);
  const failures = createFailures(cluster, rollout.image, clock);
  const agentHasActed = rollout.lastPhase !== undefined && rollout.lastPhase !== 'waiting-for-agent';
  const haveCarried = new Set<string>(agentHasActed ? rollout.workloads.map(describeWorkload) : []);
  let said: string | undefined;

  const look = (snapshot: Snapshot): View => {
    const { ref, workload } = snapshot;
    const expected = rollout.mode !== 'agent' || haveCarried.has(describeWorkload(ref));
    const judgement = judge(ref, workload, rollout, expected);
    if (judgement.carries) haveCarried.add(describeWorkload(ref));
    return { snapshot, judgement };
  };

  /** What ends the watch at once, whatever the other workloads do. */
  const endOf = async (views: readonly View[]): Promise<Watched | undefined> => {
    for (const view of views) {
      const { type, message } = view.judgement;
      if (type === 'superseded') return { type, message };
      if (type === 'missing') return await failures.missing(view);
      if (type === 'failed') return await failures.givenUp(view);
    }
    return undefined;
  };

  /** Looks at the pods, once every workload is rolled out by its counts. */
  const confirmAll = async (views: readonly View[]) => {
    const waiting: Waiting[] = [];
    const notes: string[] = [];
    for (const view of views) {
      const { ref, workload } = view.snapshot;
      if (workload === undefined) continue;
      const confirmation = await confirm(cluster, ref, workload, rollout, clock, signal);
      if (confirmation.type === 'confirmed') notes.push(...confirmation.notes);
      else {
        const { type, message, ...more } = confirmation;
        waiting.push({
          ...more,
          snapshot: view.snapshot,
          judgement: { ...view.judgement, type, message, phase: 'rolling-out' },
        });
      }
    }
    return { waiting, notes };
  };

  const healthy = (views: readonly View[], notes: readonly string[]): Decision => {
    const message = views.map(({ judgement }) => judgement.message).join('; ');
    return { verdict: { type: 'healthy', message: message || nothingToWatch, notes }, nextLook: 0 };
  };

  const tell = (waiting: readonly View[], first: View): RolloutProgress => {
    // As long as an agent has to act on one, that comes first: `lastPhase` of the next watch is read so.
    const untouched = waiting.find(({ judgement }) => !judgement.carries);
    const progress = progressOf(untouched ?? first);
    if (progress.message !== said) rollout.onProgress?.(progress);
    said = progress.message;
    return progress;
  };

  /** Follows those that wait more closely, helps where it can, and gives up what is past help. */
  const attend = async (waiting: readonly Waiting[], tracked: readonly Tracked[]): Promise<Decision> => {
    let nextLook = Number.POSITIVE_INFINITY;
    for (const { snapshot, judgement, ...more } of waiting) {
      if (!judgement.carries) continue;
      tracked.find(({ ref }) => ref === snapshot.ref)?.followPods();
      if (rollout.mode !== 'agent') await unstick.free(snapshot);
      const diagnosis = await failFast.check(snapshot, unstick.freed);
      const telling = diagnosis?.[0];
      if (diagnosis !== undefined && telling !== undefined)
        return { verdict: { type: 'failed', reason: telling.summary, diagnosis }, nextLook: 0 };
      const looks = [failFast.nextLook, unstick.nextLook, more.nextLook ?? Number.POSITIVE_INFINITY];
      nextLook = Math.min(nextLook, ...looks);
    }
    return { nextLook };
  };

  return async (snapshots, tracked) => {
    const views = snapshots.map(look);
    const ended = await endOf(views);
    if (ended !== undefined) return { verdict: ended, nextLook: 0 };
    let waiting: readonly Waiting[] = views.filter(({ judgement }) => judgement.type === 'waiting');
    let notes: readonly string[] = [];
    if (waiting.length === 0) ({ waiting, notes } = await confirmAll(views));
    const first = waiting[0];
    if (first === undefined) return healthy(views, notes);
    const progress = tell(waiting, first);
    const attended = await attend(waiting, tracked);
    if (attended.verdict !== undefined) return attended;
    const now = clock.now();
    if (now >= rollout.deadline) {
      const more = waiting.flatMap(({ diagnosis }) => (diagnosis === undefined ? [] : [diagnosis]));
      return { verdict: await failures.late(waiting, more), nextLook: 0 };
    }
    if (now >= rollout.until) return { verdict: { type: 'pending', progress }, nextLook: 0 };
    return attended;
  };
};
