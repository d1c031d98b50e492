import type { ConfigRepo } from '../../config/types.ts';
import { TagboatError } from '../../errors.ts';
import type { Remote } from '../../git/remote.ts';
import { settleAll } from '../../settle-all.ts';
import { finalize } from '../lifecycle/finalize.ts';
import { retryLater } from '../lifecycle/retry-later.ts';
import { awaitsDelivery, isUnderWay, type Release } from '../model/release.ts';
import { findTarget, type TargetedRelease } from '../model/target.ts';
import { byCluster, type ClusterFaults } from './by-cluster.ts';
import { type CommittedRelease, commitBatch } from './commit-batch.ts';
import { type DeliveryContext, deliverRelease } from './deliver-release.ts';
import { type CommitPreflight, createCommitPreflight, type PreflightContext } from './preflight.ts';

export type ProcessQueueContext = DeliveryContext &
  PreflightContext & {
    /** The config repo, with its credentials, by its name in tagboat.yml. */
    readonly openRemote: (name: string, repo: ConfigRepo) => Promise<Remote>;
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
    await byCluster(committed, faults, (one, known) => deliverRelease(one, known, context));
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
    } else if (release.state === 'rolling-out' && !awaitsDelivery(release)) {
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
