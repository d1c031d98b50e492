import type { Cluster } from '../../cluster/connect/connect.ts';
import { withCluster } from '../../cluster/connect/with-cluster.ts';
import type { Delivery, WorkloadRef } from '../../cluster/deliver/deliver.ts';
import type { setPaused } from '../../cluster/deliver/pause.ts';
import { pausedInManifests } from '../../cluster/deliver/paused-in-manifests.ts';
import type { ConfigRepo } from '../../config/types.ts';
import { TagboatError } from '../../errors.ts';
import type { Remote } from '../../git/remote.ts';
import { settleAll } from '../../settle-all.ts';
import { type FinalizeContext, finalize } from '../lifecycle/finalize.ts';
import { retryLater } from '../lifecycle/retry-later.ts';
import { isUnderWay, type Release } from '../model/release.ts';
import { findTarget, type TargetedRelease } from '../model/target.ts';
import { unwatchedMs } from '../queue/schedule.ts';
import { byCluster, type ClusterFaults } from './by-cluster.ts';
import { type CommittedRelease, commitBatch } from './commit-batch.ts';
import { deliveryOf } from './delivery.ts';
import { type CommitPreflight, createCommitPreflight, type PreflightContext } from './preflight.ts';

export type ProcessQueueContext = FinalizeContext &
  PreflightContext & {
    /** The config repo, with its credentials, by its name in tagboat.yml. */
    readonly openRemote: (name: string, repo: ConfigRepo) => Promise<Remote>;
    readonly deliver: (cluster: Cluster, delivery: Delivery) => Promise<readonly WorkloadRef[]>;
    readonly setPaused: typeof setPaused;
  };

/**
 * The step of the job `process-queue`: commits every release that waits for one config repo and branch, and that its cluster
 * would take, in one commit, and delivers them to their clusters. SQS gives a message group to one invocation at a time, which keeps deliveries in the order of
 * the commits; nothing else depends on that.
 *
 * A release that fails for a passing reason is tried again later and does not hold up the others; one delayed job is sent
 * for all of them. Only errors that are not expected are thrown, and return the message to the queue.
 */
export const processQueue = async (group: string, context: ProcessQueueContext): Promise<void> => {
  const waiting = await takeWaiting(group, context);
  const targeted = await lookUpTargets(waiting, context);
  const byRepo = Map.groupBy(targeted, ({ target }) => target.environment.configRepo);
  const faults: ClusterFaults = new Map();
  const preflight = createCommitPreflight(context, faults);
  for (const [name, releases] of byRepo) {
    const committed = await commitAll(name, releases, preflight, context);
    await byCluster(committed, faults, (one, known) => deliverOne(one, known, context));
  }
  await scheduleRetry(group, context);
};

/** The releases of this group that may be tried now. Those that have ended, or are being watched, leave the list. */
const takeWaiting = async (group: string, context: ProcessQueueContext): Promise<readonly Release[]> => {
  const { store, jobs, clock } = context;
  const list = `work#${group}` as const;
  const waiting: Release[] = [];
  for (const { release, dueAt, key } of await readQueue(group, context)) {
    if (release === undefined) {
      // It is about to be recorded; or, once this is overdue, the function died before it did.
      if (dueAt <= clock.now()) await store.outbox.acknowledge(list, key);
    } else if (!isUnderWay(release.state)) {
      // A function died after it recorded the end, perhaps before it did what follows from that.
      await finalize(release, context);
    } else if (release.state === 'rolling-out') {
      await jobs.watchRollout(release, 0, 0);
      await store.outbox.acknowledge(list, key);
    } else if ((release.notBefore ?? 0) <= clock.now()) waiting.push(release);
  }
  return waiting;
};

const readQueue = async (group: string, { store }: ProcessQueueContext) => {
  const entries = await store.outbox.pending(`work#${group}`);
  return settleAll(entries.map(async (key) => ({ key, dueAt: key.dueAt, release: await store.get(key) })));
};

