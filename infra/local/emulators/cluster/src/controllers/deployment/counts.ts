import { scaledValue } from '../../meta.ts';
import type { Deployment, ReplicaSet } from '../../types.ts';

export const sum = (sets: readonly ReplicaSet[], count: (set: ReplicaSet) => number): number =>
  sets.reduce((total, set) => total + count(set), 0);

export const specReplicas = (sets: readonly ReplicaSet[]): number => sum(sets, (set) => set.spec.replicas);
export const statusReplicas = (sets: readonly ReplicaSet[]): number =>
  sum(sets, (set) => set.status.replicas);
export const availableReplicas = (sets: readonly ReplicaSet[]): number =>
  sum(sets, (set) => set.status.availableReplicas ?? 0);

/**
 * maxSurge rounds up, maxUnavailable down, and where both come out as 0, one may be unavailable, lest nothing ever moves.
 * Source: k8s.io/kubernetes/pkg/controller/deployment/util, ResolveFenceposts
 */
const fenceposts = ({ spec }: Deployment): { readonly surge: number; readonly unavailable: number } => {
  if (spec.strategy.type !== 'RollingUpdate') return { surge: 0, unavailable: 0 };
  const { maxSurge, maxUnavailable } = spec.strategy.rollingUpdate ?? {};
  const surge = scaledValue(maxSurge, spec.replicas, 'up');
  const unavailable = scaledValue(maxUnavailable, spec.replicas, 'down');
  return surge === 0 && unavailable === 0 ? { surge, unavailable: 1 } : { surge, unavailable };
};

/** @returns at most `spec.replicas` */
const maxUnavailable = (deployment: Deployment): number =>
  deployment.spec.replicas === 0 ? 0 : Math.min(fenceposts(deployment).unavailable, deployment.spec.replicas);

export const newReplicaCount = {
  maxSurge: (deployment: Deployment): number => fenceposts(deployment).surge,
  maxUnavailable,
  /** How many replicas the new ReplicaSet may have now. Source: …/deployment/util, NewRSNewReplicas */
  forNewSet: (deployment: Deployment, sets: readonly ReplicaSet[], current: number): number => {
    const { replicas, strategy } = deployment.spec;
    if (strategy.type === 'Recreate') return replicas;
    const most = replicas + fenceposts(deployment).surge;
    const total = specReplicas(sets);
    if (total >= most) return current;
    return current + Math.min(most - total, Math.max(0, replicas - current));
  },
};
