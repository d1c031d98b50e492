import type { Cluster } from '../cluster/connect.ts';
import type { Delivery, WorkloadRef } from '../cluster/deliver.ts';
import type { ConfigRepo } from '../config/types.ts';
import { TagboatError } from '../errors.ts';
import type { Remote } from '../git/remote.ts';
import { familiarName } from '../image.ts';
import type { Context } from './context.ts';
import { environmentOf } from './group.ts';
import { putOff } from './put-off.ts';
import type { Release } from './release.ts';
import { type Written, write } from './write.ts';

export type WorkContext = Context & {
  /** The config repo, with its credentials, by its name in tagboat.yml. */
  readonly openRemote: (name: string, repo: ConfigRepo) => Promise<Remote>;
  /** A connection to the cluster of that name. */
  readonly cluster: (name: string) => Promise<Cluster>;
  readonly deliver: (cluster: Cluster, delivery: Delivery) => Promise<readonly WorkloadRef[]>;
};

const deliveriesAtOnce = 4;
/** How long a rollout may go without a watcher before reconcile asks for one. */
const unwatchedMs = 180_000;

/**
 * The release worker: takes everything that waits for one config repo and branch, has it written in one commit, and
 * delivers it. Runs under the message group's lock; correct without it, only slower.
 *
 * A passing fault puts a release off and does not hold up the others. Only what should not happen is thrown, and goes
 * back to the queue.
 */
export const work = async (group: string, context: WorkContext): Promise<void> => {
  const waiting = await takeWork(group, context);
  const byRepo = Map.groupBy(
    waiting,
    ({ app, environment }) => context.config.apps[app]?.environments[environment]?.configRepo,
  );
  for (const [name, releases] of byRepo) {
    const written = await writeAll(name, releases, context);
    for (let at = 0; at < written.length; at += deliveriesAtOnce)
      await Promise.all(written.slice(at, at + deliveriesAtOnce).map((one) => deliverOne(one, context)));
  }
};

/** What waits for this group, read consistently; what has ended, or is being watched, is taken off the list. */
const takeWork = async (group: string, { store, nudges }: WorkContext): Promise<readonly Release[]> => {
  const list = `work#${group}` as const;
  const owed = await store.owed(list);
  const releases = await Promise.all(owed.map((key) => store.get(key)));
  const waiting: Release[] = [];
  for (const [index, release] of releases.entries()) {
    if (
      release?.state === 'queued' ||
      release?.state === 'waiting-for-image' ||
      release?.state === 'committed'
    ) {
      waiting.push(release);
      continue;
    }
    // The function died after the last state was recorded: what follows from it may not have been asked for.
    if (release?.state === 'rolling-out') await nudges.watch(release, 0, 0);
    else if (release !== undefined) await nudges.tell(release, release.state);
    const key = owed[index];
    if (key !== undefined) await store.settle(list, key);
  }
  return waiting;
};

const writeAll = async (
  name: string | undefined,
  releases: readonly Release[],
  context: WorkContext,
): Promise<readonly Written[]> => {
  try {
    const repo = name === undefined ? undefined : context.config.configRepos[name];
    if (name === undefined || repo === undefined)
      throw new TagboatError('environment-unknown', 'the environment is not in tagboat.yml any more');
    return await write(await context.openRemote(name, repo), releases, context);
  } catch (error) {
    await Promise.all(releases.map((release) => putOff(release, error, context)));
    return [];
  }
};

/** Brings a written release to its cluster, and has it watched. Twice is once: the same documents change nothing. */
const deliverOne = async ({ release, files }: Written, context: WorkContext): Promise<void> => {
  const { config, store, nudges, clock } = context;
  try {
    const { environment } = environmentOf(config, release.app, release.environment);
    const workloads = await context.deliver(await context.cluster(environment.cluster), {
      mode: environment.deliver,
      namespace: environment.namespace,
      image: release.image,
      tag: release.tag,
      digest: environment.pin === 'digest' ? release.digest : undefined,
      files,
      changeCause: `${release.app} ${release.tag} (${release.kind} ${release.id}): ${familiarName(release.image)}:${release.tag}`,
    });
    await store.owe('rollouts', release, clock.now() + unwatchedMs);
    const deadline = clock.now() + environment.timeout * 1000;
    const rolling = await store.advance(release, 'rolling-out', {
      workloads,
      deadline,
      attempts: 0,
      code: undefined,
      reason: undefined,
    });
    if (rolling !== undefined) {
      await nudges.watch(release, 0, 0);
      await nudges.tell(rolling, 'rolling-out');
    }
    await store.settle(`work#${release.group}`, release);
  } catch (error) {
    await putOff(release, error, context);
  }
};