/** Sends one delayed job for all releases that wait for their next attempt; SQS drops what several invocations send. */
const scheduleRetry = async (group: string, context: ProcessQueueContext): Promise<void> => {
  const { jobs, clock } = context;
  const times = (await readQueue(group, context)).flatMap(({ release }) => release?.notBefore ?? []);
  const next = Math.min(...times.filter((time) => time > clock.now()));
  if (Number.isFinite(next))
    await jobs.processQueueLater(group, `later-${group}-${next}`, Math.ceil((next - clock.now()) / 1000));
};

/** The releases with their targets. One whose environment is gone from tagboat.yml fails. */
const lookUpTargets = async (
  releases: readonly Release[],
  context: ProcessQueueContext,
): Promise<readonly TargetedRelease[]> => {
  const targeted = await settleAll(
    releases.map(async (release) => {
      const target = findTarget(context.config, release.app, release.environment);
      if (target !== undefined) return { release, target };
      const gone = 'the environment is not in tagboat.yml any more';
      await retryLater(release, new TagboatError('environment-unknown', gone), context);
      return undefined;
    }),
  );
  return targeted.filter((one) => one !== undefined);
};

/** @param name of the config repo that all of them have */
const commitAll = async (
  name: string,
  releases: readonly TargetedRelease[],
  preflight: CommitPreflight,
  context: ProcessQueueContext,
): Promise<readonly CommittedRelease[]> => {
  const [first] = releases;
  if (first === undefined) return [];
  const opening = preflight.open(releases);
  try {
    const remote = await context.openRemote(name, first.target.repo);
    return await commitBatch(remote, releases, preflight, context);
  } catch (error) {
    await settleAll(releases.map(({ release }) => retryLater(release, error, context)));
    return [];
  } finally {
    // Where nothing was checked, it is still under way.
    await opening;
  }
};

/**
 * Brings a committed release to its cluster, and has it watched. Twice is once: the same documents change nothing.
 * @param known a fault of the cluster that makes trying pointless
 * @returns what kept it from being delivered
 */
const deliverOne = async (
  committed: CommittedRelease,
  known: TagboatError | undefined,
  context: ProcessQueueContext,
): Promise<TagboatError | undefined> => {
  const { store, jobs, clock } = context;
  const { release } = committed;
  try {
    if (known !== undefined) throw known;
    // Undone, or overtaken, since it was read.
    if ((await store.get(release))?.state !== 'committed') return undefined;
    const { workloads, timeout } = await deliverTo(committed, context);
    await store.outbox.add('rollouts', release, clock.now() + unwatchedMs);
    const startedAt = clock.now();
    const rolling = await store.advance(release, 'rolling-out', ({ paused }) => ({
      workloads,
      deadline: startedAt + timeout * 1000,
      // A pause that began before the rollout stops the rollout's deadline only from now on.
      paused: paused && { ...paused, at: startedAt },
      attempts: 0,
      notBefore: undefined,
      reason: undefined,
    }));
    if (rolling !== undefined) {
      await jobs.watchRollout(release, 0, 0);
      await jobs.notify(rolling, 'rolling-out');
    }
    await store.outbox.acknowledge(`work#${release.group}`, release);
    return undefined;
  } catch (error) {
    await retryLater(release, error, context);
    return error instanceof TagboatError ? error : undefined;
  }
};

const deliverTo = async (
  { release, target, resumes, files }: CommittedRelease,
  context: ProcessQueueContext,
) => {
  const { environment } = target;
  const delivery = deliveryOf({ release, target }, files);
  const workloads = await withCluster(environment.cluster, context.cluster, async (cluster) => {
    const delivered = await context.deliver(cluster, delivery);
    // Only now: before, it would have gone on with what is undone.
    if (resumes) {
      const staysPaused = pausedInManifests(files);
      const resumable = delivered.filter(
        (ref) => (ref.kind === 'Deployment' || ref.kind === 'Rollout') && !staysPaused(ref),
      );
      await context.setPaused(cluster, resumable, false);
    }
    return delivered;
  });
  return { workloads, timeout: environment.timeout };
};
