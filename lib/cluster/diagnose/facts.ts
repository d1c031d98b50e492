import { TagboatError } from '../../errors.ts';
import type { Cluster } from '../cluster.ts';
import {
  type ClusterEvent,
  formatSelector,
  type ObjectList,
  type Pod,
  type ReplicaSet,
  type WorkloadRef,
} from '../objects.ts';
import type { Snapshot } from '../snapshot.ts';
import { readWorkload } from '../workloads.ts';

/** All that a diagnosis is made of. */
export type Facts = Snapshot & {
  readonly events: readonly ClusterEvent[];
  /** What could not be read, in words. */
  readonly unread: readonly string[];
};

const maxEvents = 2000;

/**
 * Reads the facts of a workload afresh. A part that may not be read is named in `unread`: half a diagnosis is better
 * than none.
 */
export const gather = async (cluster: Cluster, ref: WorkloadRef): Promise<Facts> => {
  const unread: string[] = [];
  const namespace = `namespaces/${encodeURIComponent(ref.namespace)}`;
  const list = async <T>(path: string, query: Readonly<Record<string, string | number>>, what: string) => {
    try {
      const answer = await cluster.api.json({ method: 'GET', path, query, what: `list ${what}` });
      return (answer as ObjectList<T>).items ?? [];
    } catch (error) {
      if (!(error instanceof TagboatError)) throw error;
      unread.push(`${what} could not be read: ${error.message}`);
      return [];
    }
  };
  const workload = await readWorkload(cluster, ref);
  if (workload === undefined) return { ref, workload, pods: [], replicaSets: [], events: [], unread };
  const query = { labelSelector: formatSelector(workload.spec.selector) };
  const [pods, replicaSets, events] = await Promise.all([
    list<Pod>(`/api/v1/${namespace}/pods`, query, 'pods'),
    ref.kind === 'Deployment'
      ? list<ReplicaSet>(`/apis/apps/v1/${namespace}/replicasets`, query, 'replica sets')
      : [],
    list<ClusterEvent>(
      `/api/v1/${namespace}/events`,
      { fieldSelector: 'type=Warning', limit: maxEvents },
      'events',
    ),
  ]);
  return {
    ref,
    workload: { ...workload, apiVersion: ref.apiVersion, kind: ref.kind },
    pods,
    replicaSets,
    events,
    unread,
  };
};

/** The warnings about an object, latest first, each message once. */
export const warningsOf = (facts: Facts, uid: string | undefined): readonly ClusterEvent[] => {
  const timeOf = (event: ClusterEvent): string => event.lastTimestamp ?? event.eventTime ?? '';
  const seen = new Set<string>();
  return facts.events
    .filter((event) => event.type === 'Warning' && uid !== undefined && event.involvedObject.uid === uid)
    .toSorted((one, other) => (timeOf(one) < timeOf(other) ? 1 : -1))
    .filter((event) => {
      const text = `${event.reason}: ${event.message}`;
      return seen.has(text) ? false : seen.add(text);
    });
};

/** `event FailedScheduling (3x): 0/2 nodes are available`, at most so many. */
export const eventLines = (events: readonly ClusterEvent[], limit = 3): readonly string[] =>
  events
    .slice(0, limit)
    .map(
      ({ reason, message, count = 1 }) =>
        `event ${reason ?? 'without reason'}${count > 1 ? ` (${count}x)` : ''}: ${(message ?? '').trim()}`,
    );
