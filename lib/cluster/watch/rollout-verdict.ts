import type { Clock } from '../../clock.ts';
import { waitsForPerson } from '../../view/release.ts';
import type { Cluster } from '../connect/cluster.ts';
import { createFailFast } from '../fail-fast/fail-fast.ts';
import { createForcedRollback } from '../fail-fast/forced-rollback.ts';
import { describeWorkload, hasRollout } from '../objects/objects.ts';
import { describeRelease } from '../objects/template-image.ts';
import { rolloutCounts } from '../status/rollout-status.ts';
import type { Snapshot } from '../status/snapshot.ts';
import type { RolloutProgress } from '../status/types.ts';
import { judgeWorkload } from '../status/workload-verdict.ts';
import { createCompletedJobs } from './completed-jobs.ts';
import { createFailures } from './failure.ts';
import { isFollowed } from './followed.ts';
import { createLastCrashes } from './last-crashes.ts';
import { createMovedDigests } from './moved-digest.ts';
import { checkReadable, judgeByDelivery, notesOnUnseen } from './not-carrying.ts';
import { exceededBefore } from './progress-deadline.ts';
import type { Tracked } from './track.ts';
import type { PodVerification, Rollout, RolloutVerdict, View } from './types.ts';
import { verifyPods } from './verify-pods.ts';

const progressOf = ({ snapshot, workloadVerdict }: View): RolloutProgress => ({
  phase: workloadVerdict.phase,
  message: workloadVerdict.message,
  workload: snapshot.ref,
  ...(snapshot.workload === undefined
    ? { updated: 0, available: 0, desired: 0 }
    : rolloutCounts(snapshot.workload)),
});

/** A workload that is being replaced (kubectl replace --force, Argo CD with Replace=true) is absent for a moment. */
const absenceGraceMs = 10_000;

const nothingToWatch = 'applied; nothing among it has a rollout to wait for';

type Assessment = {
  /** Undefined while the rollout is still going. */
  readonly verdict?: RolloutVerdict;
  /** When to check again even if nothing changes, in milliseconds since 1970. */
  readonly nextCheckAt: number;
};

/** A workload that is not healthy yet. */
type Waiting = View &
  Partial<Pick<Extract<PodVerification, { type: 'waiting' }>, 'diagnosis' | 'nextCheckAt'>>;

/**
 * Judges all workloads together, each time something changed. Keeps between the calls what was reported, checked and
 * deleted.
 */
