import type { Context } from './context.ts';
import type { EventRecorder } from './controllers/events.ts';
import { asObject, at } from './json.ts';
import { pinnedNode } from './meta.ts';
import { parseQuantity } from './quantity.ts';
import { nodes, pods } from './resources.ts';
import type { Change } from './store.ts';
import type { Container, KubeObject, Pod } from './types.ts';
import type { Writes } from './writes.ts';

const requested = (pod: Pod, resource: string): number =>
  pod.spec.containers.reduce(
    (sum, container: Container) => sum + parseQuantity(container.resources?.requests?.[resource]),
    0,
  );

/** Why a pod cannot run on a node; undefined: it can. */
const obstacle = (pod: Pod, node: KubeObject, others: readonly Pod[]): string | undefined => {
  if (at(node, 'spec', 'unschedulable') === true) return 'node(s) were unschedulable';
  const pinned = pinnedNode(pod);
  const selected = Object.entries(pod.spec.nodeSelector ?? {}).every(
    ([key, value]) => node.metadata.labels?.[key] === value,
  );
  if (!selected || (pinned !== undefined && pinned !== node.metadata.name))
    return "node(s) didn't match Pod's node affinity/selector";
  const allocatable = asObject(at(node, 'status', 'allocatable'));
  for (const resource of ['cpu', 'memory']) {
    const used = others.reduce((sum, other) => sum + requested(other, resource), 0);
    if (
      requested(pod, resource) > 0 &&
      used + requested(pod, resource) > parseQuantity(allocatable[resource])
    )
      return `Insufficient ${resource}`;
  }
  return undefined;
};

/**
 * Gives pods a node: the one with the fewest pods of those that fit. What fits nowhere stays Pending, and is looked at again
 * when a pod or a node goes.
 * Source: k8s.io/kubernetes/pkg/scheduler
 */
export const createScheduler = (
  context: Context,
  writes: Writes,
  events: EventRecorder,
): { handle(change: Change): void } => {
  const { store } = context;

  const schedule = (pod: Pod): void => {
    const all = store.list<Pod>(pods);
    const on = (node: KubeObject): readonly Pod[] =>
      all.filter((other) => other.spec.nodeName === node.metadata.name);
    const candidates = store.list(nodes);
    const reasons = candidates.map((node) => obstacle(pod, node, on(node)));
    const [best] = candidates
      .filter((_, index) => reasons[index] === undefined)
      .sort((a, b) => on(a).length - on(b).length || a.metadata.name.localeCompare(b.metadata.name));
    const now = context.now();
    if (best !== undefined) {
      writes.modify(pods, pod, (draft) => {
        draft.spec.nodeName = best.metadata.name;
        draft.status.conditions = [
          { type: 'PodScheduled', status: 'True', lastTransitionTime: now, lastProbeTime: null },
        ];
      });
      const { namespace, name } = pod.metadata;
      events(
        pod,
        'Normal',
        'Scheduled',
        `Successfully assigned ${namespace}/${name} to ${best.metadata.name}`,
      );
      return;
    }
    const counts = [...Map.groupBy(reasons, (reason) => reason ?? '')].map(
      ([reason, nodesWithIt]) => `${nodesWithIt.length} ${reason}`,
    );
    const message = `0/${candidates.length} nodes are available: ${counts.join(', ')}.`;
    const known = pod.status.conditions?.find(({ type }) => type === 'PodScheduled');
    if (known?.message === message) return;
    writes.modify(pods, pod, (draft) => {
      draft.status.conditions = [
        {
          type: 'PodScheduled',
          status: 'False',
          reason: 'Unschedulable',
          message,
          lastTransitionTime: now,
          lastProbeTime: null,
        },
      ];
    });
    events(pod, 'Warning', 'FailedScheduling', message);
  };

  const waiting = (): readonly Pod[] =>
    store
      .list<Pod>(pods)
      .filter((pod) => pod.spec.nodeName === undefined && pod.metadata.deletionTimestamp === undefined);

  return {
    handle: ({ type, resource, object }) => {
      if (resource.key === nodes.key || (resource.key === pods.key && type === 'DELETED'))
        for (const pod of waiting()) schedule(pod);
      else if (resource.key === pods.key && type === 'ADDED') {
        const pod = store.get<Pod>(pods, object.metadata.namespace, object.metadata.name);
        if (pod !== undefined && waiting().includes(pod)) schedule(pod);
      }
    },
  };
};
