import type { Clock } from '../../clock.ts';
import { redact } from '../../redact.ts';
import type { Cluster } from '../connect/cluster.ts';
import type { WorkloadRef } from '../objects/objects.ts';
import { type Facts, gather } from './facts.ts';
import { causeRank, type Diagnosis } from './finding.ts';
import { type Counted, groupFindings } from './group.ts';
import { containerLog } from './logs.ts';
import { findInPods } from './pods.ts';
import { findInWorkload } from './workload.ts';

export type { Diagnosis, DiagnosisCause } from './finding.ts';

/**
 * What is wrong, from facts alone: the most telling cause first, of one kind the one of most pods first, and the same
 * over several pods once, with their number. Pure.
 */
export const findCauses = (facts: Facts, image: string, now: number): readonly Counted[] =>
  groupFindings([...findInPods(facts, image, now), ...findInWorkload(facts, image)]).toSorted(
    (one, other) => causeRank(one.cause) - causeRank(other.cause) || other.count - one.count,
  );

const maxDiagnoses = 5;

/** What a log says more clearly than the state of its container. */
const adviceInLog = (lines: readonly string[]): string | undefined =>
  lines.some((line) => /exec format error/i.test(line))
    ? 'The program is for another CPU than that of the node: build the image for both, or choose nodes by kubernetes.io/arch.'
    : undefined;

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
    causes.map(async ({ log, weight: _, pod, container, count, ...finding }): Promise<Diagnosis> => {
      const lines = log === undefined ? [] : await containerLog(cluster, log);
      return {
        ...finding,
        // Messages of the cluster and log lines may hold credentials.
        summary: redact(finding.summary),
        evidence: [...finding.evidence, ...lines, ...facts.unread].map(redact),
        next: redact(adviceInLog(lines) ?? finding.next),
        ...(pod === undefined ? {} : { pod }),
        ...(container === undefined ? {} : { container }),
        ...(count > 1 ? { count } : {}),
      };
    }),
  );
};
