import type { Clock } from '../clock.ts';
import { redact } from '../redact.ts';
import type { Cluster } from './cluster.ts';
import { type Facts, gather } from './diagnose/facts.ts';
import { causeRank, type Diagnosis, type Finding } from './diagnose/finding.ts';
import { containerLog } from './diagnose/logs.ts';
import { findInPods } from './diagnose/pods.ts';
import { findInWorkload } from './diagnose/workload.ts';
import type { WorkloadRef } from './objects.ts';

export type { Diagnosis, DiagnosisCause } from './diagnose/finding.ts';

/** Two findings that say the same about two pods are one. */
const keyOf = (finding: Finding): string =>
  JSON.stringify([finding.cause, finding.workload, finding.container, finding.summary]);

const group = (findings: readonly Finding[]): readonly (Finding & { readonly count: number })[] => {
  const groups = new Map<string, Finding & { count: number }>();
  for (const finding of findings) {
    const seen = groups.get(keyOf(finding));
    if (seen === undefined) groups.set(keyOf(finding), { ...finding, count: 1 });
    else seen.count++;
  }
  return [...groups.values()];
};

/**
 * What is wrong, from facts alone: the most telling cause first, and the same cause over several pods once, with their
 * number. Pure.
 */
export const findCauses = (
  facts: Facts,
  image: string,
  now: number,
): readonly (Finding & { readonly count: number })[] =>
  group([...findInPods(facts, image, now), ...findInWorkload(facts)]).toSorted(
    (one, other) => causeRank(one.cause) - causeRank(other.cause),
  );

const maxDiagnoses = 5;

/**
 * Looks at a workload that does not become healthy and says why: reads its ReplicaSets, pods and events, and for a
 * container that ends by itself the last lines of its log. What may not be read is left out, and said.
 */
export const diagnose = async (
  cluster: Cluster,
  ref: WorkloadRef,
  image: string,
  clock: Clock,
): Promise<readonly Diagnosis[]> => {
  const facts = await gather(cluster, ref);
  const causes = findCauses(facts, image, clock.now()).slice(0, maxDiagnoses);
  return await Promise.all(
    causes.map(async ({ log, pod, container, count, ...finding }): Promise<Diagnosis> => {
      const lines = log === undefined ? [] : await containerLog(cluster, log);
      return {
        ...finding,
        // Messages of the cluster and log lines may hold credentials.
        summary: redact(finding.summary),
        evidence: [...finding.evidence, ...lines, ...facts.unread].map(redact),
        ...(pod === undefined ? {} : { pod }),
        ...(container === undefined ? {} : { container }),
        ...(count > 1 ? { count } : {}),
      };
    }),
  );
};
