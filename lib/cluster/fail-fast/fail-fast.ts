import type { Clock } from '../../clock.ts';
import { TagboatError } from '../../errors.ts';
import type { Cluster } from '../connect/cluster.ts';
import { type Diagnosis, type DiagnosisCause, examine } from '../diagnose/diagnose.ts';
import type { Pod } from '../objects/objects.ts';
import type { Snapshot } from '../status/snapshot.ts';
import {
  type BlockedContainer,
  blockedContainerOf,
  findBlockedContainers,
  isDefiniteRefusal,
  minBlockedMs,
  podAgeMs,
} from './blocked-container.ts';

/** A pod is diagnosed again after so long: the registry's answer arrives as an event, later than the pod's status. */
const diagnoseAgainMs = 5_000;

const uidOf = ({ metadata }: Pod): string => metadata.uid ?? metadata.name;

const crashCauses: ReadonlySet<DiagnosisCause> = new Set(['crash-loop', 'out-of-memory', 'init-container']);

/** Fails a rollout before its deadline where a container is blocked for good; see `BlockedContainer`. */
export const createFailFast = (cluster: Cluster, image: string, clock: Clock) => {
  let nextCheckAt = Number.POSITIVE_INFINITY;
  const diagnosedAt = new Map<string, number>();
  /** When a pod last had no blocked container: it was pulling, or at its init containers. */
  const unblockedAt = new Map<string, number>();

  /** How long a container has been blocked, in milliseconds; where it was never seen otherwise, the age of its pod. */
  const blockedForMs = ({ pod }: BlockedContainer, now: number): number =>
    Math.min(podAgeMs(pod, now), now - (unblockedAt.get(uidOf(pod)) ?? Number.NEGATIVE_INFINITY));

  /** True where the container has been blocked for long enough, and was not diagnosed a moment ago. */
  const shouldDiagnose = (blocked: BlockedContainer): boolean => {
    const now = clock.now();
    if (blocked.countsFrom > now) {
      nextCheckAt = Math.min(nextCheckAt, blocked.countsFrom);
      return false;
    }
    if (minBlockedMs[blocked.type] === 0) return true;
    const uid = uidOf(blocked.pod);
    const diagnoseAt = Math.max(
      now + minBlockedMs[blocked.type] - blockedForMs(blocked, now),
      (diagnosedAt.get(uid) ?? Number.NEGATIVE_INFINITY) + diagnoseAgainMs,
    );
    if (diagnoseAt > now) {
      nextCheckAt = Math.min(nextCheckAt, diagnoseAt);
      return false;
    }
    diagnosedAt.set(uid, now);
    nextCheckAt = Math.min(nextCheckAt, now + diagnoseAgainMs);
    return true;
  };

  return {
    /** When to check again even if nothing changes, in milliseconds since 1970. */
    get nextCheckAt(): number {
      return nextCheckAt;
    },
    /** The diagnosis of a workload that can no longer become healthy by itself; undefined while it still may. */
    check: async (
      snapshot: Snapshot,
      deletedUids: ReadonlySet<string>,
    ): Promise<readonly Diagnosis[] | undefined> => {
      nextCheckAt = Number.POSITIVE_INFINITY;
      for (const pod of snapshot.pods)
        if (blockedContainerOf(pod) === undefined) unblockedAt.set(uidOf(pod), clock.now());
      const blocked = findBlockedContainers(snapshot, image, deletedUids).filter(shouldDiagnose);
      if (blocked.length === 0) return undefined;
      const examined = await examine(cluster, snapshot.ref, image, clock).catch((error: unknown) => {
        // The reasons cannot be read now: the watch goes on, and asks again.
        if (error instanceof TagboatError) return [];
        throw error;
      });
      const isBlockedBy = (type: BlockedContainer['type']): boolean =>
        blocked.some((container) => container.type === type);
      const isCertain = examined.some(
        ({ diagnosis: { cause }, pullMessages = '' }) =>
          (crashCauses.has(cause) && isBlockedBy('crash-loop')) ||
          (cause === 'missing-reference' && isBlockedBy('config')) ||
          (cause === 'image-pull' && isDefiniteRefusal(pullMessages)),
      );
      return isCertain ? examined.map(({ diagnosis }) => diagnosis) : undefined;
    },
  };
};
