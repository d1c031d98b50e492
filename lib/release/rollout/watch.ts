import type { Cluster } from '../../cluster/connect/connect.ts';
import { withCluster } from '../../cluster/connect/with-cluster.ts';
import type { Rollout, RolloutVerdict, watchRollout } from '../../cluster/watch/watch-rollout.ts';
import { isRetryable, TagboatError } from '../../errors.ts';
import type { DigestComparison } from '../../image.ts';
import { createDigestComparison } from '../../registry/compare-digests.ts';
import type { ManifestReader } from '../../registry/manifest-parts.ts';
import { type RolloutPhase, waitsForPerson } from '../../view/release.ts';
import { type FinalizeContext, fail, finalize, finalizeIfEnded } from '../lifecycle/finalize.ts';
import { clipDiagnoses } from '../model/failure-blame.ts';
import { otherVariantsOf } from '../model/other-variants.ts';
import { isUnderWay, type Release, type ReleaseDiagnosis, type ReleaseKey } from '../model/release.ts';
import { type TargetedRelease, targetOf } from '../model/target.ts';
import type { Context } from '../queue/context.ts';
import {
  invocationMarginMs,
  pausedPollSeconds,
  pausedWatchMs,
  pollDelaySeconds,
  unreachableGraceMs,
  unwatchedMs,
} from '../queue/schedule.ts';
import { deliverRest } from './deliver-rest.ts';
import { notePause, noteReminder, watchedPause } from './pause-clock.ts';
import { createProgress } from './progress.ts';

export type WatchContext = FinalizeContext & {
  readonly cluster: (name: string) => Promise<Cluster>;
  readonly watchRollout: typeof watchRollout;
  /** To tell apart what runs and what the registry has; see `createDigestComparison`. */
  readonly manifests?: () => Promise<ManifestReader>;
};

/**
 * The step of the job `watch-rollout`: watches the workloads of a release for as long as this invocation may last, and
 * records the verdict, or sends the job again.
 * @param remainingMs what is left of the invocation
 */
export const watchRelease = async (
  key: ReleaseKey,
  round: number,
  remainingMs: number,
  context: WatchContext,
): Promise<void> => {
  const { store, clock, logger } = context;
  const release = await store.get(key);
  if (release === undefined) {
    await store.outbox.acknowledge('rollouts', key);
    return;
  }
  if (release.state !== 'rolling-out') {
    // Ended by another invocation, which may have died before it finalized it. Committed: the release worker delivers it.
    if (!isUnderWay(release.state)) await finalize(release, context);
    return;
  }
  if (release.stage === 'rest') {
    // The job of the release worker may have been lost.
    await deliverRest(release, context);
    return;
  }
  // A paused rollout does not change by itself.
  const patience = watchedPause(release) === undefined ? Number.POSITIVE_INFINITY : pausedWatchMs;
  const until = clock.now() + Math.max(0, Math.min(remainingMs - invocationMarginMs, patience));
  await context.store.outbox.defer('rollouts', key, until + unwatchedMs);
  try {
    const target = targetOf(context.config, release.app, release.environment);
    const watched = await watchUntil({ release, target }, until, context);
    if (watched.type === 'pending') {
      const { message: progress, phase } = watched.progress;
      await store.amend(release, ['rolling-out'], { progress, phase });
      await notePause(release, phase, context);
      await noteReminder(release, context);
      await context.jobs.notify(release, 'rolling-out');
      await watchAgain(release, ...nextWatch(release, phase, round, context), context);
      return;
    }
    if (watched.type === 'failed' && (await wasPausedMeanwhile(release, context))) {
      await watchAgain(release, round, 1, context);
      return;
    }
    if (watched.type === 'healthy' && release.stage === 'first-jobs') await deliverRest(release, context);
    else await record(release, watched, context);
  } catch (error) {
    if (
      error instanceof TagboatError &&
      (error.code === 'store-unreachable' || error.code === 'queue-unreachable')
    )
      throw error;
    logger.warn('rollout cannot be watched', { id: release.id, round, error });
    const isLost = clock.now() > deadlineOf((await store.get(release)) ?? release) + unreachableGraceMs;
    if (isLost || !isRetryable(error)) return fail(release, error, context);
    const retryAfter = error instanceof TagboatError ? (error.retryAfterSeconds ?? 0) : 0;
    await watchAgain(release, round, Math.max(pollDelaySeconds('rollout', round), retryAfter), context);
  }
};

/** The round of the next watch, and in how many seconds it begins. After a pause the delays are short again. */
const nextWatch = (
  release: Release,
  phase: RolloutPhase,
  round: number,
  { clock }: Pick<Context, 'clock'>,
): [number, number] => {
  const paused = watchedPause(release);
  if (paused === undefined) return [round, pollDelaySeconds('rollout', round)];
  return waitsForPerson(phase)
    ? [round, pausedPollSeconds(round, clock.now() - paused.at)]
    : [0, pollDelaySeconds('rollout', 0)];
};

