import { controllerOf, keyOf } from '../meta.ts';
import { pods, replicaSets } from '../resources.ts';
import { matchesSelector } from '../selectors.ts';
import { ApiError } from '../status.ts';
import type { Pod, ReplicaSet } from '../types.ts';
import { countAvailable, isActive, isReady, isTerminating, podFromTemplate, podsOf } from './pods.ts';
import type { Controller, Tools } from './runner.ts';

const phaseRank: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

const restarts = (pod: Pod): number =>
  (pod.status.containerStatuses ?? []).reduce((most, status) => Math.max(most, status.restartCount), 0);

/**
 * Which of two pods is missed less: unassigned, not running, not ready, often restarted, young ones go first.
 * Source: k8s.io/kubernetes/pkg/controller/controller_utils.go, ActivePodsWithRanks
 */
const byWorth = (a: Pod, b: Pod): number =>
  Number(a.spec.nodeName !== undefined) - Number(b.spec.nodeName !== undefined) ||
  (phaseRank[a.status.phase] ?? 0) - (phaseRank[b.status.phase] ?? 0) ||
  Number(isReady(a)) - Number(isReady(b)) ||
  restarts(b) - restarts(a) ||
  b.metadata.creationTimestamp.localeCompare(a.metadata.creationTimestamp);

/** Keeps as many pods as `spec.replicas` says. Source: k8s.io/kubernetes/pkg/controller/replicaset */
export const createReplicaSetController = (tools: Tools): Controller => {
  const { context, writes, events } = tools;
  const { store } = context;

  const create = (set: ReplicaSet, count: number): string | undefined => {
    for (let made = 0; made < count; made += 1) {
      try {
        const pod = writes.create(
          pods,
          podFromTemplate(set, set.spec.template, { generateName: `${set.metadata.name}-` }),
        );
        events(set, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        events(set, 'Warning', 'FailedCreate', `Error creating: ${error.message}`);
        tools.later(set, 1_000);
        return error.message;
      }
    }
    return undefined;
  };

  const updateStatus = (set: ReplicaSet, owned: readonly Pod[], failure: string | undefined): void => {
    const active = owned.filter(isActive);
    const availableReplicas = countAvailable(tools, set, active);
    writes.modify(replicaSets, set, (draft) => {
      const previous = draft.status.conditions?.find(({ type }) => type === 'ReplicaFailure');
      draft.status = {
        replicas: active.length,
        fullyLabeledReplicas: active.filter((pod) =>
          matchesSelector({ matchLabels: set.spec.template.metadata?.labels ?? {} }, pod.metadata.labels),
        ).length,
        readyReplicas: active.filter(isReady).length,
        availableReplicas,
        observedGeneration: set.metadata.generation ?? 0,
        ...(failure === undefined
          ? {}
          : {
              // The first one stays, as upstream's SetCondition has it: each attempt names another pod, and a new message
              // would be a change that is looked at at once.
              conditions: [
                previous ?? {
                  type: 'ReplicaFailure',
                  status: 'True',
                  reason: 'FailedCreate',
                  message: failure,
                  lastTransitionTime: context.now(),
                },
              ],
            }),
      };
    });
  };

  return {
    name: 'replicaset-controller',
    keys: ({ resource, object, previous }) => {
      if (resource.key === replicaSets.key) return [keyOf(object)];
      if (resource.key !== pods.key) return [];
      return [object, previous].flatMap((pod) => {
        const owner = pod === undefined ? undefined : controllerOf(pod);
        return owner?.kind === 'ReplicaSet' ? [`${object.metadata.namespace}/${owner.name}`] : [];
      });
    },
    sync: (namespace, name) => {
      const set = store.get<ReplicaSet>(replicaSets, namespace, name);
      if (set === undefined || isTerminating(set)) return;
      const active = podsOf(context, set, set.spec.selector).filter(isActive);
      const surplus = active.length - set.spec.replicas;
      const failure = surplus < 0 ? create(set, -surplus) : undefined;
      for (const pod of [...active].sort(byWorth).slice(0, Math.max(0, surplus))) {
        writes.delete(pods, pod);
        events(set, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
      }
      updateStatus(set, podsOf(context, set, set.spec.selector), failure);
    },
  };
};
