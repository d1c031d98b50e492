import { controllerOf, keyOf } from '../meta.ts';
import { pods, statefulSets } from '../resources.ts';
import { ApiError } from '../status.ts';
import type { ControllerRevision, Pod, StatefulSet } from '../types.ts';
import { countAvailable, isAvailable, isReady, isTerminating, podsOf } from './pods.ts';
import { currentRevision, revisionsOf, truncateHistory } from './revisions.ts';
import type { Controller, Tools } from './runner.ts';
import { createStatefulPod, ordinalOf, revisionOfPod } from './stateful-set-pods.ts';

const partitionOf = (set: StatefulSet): number => set.spec.updateStrategy.rollingUpdate?.partition ?? 0;
const isOrdered = (set: StatefulSet): boolean => set.spec.podManagementPolicy !== 'Parallel';
const isRunningAndReady = (pod: Pod): boolean => pod.status.phase === 'Running' && isReady(pod);

/**
 * StatefulSets: pods with an ordinal each, made, updated and taken away one at a time, in order. As upstream, one pod that does
 * not become ready wedges an ordered set, even for the rollback that would mend it.
 * Source: k8s.io/kubernetes/pkg/controller/statefulset/stateful_set_control.go, updateStatefulSet
 */
export const createStatefulSetController = (tools: Tools): Controller => {
  const { context, writes, events } = tools;
  const { store, clock } = context;

  const isHealthy = (set: StatefulSet, pod: Pod): boolean =>
    isRunningAndReady(pod) &&
    !isTerminating(pod) &&
    isAvailable(pod, set.spec.minReadySeconds ?? 0, clock.now());

  const remove = (set: StatefulSet, pod: Pod): void => {
    writes.delete(pods, pod);
    events(
      set,
      'Normal',
      'SuccessfulDelete',
      `delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`,
    );
  };

  const create = (set: StatefulSet, revision: ControllerRevision, ordinal: number): boolean => {
    const name = `${set.metadata.name}-${ordinal}`;
    try {
      createStatefulPod(context, writes, set, revision, ordinal);
      events(
        set,
        'Normal',
        'SuccessfulCreate',
        `create Pod ${name} in StatefulSet ${set.metadata.name} successful`,
      );
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      events(
        set,
        'Warning',
        'FailedCreate',
        `create Pod ${name} in StatefulSet ${set.metadata.name} failed error: ${error.message}`,
      );
      tools.later(set, 1_000);
      return false;
    }
  };

  /** One pass; returns early wherever an ordered set has to wait. */
  const act = (
    set: StatefulSet,
    owned: readonly Pod[],
    revisions: { readonly current: ControllerRevision; readonly update: ControllerRevision },
  ): void => {
    const ordered = isOrdered(set);
    const byOrdinal = new Map(owned.map((pod) => [ordinalOf(set, pod), pod] as const));
    const rolling = set.spec.updateStrategy.type === 'RollingUpdate';
    const revisionFor = (ordinal: number): ControllerRevision =>
      rolling && ordinal < partitionOf(set) ? revisions.current : revisions.update;
    for (let ordinal = 0; ordinal < set.spec.replicas; ordinal += 1) {
      const pod = byOrdinal.get(ordinal);
      if (pod === undefined) {
        if (!create(set, revisionFor(ordinal), ordinal)) return;
        if (ordered) return;
        continue;
      }
      if (pod.status.phase === 'Failed' || pod.status.phase === 'Succeeded') {
        if (!isTerminating(pod)) writes.delete(pods, pod);
        return;
      }
      if (ordered && !isHealthy(set, pod)) return;
    }
    const condemned = owned
      .filter((pod) => ordinalOf(set, pod) >= set.spec.replicas)
      .sort((a, b) => ordinalOf(set, b) - ordinalOf(set, a));
    for (const pod of condemned) {
      if (isTerminating(pod)) {
        if (ordered) return;
        continue;
      }
      remove(set, pod);
      if (ordered) return;
    }
    if (!rolling) return;
    for (let ordinal = set.spec.replicas - 1; ordinal >= partitionOf(set); ordinal -= 1) {
      const pod = byOrdinal.get(ordinal);
      if (pod === undefined) return;
      if (revisionOfPod(pod) !== revisions.update.metadata.name && !isTerminating(pod)) {
        remove(set, pod);
        return;
      }
      if (!isHealthy(set, pod)) return;
    }
  };

  const writeStatus = (
    set: StatefulSet,
    revisions: { readonly current: ControllerRevision; readonly update: ControllerRevision },
  ): void => {
    const present = podsOf(context, set, set.spec.selector).filter((pod) => ordinalOf(set, pod) >= 0);
    const living = present.filter((pod) => !isTerminating(pod));
    const ready = present.filter(isRunningAndReady);
    const count = (revision: ControllerRevision): number =>
      living.filter((pod) => revisionOfPod(pod) === revision.metadata.name).length;
    const status: StatefulSet['status'] = {
      observedGeneration: set.metadata.generation ?? 0,
      replicas: present.length,
      readyReplicas: ready.length,
      availableReplicas: countAvailable(tools, set, ready),
      currentReplicas: count(revisions.current),
      updatedReplicas: count(revisions.update),
      currentRevision: revisions.current.metadata.name,
      updateRevision: revisions.update.metadata.name,
      collisionCount: 0,
    };
    const isComplete =
      set.spec.updateStrategy.type === 'RollingUpdate' &&
      status.updatedReplicas === status.replicas &&
      status.readyReplicas === status.replicas &&
      status.replicas === set.spec.replicas;
    if (isComplete) {
      status.currentReplicas = status.updatedReplicas ?? 0;
      status.currentRevision = revisions.update.metadata.name;
    }
    writes.modify(statefulSets, set, (draft) => {
      draft.status = Object.fromEntries(
        Object.entries(status).filter(
          ([field, value]) =>
            value !== 0 || ['replicas', 'availableReplicas', 'collisionCount'].includes(field),
        ),
      ) as StatefulSet['status'];
    });
  };

  return {
    name: 'statefulset-controller',
    keys: ({ resource, object }) => {
      if (resource.key === statefulSets.key) return [keyOf(object)];
      const owner = controllerOf(object);
      return resource.key === pods.key && owner?.kind === 'StatefulSet'
        ? [`${object.metadata.namespace}/${owner.name}`]
        : [];
    },
    sync: (namespace, name) => {
      const set = store.get<StatefulSet>(statefulSets, namespace, name);
      if (set === undefined || isTerminating(set)) return;
      const update = currentRevision(context, writes, set);
      const known = revisionsOf(context, set);
      const current = known.find(({ metadata }) => metadata.name === set.status.currentRevision) ?? update;
      const revisions = { current, update };
      const owned = podsOf(context, set, set.spec.selector).filter((pod) => ordinalOf(set, pod) >= 0);
      act(set, owned, revisions);
      writeStatus(set, revisions);
      const inUse = new Set([
        update.metadata.name,
        current.metadata.name,
        ...owned.map((pod) => revisionOfPod(pod) ?? ''),
      ]);
      truncateHistory(context, writes, set, inUse);
    },
  };
};
