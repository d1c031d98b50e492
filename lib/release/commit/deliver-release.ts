import type { Cluster } from '../../cluster/connect/connect.ts';
import { withCluster } from '../../cluster/connect/with-cluster.ts';
import type { Delivery, WorkloadRef } from '../../cluster/deliver/deliver.ts';
import { hasFirstJobs } from '../../cluster/deliver/goes-first.ts';
import { jobsLeft, jobsNotFollowed } from '../../cluster/deliver/jobs-not-run.ts';
import type { setPaused } from '../../cluster/deliver/pause.ts';
import { pausedInManifests } from '../../cluster/deliver/paused-in-manifests.ts';
import { TagboatError } from '../../errors.ts';
import type { FinalizeContext } from '../lifecycle/finalize.ts';
import { retryLater } from '../lifecycle/retry-later.ts';
import { awaitsDelivery, type Release, type ReleasePatch } from '../model/release.ts';
import { unwatchedMs } from '../queue/schedule.ts';
import type { CommittedRelease } from './commit-batch.ts';
import { deliveryOf } from './delivery.ts';

export type DeliveryContext = FinalizeContext & {
  /** A connection to the cluster of that name. */
  readonly cluster: (name: string) => Promise<Cluster>;
  readonly deliver: (cluster: Cluster, delivery: Delivery) => Promise<readonly WorkloadRef[]>;
  readonly setPaused: typeof setPaused;
};

/**
 * Brings a committed release to its cluster, and has it watched. Twice is once: the same documents change nothing. Where Jobs
 * go first, only these are delivered; the release comes here again once the watch has seen them complete (`stage`).
 * @param known a fault of the cluster that makes trying pointless
 * @returns what kept it from being delivered
 */
export const deliverRelease = async (
  committed: CommittedRelease,
  known: TagboatError | undefined,
  context: DeliveryContext,
): Promise<TagboatError | undefined> => {
  const { store, jobs, clock } = context;
  const { release } = committed;
  try {
    if (known !== undefined) throw known;
    const current = await store.get(release);
    // Undone, or overtaken, since it was read.
    if (current === undefined || !awaitsDelivery(current)) return undefined;
    const delivered = await deliverTo({ ...committed, release: current }, context);
    await store.outbox.add('rollouts', release, clock.now() + unwatchedMs);
    const rolling = await recordDelivered(current, delivered, context);
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

type Delivered = Pick<ReleasePatch, 'workloads' | 'stage' | 'jobsLeft' | 'jobsNotFollowed'> & {
  /** Seconds in which what was delivered has to be healthy. */
  readonly timeout: number;
};

const recordDelivered = async (
  { state, ...release }: Release,
  { timeout, ...delivered }: Delivered,
  { store, clock }: DeliveryContext,
): Promise<Release | undefined> => {
  const startedAt = clock.now();
  const patch = ({ paused }: Release): ReleasePatch => ({
    ...delivered,
    deadline: startedAt + timeout * 1000,
    // A pause that began before the rollout stops the rollout's deadline only from now on.
    paused: paused && { ...paused, at: startedAt },
    attempts: 0,
    notBefore: undefined,
    jobAwaitedSince: undefined,
    reason: undefined,
  });
  return state === 'committed'
    ? await store.advance(release, 'rolling-out', patch)
    : await store.amend(release, ['rolling-out'], (one) => (awaitsDelivery(one) ? patch(one) : undefined));
};

const deliverTo = async (
  { release, target, resumes, files }: CommittedRelease,
  context: DeliveryContext,
): Promise<Delivered> => {
  const { environment } = target;
  const whole = deliveryOf({ release, target }, files, context.config);
  const isRest = release.stage === 'rest';
  const isFirst = !isRest && hasFirstJobs(whole);
  const part = isRest ? 'rest' : isFirst ? 'first' : undefined;
  const workloads = await withCluster(environment.cluster, context.cluster, async (cluster) => {
    const delivered = await context.deliver(cluster, { ...whole, part });
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
  const left = jobsLeft(whole);
  const { deliver } = environment;
  const unseen = jobsNotFollowed(whole, workloads);
  return {
    // The Jobs that went first are a part of the verdict.
    workloads: isRest ? [...(release.workloads ?? []), ...workloads] : workloads,
    stage: isFirst ? 'first-jobs' : undefined,
    ...(left.length === 0 ? {} : { jobsLeft: left }),
    ...(unseen.length === 0 || deliver === 'apply' ? {} : { jobsNotFollowed: { deliver, jobs: unseen } }),
    timeout: environment.timeout,
  };
};
