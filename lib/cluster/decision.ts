import type { Clock } from '../clock.ts';
import { TagboatError } from '../errors.ts';
import type { Cluster } from './cluster.ts';
import { type Diagnosis, diagnose } from './diagnose.ts';
import { createFailFast } from './fail-fast.ts';
import { type Judgement, judge } from './judge.ts';
import { describeWorkload } from './objects.ts';
import type { Snapshot } from './snapshot.ts';
import { rolloutCounts } from './status.ts';
import type { Tracked } from './track.ts';
import { createUnstick } from './unstick.ts';
import type { Rollout, RolloutProgress, Watched } from './verdict.ts';

type View = { readonly snapshot: Snapshot; readonly judgement: Judgement };

const progressOf = ({ snapshot, judgement }: View): RolloutProgress => ({
  message: judgement.message,
  workload: snapshot.ref,
  ...(snapshot.workload === undefined
    ? { updated: 0, available: 0, desired: 0 }
    : rolloutCounts(snapshot.workload)),
});

const whyOf = async (
  cluster: Cluster,
  views: readonly View[],
  image: string,
  clock: Clock,
): Promise<readonly Diagnosis[]> =>
  (
    await Promise.all(
      views.map(async ({ snapshot }) => {
        try {
          return await diagnose(cluster, snapshot.ref, image, clock);
        } catch (error) {
          // The verdict stands without its reasons.
          if (error instanceof TagboatError) return [];
          throw error;
        }
      }),
    )
  ).flat();

const closing = (
  cause: 'timeout' | 'progress-deadline' | 'workload-missing',
  summary: string,
  views: readonly View[],
): Diagnosis => ({
  cause,
  summary,
  evidence: views.map(({ judgement }) => judgement.message),
  next:
    cause === 'workload-missing'
      ? 'Find out who deleted the workload, and release again.'
      : 'Look at the workload and its pods with kubectl describe.',
  ...(views[0] === undefined ? {} : { workload: describeWorkload(views[0].snapshot.ref) }),
});

const nothingToWatch = 'applied; nothing among it has a rollout to wait for';

export type Decision = {
  /** Undefined while there is none. */
  readonly verdict?: Watched;
  /** When to look again even if nothing changes, in milliseconds since 1970. */
  readonly nextLook: number;
};

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
  const unstick = createUnstick(cluster, rollout.image, signal);
  const haveCarried = new Set<string>();
  let said: string | undefined;

  const look = (snapshot: Snapshot): View => {
    const { ref, workload } = snapshot;
    const expected = rollout.mode !== 'agent' || haveCarried.has(describeWorkload(ref));
    const judgement = judge(ref, workload, rollout, expected);
    if (judgement.carries) haveCarried.add(describeWorkload(ref));
    return { snapshot, judgement };
  };

  const failed = async (reason: string, views: readonly View[], last?: Diagnosis): Promise<Watched> => ({
    type: 'failed',
    reason,
    diagnosis: [
      ...(await whyOf(cluster, views, rollout.image, clock)),
      ...(last === undefined ? [] : [last]),
    ],
  });

  /** What ends the watch at once, whatever the other workloads do. */
  const endOf = async (views: readonly View[]): Promise<Watched | undefined> => {
    for (const view of views) {
      const { type, message } = view.judgement;
      if (type === 'superseded') return { type, message };
      if (type === 'missing')
        return await failed(message, [], closing('workload-missing', 'The workload was deleted.', [view]));
      if (type === 'failed')
        return await failed(
          message,
          [view],
          closing('progress-deadline', 'The rollout made no progress for longer than its deadline.', [view]),
        );
    }
    return undefined;
  };

  return async (snapshots, tracked) => {
    const views = snapshots.map(look);
    const ended = await endOf(views);
    if (ended !== undefined) return { verdict: ended, nextLook: 0 };
    const waiting = views.filter(({ judgement }) => judgement.type === 'waiting');
    const first = waiting[0];
    if (first === undefined) {
      const message = views.map(({ judgement }) => judgement.message).join('; ');
      return { verdict: { type: 'healthy', message: message || nothingToWatch }, nextLook: 0 };
    }
    const progress = progressOf(first);
    if (progress.message !== said) rollout.onProgress?.(progress);
    said = progress.message;
    let nextLook = Number.POSITIVE_INFINITY;
    for (const { snapshot, judgement } of waiting) {
      if (!judgement.carries) continue;
      tracked.find(({ ref }) => ref === snapshot.ref)?.followPods();
      if (rollout.mode !== 'agent') await unstick(snapshot);
      const diagnosis = await failFast.check(snapshot);
      const telling = diagnosis?.[0];
      if (diagnosis !== undefined && telling !== undefined)
        return { verdict: { type: 'failed', reason: telling.summary, diagnosis }, nextLook: 0 };
      nextLook = Math.min(nextLook, failFast.nextLook);
    }
    const now = clock.now();
    if (now >= rollout.deadline)
      return {
        verdict: await failed(
          `not healthy in time: ${progress.message}`,
          waiting,
          closing('timeout', 'The rollout was not healthy in time.', waiting),
        ),
        nextLook: 0,
      };
    if (now >= rollout.until) return { verdict: { type: 'pending', progress }, nextLook: 0 };
    return { nextLook };
  };
};
