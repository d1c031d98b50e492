import type { Clock } from '../../clock.ts';
import { safeText } from '../../safe-text.ts';
import type { Cluster } from '../connect/cluster.ts';
import type { WorkloadRef } from '../objects/objects.ts';
import { type Facts, gather } from './facts.ts';
import { type Counted, causeRank, type Diagnosis, groupFindings } from './finding.ts';
import { logEvidence, readContainerLog } from './logs.ts';
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

/** Advice for errors that only the log shows. */
const adviceInLog = (lines: readonly string[]): string | undefined =>
  lines.some((line) => /exec format error/i.test(line))
    ? 'The program is for another CPU than that of the node: build the image for both, or choose nodes by kubernetes.io/arch.'
    : undefined;

/** A diagnosis for people, with what the watch decides by. */
type Examined = { readonly diagnosis: Diagnosis; readonly pullMessages: string | undefined };

/**
 * Looks at a workload that does not become healthy and says why: reads its ReplicaSets, pods and events, and for a
 * container that ends by itself the last lines of its log. What may not be read is left out, and said.
 */
export const examine = async (
  cluster: Cluster,
  ref: WorkloadRef,
  image: string,
  clock: Clock,
): Promise<readonly Examined[]> => {
  const facts = await gather(cluster, ref);
  const causes = findCauses(facts, image, clock.now()).slice(0, maxDiagnoses);
  return await Promise.all(
    causes.map(async ({ log: request, weight: _, pullMessages, ...finding }): Promise<Examined> => {
      const { pod, container, count, ...rest } = finding;
      const log = request === undefined ? { lines: [] } : await readContainerLog(cluster, request);
      const diagnosis = {
        ...rest,
        // Messages of the cluster and log lines may hold credentials.
        summary: safeText(rest.summary),
        evidence: [...rest.evidence, ...logEvidence(log), ...facts.unread].map(safeText),
        next: safeText(adviceInLog(log.lines) ?? rest.next),
        ...(pod === undefined ? {} : { pod }),
        ...(container === undefined ? {} : { container }),
        ...(count > 1 ? { count } : {}),
      };
      return { diagnosis, pullMessages };
    }),
  );
};

/** As `examine`, where only people read the outcome. */
export const diagnose = async (...question: Parameters<typeof examine>): Promise<readonly Diagnosis[]> =>
  (await examine(...question)).map(({ diagnosis }) => diagnosis);
