import { controllerOf, keyOf, pinnedNode, scaledValue } from '../meta.ts';
import { daemonSets, nodes, pods } from '../resources.ts';
import { ApiError } from '../status.ts';
import type { ControllerRevision, DaemonSet, KubeObject, Pod } from '../types.ts';
import { countAvailable, isAvailable, isReady, isTerminating, podFromTemplate, podsOf } from './pods.ts';
import { currentRevision, revisionLabel, truncateHistory } from './revisions.ts';
import type { Controller, Tools } from './runner.ts';

const hashOf = (revision: ControllerRevision): string => revision.metadata.labels?.[revisionLabel] ?? '';

const nodeAffinity = (name: string) => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] }],
    },
  },
});

/** The node a pod of a DaemonSet is for, whether or not it has been bound to it yet. */
const nodeOf = (pod: Pod): string => pod.spec.nodeName ?? pinnedNode(pod) ?? '';

const shouldRun = (set: DaemonSet, node: KubeObject): boolean =>
  Object.entries(set.spec.template.spec.nodeSelector ?? {}).every(
    ([key, value]) => node.metadata.labels?.[key] === value,
  );

/**
 * DaemonSets: one pod on each node, replaced node by node within maxUnavailable.
 * Source: k8s.io/kubernetes/pkg/controller/daemon (update.go, rollingUpdate; without surge)
 */
export const createDaemonSetController = (tools: Tools): Controller => {
  const { context, writes, events } = tools;
  const { store, clock } = context;

  const remove = (set: DaemonSet, pod: Pod): void => {
    writes.delete(pods, pod);
    events(set, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
  };

  const create = (set: DaemonSet, revision: ControllerRevision, node: string): void => {
    const draft = podFromTemplate(set, set.spec.template, { generateName: `${set.metadata.name}-` });
    draft.metadata.labels = { ...draft.metadata.labels, [revisionLabel]: hashOf(revision) };
    draft.spec.affinity = { ...draft.spec.affinity, ...nodeAffinity(node) };
    try {
      const pod = writes.create(pods, draft);
      events(set, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      events(set, 'Warning', 'FailedCreate', `Error creating: ${error.message}`);
      tools.later(set, 1_000);
    }
  };

  const onNodes = (set: DaemonSet): ReadonlyMap<string, readonly Pod[]> =>
    Map.groupBy(podsOf(context, set, set.spec.selector), nodeOf);

  /** Every node that should run the pod has one; no other has any. */
  const manage = (set: DaemonSet, revision: ControllerRevision, wanted: readonly string[]): void => {
    const placed = onNodes(set);
    for (const node of wanted) {
      const here = placed.get(node) ?? [];
      if (here.length === 0) create(set, revision, node);
      const living = here.filter((pod) => !isTerminating(pod));
      for (const pod of living.slice(1)) remove(set, pod);
      for (const pod of living.slice(0, 1)) if (pod.status.phase === 'Failed') remove(set, pod);
    }
    for (const [node, here] of placed)
      if (!wanted.includes(node)) for (const pod of here) if (!isTerminating(pod)) remove(set, pod);
  };

  const rollingUpdate = (set: DaemonSet, revision: ControllerRevision, wanted: readonly string[]): void => {
    const { maxUnavailable } = set.spec.updateStrategy.rollingUpdate ?? {};
    const most = Math.max(1, scaledValue(maxUnavailable ?? 1, wanted.length, 'up'));
    const minReadySeconds = set.spec.minReadySeconds ?? 0;
    const placed = onNodes(set);
    const broken: Pod[] = [];
    const candidates: Pod[] = [];
    let unavailable = 0;
    for (const node of wanted) {
      const living = (placed.get(node) ?? []).filter((pod) => !isTerminating(pod));
      const [pod] = living;
      if (pod === undefined) {
        unavailable += 1;
        continue;
      }
      const available = isAvailable(pod, minReadySeconds, clock.now());
      const updated = pod.metadata.labels?.[revisionLabel] === hashOf(revision);
      if (!available) unavailable += 1;
      if (!updated) (available ? candidates : broken).push(pod);
    }
    // An old pod that does not work costs nothing to replace.
    const room = Math.max(0, most - unavailable);
    for (const pod of [...broken, ...candidates.slice(0, room)]) remove(set, pod);
  };

  const writeStatus = (set: DaemonSet, revision: ControllerRevision, wanted: readonly string[]): void => {
    const placed = onNodes(set);
    const chosen = wanted.flatMap((node) => (placed.get(node) ?? []).slice(0, 1));
    const available = countAvailable(tools, set, chosen);
    const optional = {
      updatedNumberScheduled: chosen.filter(
        (pod) => pod.metadata.labels?.[revisionLabel] === hashOf(revision),
      ).length,
      numberAvailable: available,
      numberUnavailable: wanted.length - available,
    };
    writes.modify(daemonSets, set, (draft) => {
      draft.status = {
        observedGeneration: set.metadata.generation ?? 0,
        desiredNumberScheduled: wanted.length,
        currentNumberScheduled: chosen.length,
        numberMisscheduled: [...placed.keys()].filter((node) => !wanted.includes(node)).length,
        numberReady: chosen.filter(isReady).length,
        ...Object.fromEntries(Object.entries(optional).filter(([, count]) => count !== 0)),
      };
    });
  };

  return {
    name: 'daemonset-controller',
    keys: ({ resource, object, type }) => {
      if (resource.key === daemonSets.key) return [keyOf(object)];
      if (resource.key === nodes.key && type !== 'MODIFIED')
        return store.list(daemonSets).map((set) => keyOf(set));
      const owner = controllerOf(object);
      return resource.key === pods.key && owner?.kind === 'DaemonSet'
        ? [`${object.metadata.namespace}/${owner.name}`]
        : [];
    },
    sync: (namespace, name) => {
      const set = store.get<DaemonSet>(daemonSets, namespace, name);
      if (set === undefined || isTerminating(set)) return;
      const revision = currentRevision(context, writes, set);
      const wanted = store
        .list(nodes)
        .filter((node) => shouldRun(set, node))
        .map((node) => node.metadata.name);
      manage(set, revision, wanted);
      if (set.spec.updateStrategy.type === 'RollingUpdate') rollingUpdate(set, revision, wanted);
      writeStatus(set, revision, wanted);
      const hashes = new Set(
        [...onNodes(set).values()]
          .flat()
          .map((pod) => `${name}-${pod.metadata.labels?.[revisionLabel] ?? ''}`),
      );
      truncateHistory(context, writes, set, hashes.add(revision.metadata.name));
    },
  };
};
