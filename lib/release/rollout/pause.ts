import type { Actor } from '../../actor.ts';
import type { Cluster } from '../../cluster/connect/connect.ts';
import { withCluster } from '../../cluster/connect/with-cluster.ts';
import type { setPaused } from '../../cluster/deliver/pause.ts';
import type { WorkloadRef } from '../../cluster/objects/objects.ts';
import { TagboatError } from '../../errors.ts';
import { currentRelease } from '../model/current-release.ts';
import type { Release } from '../model/release.ts';
import { targetOf } from '../model/target.ts';
import { movedOn } from '../model/undo-plan.ts';
import type { Context } from '../queue/context.ts';
import { readBefore, readToCurrent } from '../record/read-back.ts';
import { resumedPatch } from './pause-clock.ts';

export type PauseContext = Context & {
  readonly cluster: (name: string) => Promise<Cluster>;
  readonly setPaused: typeof setPaused;
};

export type PauseRequest = {
  readonly app: string;
  readonly environment: string;
  readonly paused: boolean;
  readonly by: Actor;
  /** The id of the release that has to be the current one: the button was under its message. */
  readonly expect?: string | undefined;
};

export type Paused = {
  /** `Deployment default/okeydokey` */
  readonly workloads: readonly string[];
  /** False where it was so already. */
  readonly changed: boolean;
};

/**
 * Pauses or resumes the rollout in the cluster. While it is paused the release's deadline does not count: resumed, it has
 * as much time left as it had then. The record is changed before the cluster, so that no poller fails a paused rollout.
 * @throws TagboatError `nothing-rolled-out`, `release-moved-on`, `workload-cannot-pause`,
 *   `cluster-…`
 */
export const pauseRollout = async (request: PauseRequest, context: PauseContext): Promise<Paused> => {
  const { app, environment: name, paused } = request;
  const { environment } = targetOf(context.config, app, name);
  const known = await readToCurrent(request, context.store);
  const current = currentRelease(known);
  if (request.expect !== undefined && request.expect !== current?.id) throw movedOn(request, known, current);
  const workloads = await workloadsOf(known, current, context);
  if (workloads.length === 0)
    throw new TagboatError('nothing-rolled-out', `nothing was rolled out to ${app} ${name} yet`);
  const apply = () =>
    withCluster(environment.cluster, context.cluster, (cluster) =>
      context.setPaused(cluster, workloads, paused),
    );
  const recorded = paused && current !== undefined && (await recordPause(current, request, context));
  let results: Awaited<ReturnType<typeof apply>>;
  try {
    results = await apply();
  } catch (error) {
    // It is not paused after all, unless it was before this request.
    if (recorded) await context.store.amend(current, amendable, { paused: undefined });
    throw error;
  }
  if (!paused && current !== undefined) {
    await recordPause(current, request, context);
    // The poller watches a paused rollout only once a minute.
    if (current.state === 'rolling-out') await context.jobs.watchRollout(current, 0, 0);
  }
  if (current !== undefined) await context.jobs.notify(current, current.state);
  return {
    workloads: results.map(({ ref }) => `${ref.kind} ${ref.namespace}/${ref.name}`),
    changed: results.some(({ changed }) => changed),
  };
};

/** While its first Jobs run, and until the rest is delivered, the rollout to pause is that of what the release before delivered. */
const workloadsOf = async (
  known: readonly Release[],
  current: Release | undefined,
  { store }: Context,
): Promise<readonly WorkloadRef[]> => {
  const isWhole = ({ workloads, stage }: Release): boolean => workloads !== undefined && stage === undefined;
  if (current?.stage === undefined) return current?.workloads ?? known.find(isWhole)?.workloads ?? [];
  const before = (await readBefore(current, store)).find(isWhole);
  return [...(before?.workloads ?? []), ...(current.workloads ?? [])];
};

/** A workload that is paused between two rollouts stays so in the next one, whose record takes the pause over. */
const amendable = ['committed', 'rolling-out', 'healthy', 'failed'] as const;

/** @returns false where the record says so already, or has no rollout */
const recordPause = async (
  key: Release,
  { paused, by }: PauseRequest,
  { store, clock }: Context,
): Promise<boolean> => {
  const release = await store.get(key);
  if (release === undefined || paused === (release.paused !== undefined)) return false;
  const now = clock.now();
  const amended = await store.amend(
    release,
    amendable,
    paused ? { paused: { by, at: now } } : { ...resumedPatch(release, now), phase: undefined },
  );
  return amended !== undefined;
};
