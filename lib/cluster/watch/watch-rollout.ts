import { systemClock } from '../../clock.ts';
import { TagboatError } from '../../errors.ts';
import type { Cluster } from '../connect/cluster.ts';
import { mayBeUnreadable } from '../deliver/read-if-allowed.ts';
import { createRolloutVerdict } from './rollout-verdict.ts';
import { findMore, seekWorkloads } from './seek-workloads.ts';
import { track } from './track.ts';
import type { Rollout, RolloutVerdict } from './types.ts';
import { createWakeUp } from './wake-up.ts';

export type { RolloutPhase } from '../../view/release.ts';
export type { Diagnosis, DiagnosisCause } from '../diagnose/diagnose.ts';
export type { RolloutProgress } from '../status/types.ts';
export type { Rollout, RolloutVerdict, SeekWorkloads } from './types.ts';

/** Where the queue delivered late, the first check still gets this long, even after the deadline. */
const firstLookMs = 10_000;

/** Watches workloads that are known; see `watchRollout`. */
const watchWorkloads = async (cluster: Cluster, rollout: Rollout): Promise<RolloutVerdict> => {
  const clock = rollout.clock ?? systemClock;
  const stop = new AbortController();
  const signal = rollout.signal === undefined ? stop.signal : AbortSignal.any([stop.signal, rollout.signal]);
  const wakeUp = createWakeUp(clock);
  const running: Promise<void>[] = [];
  let trouble: TagboatError | undefined;
  let broken: { readonly error: unknown } | undefined;
  const tracked = rollout.workloads.map((ref) =>
    track(cluster, ref, {
      clock,
      signal,
      mayBeUnreadable: mayBeUnreadable(ref, rollout.seek?.namespace ?? ref.namespace),
      onChange: () => wakeUp.trigger(),
      onTrouble: (error) => {
        trouble = error;
        cluster.logger.debug('a watch is tried again', { error: error.message });
      },
      run: (watch) => {
        running.push(
          watch.catch((error: unknown) => {
            broken ??= { error };
            wakeUp.trigger();
          }),
        );
      },
    }),
  );
  const decide = createRolloutVerdict(cluster, rollout, clock, signal);
  const start = clock.now();
  const end = Math.min(rollout.until, rollout.deadline);
  try {
    for (;;) {
      rollout.signal?.throwIfAborted();
      if (broken !== undefined) throw broken.error;
      const snapshots = tracked.flatMap((one) => one.snapshot() ?? []);
      const isComplete = snapshots.length === tracked.length;
      const { verdict, nextCheckAt } = isComplete
        ? await decide(snapshots, tracked)
        : { verdict: undefined, nextCheckAt: Number.POSITIVE_INFINITY };
      if (verdict !== undefined) return verdict;
      const last = isComplete ? end : Math.max(end, start + firstLookMs);
      const now = clock.now();
      if (!isComplete && now >= last)
        throw trouble ?? new TagboatError('cluster-unreachable', `${cluster.server}: no answer in time`);
      await wakeUp.wait(Math.max(0, Math.min(last, nextCheckAt) - now), signal);
    }
  } finally {
    stop.abort();
    await Promise.all(running);
  }
};

/**
 * Watches workloads until there is one verdict over all of them, and follows the cluster while it does: every change of
 * a workload or of its pods is judged as it arrives.
 *
 * - `healthy`: each carries the release's image, `kubectl rollout status` (for Argo Rollouts, their own plugin) would say
 *   that it is rolled out, and a look at the pods confirms it; see `verifyPods`.
 * - `failed`: what kubectl calls failed (progress deadline), or Argo degraded; what can no longer become healthy by itself
 *   (see `BlockedContainer`); a workload that was deleted and stays away; or the deadline has passed. Always with the reasons that
 *   could be found. Not what kubectl calls failed for a revision before; see `exceededBefore`.
 * - A Job of the release has to complete, and has failed with its condition `Failed`. What was seen of one that is cleared away
 *   after its end counts; one that was applied here and is gone without that has failed.
 * - `failed` as well, once all others are healthy, where the image of one cannot be set; see `unsettable`.
 * - `superseded`: one was given another image. In mode `agent` this counts once it carried the release's; before, it is
 *   waited for.
 * - `pending`: `until` was reached before any of these.
 *
 * The image of a workload is that of its template, and where the reference has a digest, that decides. A workload without a
 * rollout (a CronJob) counts once its template has the image. In mode `agent` workloads that the agent has yet to create are
 * looked for; see `SeekWorkloads`.
 *
 * Where pods may not be read, the workloads are judged without them.
 *
 * A broken pod of the revision before that keeps a StatefulSet from rolling is deleted, except in mode `agent`; see
 * `createForcedRollback`. No watch is left running when it returns.
 * @throws TagboatError `cluster-unreachable` where the API server did not answer once; `cluster-forbidden`, in mode `agent` also
 *   where not one of the workloads may be read;
 *   `cluster-credentials-refused`; the signal's reason
 */
export const watchRollout = async (cluster: Cluster, rollout: Rollout): Promise<RolloutVerdict> => {
  const { seek } = rollout;
  if (seek === undefined) return await watchWorkloads(cluster, rollout);
  const sought = await seekWorkloads(cluster, rollout, seek);
  if (sought.type === 'ended') return sought.verdict;
  let { workloads, lastPhase } = { ...rollout, ...sought };
  for (;;) {
    const verdict = await watchWorkloads(cluster, { ...rollout, workloads, lastPhase });
    if (verdict.type !== 'healthy' || !sought.isOpen) return verdict;
    const more = await findMore(cluster, { ...rollout, workloads }, seek);
    if (more.length === 0) return verdict;
    workloads = [...workloads, ...more];
    // The agent may not have given them the image yet.
    lastPhase = 'waiting-for-agent';
    await seek.onFound(workloads);
  }
};