/** A rollout that waits for a person has none. */
const deadlineOf = (release: Release): number =>
  watchedPause(release) === undefined ? (release.deadline ?? 0) : Number.POSITIVE_INFINITY;

/** True where its deadline has changed since this invocation began. A failure for another reason is found again. */
const wasPausedMeanwhile = async (release: Release, { store }: Context): Promise<boolean> => {
  const { paused, deadline } = (await store.get(release)) ?? release;
  return paused?.at !== release.paused?.at || deadline !== release.deadline;
};

const watchAgain = async (
  release: Release,
  round: number,
  delaySeconds: number,
  context: FinalizeContext,
): Promise<void> => {
  await context.store.outbox.add(
    'rollouts',
    release,
    context.clock.now() + delaySeconds * 1000 + unwatchedMs,
  );
  await context.jobs.watchRollout(release, round + 1, delaySeconds);
};

const watchUntil = async (
  { release, target }: TargetedRelease,
  until: number,
  context: WatchContext,
): Promise<RolloutVerdict> => {
  const { environment } = target;
  const progress = createProgress(release, context);
  try {
    return await withCluster(environment.cluster, context.cluster, (cluster) =>
      context.watchRollout(cluster, {
        workloads: release.workloads ?? [],
        image: release.image,
        tag: release.tag,
        digest: environment.pin === 'digest' ? release.digest : undefined,
        mode: environment.deliver,
        seek: environment.deliver === 'agent' ? seekOf(release, environment.namespace, context) : undefined,
        isOtherVariant: otherVariantsOf({ release, target }, context.config),
        // Of an undo to a tag that has moved, a node that kept the image which was healthy runs what is wanted, too.
        knownDigest: release.caution?.code === 'moved' ? undefined : release.digest,
        compareDigest: compareWith(release, context),
        isRestart: release.restartedAt !== undefined,
        lastPhase: release.phase,
        completedJobs: release.completedJobs,
        onJobCompleted: async (completedJobs) => {
          await context.store.amend(release, ['rolling-out'], { completedJobs });
        },
        deadline: deadlineOf(release),
        until,
        onProgress: progress.note,
        clock: context.clock,
      }),
    );
  } finally {
    await progress.end();
  }
};

/** Asks the registry, where what a pod runs is not just the digest of the release. */
const compareWith = (
  { image, digest }: Release,
  { manifests }: WatchContext,
): ((running: string) => Promise<DigestComparison>) | undefined =>
  digest === undefined || manifests === undefined
    ? undefined
    : createDigestComparison(image, digest, {
        partsOf: async (...asked) => (await manifests()).partsOf(...asked),
      });

/** What an agent creates under names that only it knows is recorded as it is found. */
const seekOf = (
  release: Release,
  namespace: string,
  { store }: Pick<Context, 'store'>,
): NonNullable<Rollout['seek']> => ({
  namespace,
  isOpen: release.seeksWorkloads === true,
  onFound: async (workloads) => {
    await store.amend(release, ['rolling-out'], { workloads, seeksWorkloads: true });
  },
});

const record = async (
  release: Release,
  watched: Exclude<RolloutVerdict, { type: 'pending' }>,
  context: FinalizeContext,
): Promise<void> => {
  const { store } = context;
  if (watched.type === 'healthy')
    await store.advance(release, 'healthy', ({ paused }) => ({
      progress: watched.message,
      notes: watched.notes.slice(0, maxDiagnoses),
      phase: undefined,
      // A canary may have been promoted between two watches; a Deployment that was paused from Slack still is.
      paused: paused?.by.type === 'cluster' ? undefined : paused,
      reason: undefined,
    }));
  else if (watched.type === 'superseded')
    await store.advance(release, 'superseded', {
      reason: { code: 'superseded', message: watched.message },
    });
  else
    await store.advance(release, 'failed', {
      reason: {
        code: watched.diagnosis[0]?.cause ?? 'unknown',
        message: watched.reason.slice(0, maxReason),
      },
      diagnosis: clipDiagnoses(watched.diagnosis, maxDiagnoses).map(clip),
    });
  await finalizeIfEnded(release, context);
};

/** Bounds of what is recorded: a DynamoDB item takes 400 KB, and Slack shows less. */
const maxReason = 2_000;
const maxDiagnoses = 10;
const maxEvidence = 40;
const maxLine = 500;

const clip = (diagnosis: ReleaseDiagnosis): ReleaseDiagnosis => ({
  ...diagnosis,
  summary: diagnosis.summary.slice(0, maxReason),
  next: diagnosis.next.slice(0, maxReason),
  evidence: diagnosis.evidence.slice(0, maxEvidence).map((line) => line.slice(0, maxLine)),
});
