import { controllerOf, findCondition, isControlledBy, keyOf } from '../../meta.ts';
import { deployments, pods, replicaSets } from '../../resources.ts';
import type { Deployment, Pod, ReplicaSet } from '../../types.ts';
import { isTerminating } from '../pods.ts';
import type { Controller, Tools } from '../runner.ts';
import { hasDeadline, isComplete, setCondition } from './conditions.ts';
import { findNewSet, newReplicaSet, ownedSets, revisionOf } from './replica-sets.ts';
import { rollOut } from './rolling.ts';
import { isScalingEvent, scale, scaleSet } from './scale.ts';
import { syncRolloutStatus, syncStatus } from './status.ts';

/**
 * Deployments: a ReplicaSet for each template there was, and replicas moved from the old ones to the new one.
 * Source: k8s.io/kubernetes/pkg/controller/deployment
 */
export const createDeploymentController = (tools: Tools): Controller => {
  const { context, writes } = tools;
  const { store } = context;

  /** Conditions that say whether it is paused. Source: …/deployment/sync.go, checkPausedConditions */
  const checkPaused = (deployment: Deployment): void => {
    if (!hasDeadline(deployment)) return;
    const condition = findCondition(deployment.status.conditions, 'Progressing');
    if (condition?.reason === 'ProgressDeadlineExceeded') return;
    const isPaused = deployment.spec.paused === true;
    const wasPaused = condition?.reason === 'DeploymentPaused';
    if (isPaused === wasPaused) return;
    writes.modify(deployments, deployment, (draft) =>
      setCondition(draft.status, context.now(), {
        type: 'Progressing',
        status: 'Unknown',
        ...(isPaused
          ? { reason: 'DeploymentPaused', message: 'Deployment is paused' }
          : { reason: 'DeploymentResumed', message: 'Deployment is resumed' }),
      }),
    );
  };

  /** Old ReplicaSets beyond the history limit go. Source: …/deployment/sync.go, cleanupDeployment */
  const cleanUp = (
    deployment: Deployment,
    sets: readonly ReplicaSet[],
    current: ReplicaSet | undefined,
  ): void => {
    const old = sets
      .filter((set) => set.metadata.uid !== current?.metadata.uid && !isTerminating(set))
      .sort((a, b) => revisionOf(a) - revisionOf(b));
    const surplus = old.length - (deployment.spec.revisionHistoryLimit ?? 10);
    for (const set of old.slice(0, Math.max(0, surplus)))
      if (set.spec.replicas === 0 && set.status.replicas === 0) writes.delete(replicaSets, set);
  };

  const oldPodsLeft = (old: readonly ReplicaSet[]): boolean =>
    store
      .list<Pod>(pods, old[0]?.metadata.namespace)
      .some(
        (pod) =>
          pod.status.phase !== 'Failed' &&
          pod.status.phase !== 'Succeeded' &&
          old.some((set) => isControlledBy(pod, set)),
      );

  /** Source: k8s.io/kubernetes/pkg/controller/deployment/recreate.go */
  const recreate = (deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined => {
    const existing = findNewSet(deployment, sets);
    const old = sets.filter((set) => set !== existing);
    const scaled = old.filter((set) => set.spec.replicas > 0 && scaleSet(tools, deployment, set, 0));
    if (scaled.length > 0 || (old.length > 0 && oldPodsLeft(old))) return existing;
    const made = newReplicaSet(tools, deployment, sets, true);
    if (made !== undefined) scaleSet(tools, deployment, made, deployment.spec.replicas);
    return made;
  };

  const sync = (namespace: string, name: string): void => {
    const read = (): Deployment | undefined => store.get<Deployment>(deployments, namespace, name);
    let deployment = read();
    if (deployment === undefined) return;
    let sets = ownedSets(tools, deployment);
    if (isTerminating(deployment)) {
      syncStatus(tools, deployment, sets, findNewSet(deployment, sets));
      return;
    }
    checkPaused(deployment);
    deployment = read();
    if (deployment === undefined) return;
    if (deployment.spec.paused === true || isScalingEvent(deployment, sets)) {
      const current = newReplicaSet(tools, deployment, sets, false);
      sets = ownedSets(tools, deployment);
      scale(tools, deployment, sets, current);
      sets = ownedSets(tools, deployment);
      if (deployment.spec.paused === true) cleanUp(deployment, sets, current);
      syncStatus(tools, read() ?? deployment, sets, findNewSet(deployment, sets));
      return;
    }
    if (deployment.spec.strategy.type === 'Recreate') recreate(deployment, sets);
    else {
      const current = newReplicaSet(tools, deployment, sets, true);
      const owner = deployment;
      if (current !== undefined) rollOut(tools, owner, current, () => ownedSets(tools, owner));
    }
    deployment = read();
    if (deployment === undefined) return;
    sets = ownedSets(tools, deployment);
    const current = findNewSet(deployment, sets);
    syncRolloutStatus(tools, deployment, sets, current);
    deployment = read();
    if (deployment !== undefined && isComplete(deployment, deployment.status))
      cleanUp(deployment, sets, current);
  };

  return {
    name: 'deployment-controller',
    keys: ({ type, resource, object }) => {
      if (resource.key === deployments.key) return [keyOf(object)];
      const owner = controllerOf(object);
      if (resource.key === replicaSets.key && owner?.kind === 'Deployment')
        return [`${object.metadata.namespace}/${owner.name}`];
      // Recreate waits for the last old pod to be gone.
      if (resource.key !== pods.key || type !== 'DELETED' || owner?.kind !== 'ReplicaSet') return [];
      const set = store.get(replicaSets, object.metadata.namespace, owner.name);
      const deployment = set === undefined ? undefined : controllerOf(set);
      return deployment?.kind === 'Deployment' ? [`${object.metadata.namespace}/${deployment.name}`] : [];
    },
    sync,
  };
};
