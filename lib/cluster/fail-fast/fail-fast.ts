import type { Clock } from '../../clock.ts';
import { TagboatError } from '../../errors.ts';
import type { Cluster } from '../connect/cluster.ts';
import { type Diagnosis, type DiagnosisCause, examine } from '../diagnose/diagnose.ts';
import type { Pod } from '../objects/objects.ts';
import type { Snapshot } from '../status/snapshot.ts';
import {
  ageOf,
  type BlockedContainer,
  findBlockedContainers,
  isDefiniteRefusal,
  patience,
  troubleOf,
} from './blocked-container.ts';

export type FailFast = {
  /** The diagnosis of a workload that can no longer become healthy by itself; undefined while it still may. */
  check(snapshot: Snapshot, deletedUids: ReadonlySet<string>): Promise<readonly Diagnosis[] | undefined>;
  /** When to look again even if nothing changes, in milliseconds since 1970. */
  readonly nextLook: number;
};

/** A pod is looked at again after so many milliseconds: the registry's words come as an event. */
const recheck = 5_000;

const uidOf = ({ metadata }: Pod): string => metadata.uid ?? metadata.name;

const crashCauses: ReadonlySet<DiagnosisCause> = new Set(['crash-loop', 'out-of-memory', 'init-container']);

/** Finds out what would otherwise be waited for in vain; what counts, `BlockedContainer` says. */
export const createFailFast = (cluster: Cluster, image: string, clock: Clock): FailFast => {
  let nextLook = Number.POSITIVE_INFINITY;
  const lookedAt = new Map<string, number>();
  /** When a pod was last seen without trouble: pulling, or at its init containers. */
  const fineAt = new Map<string, number>();

  /** How long a pod has been in trouble, in milliseconds; of one that was never seen without it, its age. */
  const troubledFor = ({ pod }: BlockedContainer, now: number): number =>
    Math.min(ageOf(pod, now), now - (fineAt.get(uidOf(pod)) ?? Number.NEGATIVE_INFINITY));

  /** True where enough time has passed to ask for the reasons, at the start and since the last time. */
  const isDue = (blocked: BlockedContainer): boolean => {
    const now = clock.now();
    if (blocked.from > now) {
      nextLook = Math.min(nextLook, blocked.from);
      return false;
    }
    if (patience[blocked.type] === 0) return true;
    const uid = uidOf(blocked.pod);
    const due = Math.max(
      now + patience[blocked.type] - troubledFor(blocked, now),
      (lookedAt.get(uid) ?? Number.NEGATIVE_INFINITY) + recheck,
    );
    if (due > now) {
      nextLook = Math.min(nextLook, due);
      return false;
    }
    lookedAt.set(uid, now);
    nextLook = Math.min(nextLook, now + recheck);
    return true;
  };

  return {
    get nextLook() {
      return nextLook;
    },
    check: async (snapshot, deletedUids) => {
      nextLook = Number.POSITIVE_INFINITY;
      for (const pod of snapshot.pods) if (troubleOf(pod) === undefined) fineAt.set(uidOf(pod), clock.now());
      const due = findBlockedContainers(snapshot, image, deletedUids).filter(isDue);
      if (due.length === 0) return undefined;
      const examined = await examine(cluster, snapshot.ref, image, clock).catch((error: unknown) => {
        // No reasons now: the watch goes on, and asks again.
        if (error instanceof TagboatError) return [];
        throw error;
      });
      const isDueFor = (type: BlockedContainer['type']): boolean =>
        due.some((blocked) => blocked.type === type);
      const isCertain = examined.some(
        ({ diagnosis: { cause }, pullMessages = '' }) =>
          (crashCauses.has(cause) && isDueFor('crash-loop')) ||
          (cause === 'missing-reference' && isDueFor('config')) ||
          (cause === 'image-pull' && isDefiniteRefusal(pullMessages)),
      );
      return isCertain ? examined.map(({ diagnosis }) => diagnosis) : undefined;
    },
  };
};
