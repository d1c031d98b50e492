import { TagboatError } from '../../errors.ts';
import type { Cluster } from '../connect/cluster.ts';
import { listPages } from '../connect/list.ts';
import { readWorkload } from '../deliver/workloads.ts';
import type { ClusterEvent, WorkloadRef } from '../objects/objects.ts';
import { readPods, readReplicaSets } from '../status/owned-resources.ts';
import type { Snapshot } from '../status/snapshot.ts';

/** What a diagnosis is made from. */
export type Facts = Snapshot & {
  /** Warnings, and what the kubelet killed. */
  readonly events: readonly ClusterEvent[];
  /** What could not be read, in words. */
  readonly unread: readonly string[];
};

/** More than a busy namespace has in an hour, which is how long the server keeps them. */
const maxEvents = 20_000;

/** Objects of a workload are named after it, and long names are cut off at 58 characters. */
const isNamedAfter = (event: ClusterEvent, { name }: WorkloadRef): boolean =>
  event.involvedObject.name?.startsWith(name.slice(0, 50)) !== false;

/**
 * Reads the current facts of a workload. A part that may not be read is named in `unread`, and the rest is diagnosed.
 */
export const gather = async (cluster: Cluster, ref: WorkloadRef): Promise<Facts> => {
  const unread = new Set<string>();
  const namespace = `namespaces/${encodeURIComponent(ref.namespace)}`;
  const unlessRefused = async <T>(what: string, reading: Promise<readonly T[]>): Promise<readonly T[]> => {
    try {
      return await reading;
    } catch (error) {
      if (!(error instanceof TagboatError)) throw error;
      unread.add(`${what} could not be read: ${error.message}`);
      return [];
    }
  };
  const eventsWith = async (fieldSelector: string): Promise<readonly ClusterEvent[]> => {
    const found: ClusterEvent[] = [];
    let seen = 0;
    const request = { path: `/api/v1/${namespace}/events`, query: { fieldSelector }, what: 'events' };
    // They are ordered by the names of their objects, so that the workload's may come last.
    for await (const { items } of listPages<ClusterEvent>(cluster, request)) {
      found.push(...items.filter((event) => isNamedAfter(event, ref)));
      seen += items.length;
      if (seen >= maxEvents) break;
    }
    return found;
  };
  const workload = await readWorkload(cluster, ref);
  if (workload === undefined) return { ref, workload, pods: [], replicaSets: [], events: [], unread: [] };
  const [pods, replicaSets, warnings, killings] = await Promise.all([
    unlessRefused('pods', readPods(cluster, ref, workload)),
    unlessRefused('replica sets', readReplicaSets(cluster, ref, workload)),
    unlessRefused('events', eventsWith('type=Warning')),
    // Of type Normal; that a liveness probe killed a container is reported only here.
    unlessRefused('events', eventsWith('reason=Killing')),
  ]);
  return {
    ref,
    workload: { ...workload, apiVersion: ref.apiVersion, kind: ref.kind },
    pods,
    replicaSets,
    events: [...warnings, ...killings],
    unread: [...unread],
  };
};

/** A message of the cluster as one line of evidence; an exec probe, a webhook or a program may have written many. */
export const oneLine = (text: string): string => text.trim().replaceAll(/\s*[\r\n]+\s*/g, ' ');

/** When an event was seen the last time; empty: unknown. */
export const timeOf = (event: ClusterEvent): string =>
  event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? '';

const countOf = (event: ClusterEvent): number => event.series?.count ?? event.count ?? 1;

/** An event that does not name its container may be about any of them. */
export const isAbout = ({ involvedObject: { fieldPath = '' } }: ClusterEvent, container: string): boolean =>
  !fieldPath.includes('{') || fieldPath.includes(`{${container}}`);

/** client-go's events about the same put this before what they say once there are too many of them. */
export const messageOf = (event: ClusterEvent): string =>
  oneLine((event.message ?? '').replace(/^\(combined from similar events\): /, ''));

const eventsAbout = (
  facts: Facts,
  uid: string | undefined,
  isMeant: (event: ClusterEvent) => boolean,
): readonly ClusterEvent[] => {
  const seen = new Set<string>();
  return facts.events
    .filter((event) => uid !== undefined && event.involvedObject.uid === uid && isMeant(event))
    .toSorted(
      (one, other) =>
        // Times are in whole seconds and often equal: then by message, so that the order is the same each time.
        timeOf(other).localeCompare(timeOf(one)) || messageOf(one).localeCompare(messageOf(other)),
    )
    .filter((event) => {
      const text = `${event.reason}: ${messageOf(event)}`;
      return seen.has(text) ? false : seen.add(text);
    });
};

/** The warnings about an object, latest first, each message once. */
export const warningsOf = (facts: Facts, uid: string | undefined): readonly ClusterEvent[] =>
  eventsAbout(facts, uid, (event) => event.type === 'Warning');

/** What the kubelet killed of a pod, latest first. */
export const killingsOf = (facts: Facts, uid: string | undefined): readonly ClusterEvent[] =>
  eventsAbout(facts, uid, (event) => event.reason === 'Killing');

/** More events about one object say little that is new. */
export const maxEventLines = 3;

/** `event FailedScheduling (3x): 0/2 nodes are available`, of the first three. */
export const eventLines = (events: readonly ClusterEvent[]): readonly string[] =>
  events.slice(0, maxEventLines).map((event) => {
    const count = countOf(event);
    return `event ${event.reason ?? 'without reason'}${count > 1 ? ` (${count}x)` : ''}: ${messageOf(event)}`;
  });