export const createRolloutVerdict = (
  cluster: Cluster,
  rollout: Rollout,
  clock: Clock,
  signal: AbortSignal,
): ((snapshots: readonly Snapshot[], tracked: readonly Tracked[]) => Promise<Assessment>) => {
  const failFast = createFailFast(cluster, rollout.image, clock);
  const forcedRollback = createForcedRollback(cluster, rollout.image, clock, signal);
  const lastCrashes = createLastCrashes(cluster, rollout.image, clock);
  const failures = createFailures(cluster, rollout, lastCrashes, clock);
  const completedJobs = createCompletedJobs(rollout);
  const agentHasActed = rollout.lastPhase !== undefined && rollout.lastPhase !== 'waiting-for-agent';
  const haveCarried = new Set<string>(agentHasActed ? rollout.workloads.map(describeWorkload) : []);
  const movedDigests = createMovedDigests(rollout);
  const uncompared = new Map<string, string>();
  const missingSince = new Map<string, number>();
  let said: string | undefined;

  /** When a workload that is not there counts as deleted, in milliseconds since 1970. */
  const deletedAt = ({ snapshot, workloadVerdict }: View): number => {
    const name = describeWorkload(snapshot.ref);
    if (workloadVerdict.type !== 'missing') {
      missingSince.delete(name);
      return Number.POSITIVE_INFINITY;
    }
    const since = missingSince.get(name) ?? clock.now();
    missingSince.set(name, since);
    return Math.min(since + absenceGraceMs, rollout.deadline);
  };

  const look = (snapshot: Snapshot): View => {
    const { ref, workload } = snapshot;
    for (const { container, text } of workload === undefined ? [] : movedDigests.look(ref, workload)) {
      haveCarried.add(describeWorkload(ref));
      uncompared.set(
        `${describeWorkload(ref)} ${container}`,
        `Container ${container} of ${describeWorkload(ref)} has ${text}: the digest came with the tag, and was not compared with that of the registry, which is not known here.`,
      );
    }
    const expected = rollout.mode !== 'agent' || haveCarried.has(describeWorkload(ref));
    const workloadVerdict =
      judgeByDelivery(snapshot, rollout) ?? judgeWorkload(ref, workload, rollout, expected);
    if (workloadVerdict.carries) haveCarried.add(describeWorkload(ref));
    return { snapshot, workloadVerdict };
  };

  /** The same view, unless it was another revision that failed. */
  const reconsider = async (view: View): Promise<View> => {
    const { snapshot, workloadVerdict } = view;
    const set =
      workloadVerdict.type === 'failed' ? await exceededBefore(cluster, snapshot, signal) : undefined;
    if (set === undefined) return view;
    const { kind, name } = snapshot.ref;
    const message = `Waiting for ${kind.toLowerCase()} "${name}": the progress deadline that it exceeded is that of ReplicaSet ${set}, of another revision...`;
    return {
      snapshot,
      workloadVerdict: { ...workloadVerdict, type: 'waiting', message, phase: 'rolling-out' },
    };
  };

  /** What ends the watch at once, whatever the other workloads do. */
  const endOf = async (views: readonly View[]): Promise<RolloutVerdict | undefined> => {
    // Checked first: what another release does to the workloads is not a failure of this one.
    for (const { workloadVerdict } of views)
      if (workloadVerdict.type === 'superseded')
        return { type: workloadVerdict.type, message: workloadVerdict.message };
    for (const view of views) {
      if (deletedAt(view) <= clock.now()) return await failures.missing(view);
      if (view.workloadVerdict.type === 'failed') return await failures.givenUp(view);
    }
    return undefined;
  };

  /** Looks at the pods, once every workload is rolled out by its counts. */
  const verifyAll = async (views: readonly View[]) => {
    const waiting: Waiting[] = [];
    const notes: string[] = [];
    for (const view of views) {
      const { ref, workload } = view.snapshot;
      notes.push(...notesOnUnseen(view.snapshot, rollout));
      if (workload === undefined || view.workloadVerdict.type === 'left') continue;
      const verification = await verifyPods(cluster, ref, workload, rollout, clock, signal);
      if (verification.type === 'verified') notes.push(...verification.notes);
      else {
        const { type, message, ...more } = verification;
        waiting.push({
          ...more,
          snapshot: view.snapshot,
          workloadVerdict: { ...view.workloadVerdict, type, message, phase: 'rolling-out' },
        });
      }
    }
    return { waiting, notes };
  };

  const healthy = (views: readonly View[], notes: readonly string[]): Assessment => {
    const message = views.map(({ workloadVerdict }) => workloadVerdict.message).join('; ');
    const rollouts = views.filter(({ snapshot }) => hasRollout(snapshot.ref));
    const idle = rollouts.filter(
      ({ snapshot: { workload } }) => workload !== undefined && rolloutCounts(workload).desired === 0,
    );
    const names = idle.map(({ snapshot }) => describeWorkload(snapshot.ref)).join(' and ');
    const idleNotes =
      rollouts.length > 0 && idle.length === rollouts.length
        ? [
            `No pod runs ${describeRelease(rollout)}: ${names} ${idle.length === 1 ? 'is' : 'are'} to have none of that revision.`,
          ]
        : [];
    const verdict = {
      type: 'healthy',
      message: message || nothingToWatch,
      notes: [...notes, ...uncompared.values(), ...idleNotes],
    } as const;
    return { verdict, nextCheckAt: 0 };
  };

  const tell = (waiting: readonly View[], first: View): RolloutProgress => {
    // A workload that waits for the agent is reported first: the next watch reads `lastPhase` in this way. And one that
    // waits for a person last: the deadline stands only where nothing else is waited for.
    const telling =
      waiting.find(({ workloadVerdict }) => !workloadVerdict.carries) ??
      waiting.find(({ workloadVerdict }) => !waitsForPerson(workloadVerdict.phase)) ??
      first;
    const progress = progressOf(telling);
    // A workload that is absent for a moment is not reported: it is back before the message could be read.
    if (progress.message !== said && telling.workloadVerdict.type !== 'missing') {
      rollout.onProgress?.(progress);
      said = progress.message;
    }
    return progress;
  };

  /** Follows the pods of those that wait, deletes pods that are stuck, and fails what can no longer become healthy. */
  const attend = async (waiting: readonly Waiting[], tracked: readonly Tracked[]): Promise<Assessment> => {
    let nextCheckAt = Number.POSITIVE_INFINITY;
    for (const { snapshot, workloadVerdict, ...more } of waiting) {
      nextCheckAt = Math.min(nextCheckAt, deletedAt({ snapshot, workloadVerdict }));
      if (!workloadVerdict.carries || !isFollowed(snapshot.ref, rollout)) continue;
      tracked.find(({ ref }) => ref === snapshot.ref)?.followPods();
      await lastCrashes.note(snapshot);
      if (rollout.mode !== 'agent') await forcedRollback.deleteStuckPods(snapshot);
      // A paused rollout is not judged before it is resumed.
      if (snapshot.workload?.spec.paused === true) continue;
      const diagnosis = await failFast.check(snapshot, forcedRollback.deletedUids);
      const telling = diagnosis?.[0];
      if (diagnosis !== undefined && telling !== undefined)
        return { verdict: { type: 'failed', reason: telling.summary, diagnosis }, nextCheckAt: 0 };
      const checks = [
        failFast.nextCheckAt,
        forcedRollback.nextCheckAt,
        more.nextCheckAt ?? Number.POSITIVE_INFINITY,
      ];
      nextCheckAt = Math.min(nextCheckAt, ...checks);
    }
    return { nextCheckAt };
  };

  return async (snapshots, tracked) => {
    checkReadable(snapshots, rollout);
    const views = await Promise.all(snapshots.map((snapshot) => reconsider(look(snapshot))));
    await completedJobs.note(views);
    const ended = await endOf(views);
    if (ended !== undefined) return { verdict: ended, nextCheckAt: 0 };
    let waiting: readonly Waiting[] = views.filter(
      ({ workloadVerdict }) => workloadVerdict.type === 'waiting' || workloadVerdict.type === 'missing',
    );
    let notes: readonly string[] = [];
    if (waiting.length === 0) ({ waiting, notes } = await verifyAll(views));
    const left = views.filter(({ workloadVerdict }) => workloadVerdict.type === 'left');
    const first = waiting[0];
    if (first === undefined)
      return left.length === 0
        ? healthy(views, notes)
        : { verdict: await failures.left(left), nextCheckAt: 0 };
    const progress = tell(waiting, first);
    const attended = await attend(waiting, tracked);
    if (attended.verdict !== undefined) return attended;
    const now = clock.now();
    if (now >= rollout.deadline) {
      const more = waiting.flatMap(({ diagnosis }) => (diagnosis === undefined ? [] : [diagnosis]));
      return { verdict: await failures.late(waiting, left, more), nextCheckAt: 0 };
    }
    if (now >= rollout.until) return { verdict: { type: 'pending', progress }, nextCheckAt: 0 };
    return attended;
  };
};
