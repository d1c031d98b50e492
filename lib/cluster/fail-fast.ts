import type { Clock } from '../clock.ts';
import { TagboatError } from '../errors.ts';
import type { Cluster } from './cluster.ts';
import { type Diagnosis, type DiagnosisCause, diagnose } from './diagnose.ts';
import type { Snapshot } from './snapshot.ts';
import { ageOf, findWedges, isDefiniteRefusal, patience, type Wedge } from './wedge.ts';

export type FailFast = {
  /** The diagnosis of a workload that can no longer become healthy by itself; undefined while it still may. */
  check(snapshot: Snapshot, freed: ReadonlySet<string>): Promise<readonly Diagnosis[] | undefined>;
  /** When to look again even if nothing changes, in milliseconds since 1970. */
  readonly nextLook: number;
};

/** A pod is looked at again after so many milliseconds: the registry's words come as an event. */
const recheck = 5_000;

/** The words of kubelet and registry, and not why something could not be read. */
const isTestimony = (line: string): boolean => /^(?:container|event) /.test(line);

const crashCauses: ReadonlySet<DiagnosisCause> = new Set(['crash-loop', 'out-of-memory', 'init-container']);

/** Finds out what would otherwise be waited for in vain; what counts, `Wedge` says. */
export const createFailFast = (cluster: Cluster, image: string, clock: Clock): FailFast => {
  let nextLook = Number.POSITIVE_INFINITY;
  const lookedAt = new Map<string, number>();

  /** True where enough time has passed to ask for the reasons, at the start and since the last time. */
  const isDue = (wedge: Wedge): boolean => {
    if (patience[wedge.type] === 0) return true;
    const now = clock.now();
    const uid = wedge.pod.metadata.uid ?? wedge.pod.metadata.name;
    const due = Math.max(
      now + patience[wedge.type] - ageOf(wedge.pod, now),
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
    check: async (snapshot, freed) => {
      nextLook = Number.POSITIVE_INFINITY;
      const due = findWedges(snapshot, image, freed).filter(isDue);
      if (due.length === 0) return undefined;
      const diagnosis = await diagnose(cluster, snapshot.ref, image, clock).catch((error: unknown) => {
        // No reasons now: the watch goes on, and asks again.
        if (error instanceof TagboatError) return [];
        throw error;
      });
      const isDueFor = (type: Wedge['type']): boolean => due.some((wedge) => wedge.type === type);
      const isCertain = diagnosis.some(
        ({ cause, evidence }) =>
          (crashCauses.has(cause) && isDueFor('crash-loop')) ||
          (cause === 'missing-reference' && isDueFor('config')) ||
          (cause === 'image-pull' && isDefiniteRefusal(evidence.filter(isTestimony).join('\n'))),
      );
      return isCertain ? diagnosis : undefined;
    },
  };
};
