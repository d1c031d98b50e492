import type { Release } from '../model/release.ts';
import type { Context } from '../queue/context.ts';
import { pickUpMs } from '../queue/schedule.ts';

/**
 * The Jobs that go first are complete: has the release worker deliver the rest. It is done there since deliveries follow the order
 * of the commits, and the files are in the config repo. Idempotent: as long as `stage` is `rest`, it may be asked for again.
 */
export const deliverRest = async (
  release: Release,
  { store, jobs, clock, newId }: Context,
): Promise<void> => {
  await store.outbox.add(`work#${release.group}`, release, clock.now() + pickUpMs);
  const moved = await store.amend(release, ['rolling-out'], ({ stage }) =>
    stage === undefined ? undefined : { stage: 'rest', progress: undefined, phase: undefined },
  );
  // Before the job is sent: once the rest is delivered, there is a new entry, which is not this one's to remove.
  if (moved !== undefined) await store.outbox.acknowledge('rollouts', release);
  await jobs.processQueue(release.group, newId());
};
