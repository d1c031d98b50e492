import type { Deployment, ReplicaSet } from '../../types.ts';
import type { Tools } from '../runner.ts';
import { availableReplicas, newReplicaCount, specReplicas } from './counts.ts';
import { scaleSet } from './scale.ts';

/** Old ReplicaSets' pods that do not work go first. Source: …/deployment/rolling.go, cleanupUnhealthyReplicas */
const cleanUpUnhealthy = (
  tools: Tools,
  deployment: Deployment,
  old: readonly ReplicaSet[],
  most: number,
): number => {
  let removed = 0;
  for (const set of old) {
    const unhealthy = set.spec.replicas - (set.status.availableReplicas ?? 0);
    const count = Math.min(most - removed, unhealthy);
    if (count <= 0) continue;
    removed += count;
    scaleSet(tools, deployment, set, set.spec.replicas - count);
  }
  return removed;
};

const scaleDownOld = (
  tools: Tools,
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  old: readonly ReplicaSet[],
): void => {
  const least = deployment.spec.replicas - newReplicaCount.maxUnavailable(deployment);
  let left = availableReplicas(sets) - least;
  for (const set of old) {
    const count = Math.min(set.spec.replicas, left);
    if (count <= 0) continue;
    left -= count;
    scaleSet(tools, deployment, set, set.spec.replicas - count);
  }
};

/**
 * One step of a rolling update: up with the new one as far as the surge allows, else down with the old ones as far as
 * availability allows.
 * Source: k8s.io/kubernetes/pkg/controller/deployment/rolling.go
 * @param reread the ReplicaSets as they are stored now
 * @returns whether anything was scaled
 */
export const rollOut = (
  tools: Tools,
  deployment: Deployment,
  current: ReplicaSet,
  reread: () => readonly ReplicaSet[],
): boolean => {
  const sets = reread();
  const wanted =
    current.spec.replicas > deployment.spec.replicas
      ? deployment.spec.replicas
      : newReplicaCount.forNewSet(deployment, sets, current.spec.replicas);
  if (scaleSet(tools, deployment, current, wanted)) return true;
  const isOld = (set: ReplicaSet): boolean =>
    set.metadata.uid !== current.metadata.uid && set.spec.replicas > 0;
  const old = sets.filter(isOld);
  if (old.length === 0) return false;
  const least = deployment.spec.replicas - newReplicaCount.maxUnavailable(deployment);
  const newUnavailable = current.spec.replicas - (current.status.availableReplicas ?? 0);
  const most = specReplicas(sets) - least - newUnavailable;
  if (most <= 0) return false;
  cleanUpUnhealthy(tools, deployment, old, most);
  const after = reread();
  scaleDownOld(tools, deployment, after, after.filter(isOld));
  return true;
};
