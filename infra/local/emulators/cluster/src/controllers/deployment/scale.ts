import { replicaSets } from '../../resources.ts';
import type { Deployment, ReplicaSet } from '../../types.ts';
import type { Tools } from '../runner.ts';
import { newReplicaCount, specReplicas } from './counts.ts';
import { annotateScale, desiredOf, maxOf } from './replica-sets.ts';

/** Scales one ReplicaSet, with its event. Answers whether the number changed. */
export const scaleSet = (
  tools: Tools,
  deployment: Deployment,
  set: ReplicaSet,
  replicas: number,
): boolean => {
  const from = set.spec.replicas;
  tools.writes.modify(replicaSets, set, (draft) => {
    draft.spec.replicas = replicas;
    annotateScale(deployment, draft);
  });
  if (from === replicas) return false;
  const direction = replicas > from ? 'up' : 'down';
  tools.events(
    deployment,
    'Normal',
    'ScalingReplicaSet',
    `Scaled ${direction} replica set ${set.metadata.name} from ${from} to ${replicas}`,
  );
  return true;
};

/** True where the Deployment was resized since its ReplicaSets were last scaled. */
export const isScalingEvent = (deployment: Deployment, sets: readonly ReplicaSet[]): boolean =>
  sets.some((set) => {
    const desired = desiredOf(set);
    return set.spec.replicas > 0 && desired !== undefined && desired !== deployment.spec.replicas;
  });

/** What falls to one ReplicaSet of a resize in mid-rollout. Source: …/deployment/util, GetReplicaSetProportion */
const proportion = (deployment: Deployment, set: ReplicaSet, toAdd: number, added: number): number => {
  if (set.spec.replicas === 0 || toAdd === 0 || toAdd === added) return 0;
  const size = deployment.spec.replicas + newReplicaCount.maxSurge(deployment);
  const before = maxOf(set) || (deployment.status.replicas ?? 0);
  const fraction = Math.round((set.spec.replicas * size) / (before || 1)) - set.spec.replicas;
  const allowed = toAdd - added;
  return toAdd > 0 ? Math.min(fraction, allowed) : Math.max(fraction, allowed);
};

/**
 * A resize: all to the one active ReplicaSet, old ones down to nothing once the new one is there, or in proportion while two
 * share the load.
 * Source: k8s.io/kubernetes/pkg/controller/deployment/sync.go, scale
 */
export const scale = (
  tools: Tools,
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  current: ReplicaSet | undefined,
): void => {
  const active = sets.filter((set) => set.spec.replicas > 0);
  const only = active.length === 0 ? (current ?? sets.at(-1)) : active.length === 1 ? active[0] : undefined;
  if (only !== undefined) {
    if (only.spec.replicas !== deployment.spec.replicas)
      scaleSet(tools, deployment, only, deployment.spec.replicas);
    return;
  }
  const { replicas } = deployment.spec;
  if (
    current !== undefined &&
    current.spec.replicas === replicas &&
    current.status.availableReplicas === replicas
  ) {
    for (const set of active) if (set !== current) scaleSet(tools, deployment, set, 0);
    return;
  }
  if (deployment.spec.strategy.type !== 'RollingUpdate') return;
  const allowed = replicas > 0 ? replicas + newReplicaCount.maxSurge(deployment) : 0;
  const toAdd = allowed - specReplicas(active);
  const ordered = [...active].sort((a, b) => b.spec.replicas - a.spec.replicas);
  const sizes = new Map<ReplicaSet, number>();
  let added = 0;
  for (const set of ordered) {
    const share = proportion(deployment, set, toAdd, added);
    sizes.set(set, set.spec.replicas + share);
    added += share;
  }
  for (const [index, set] of ordered.entries()) {
    // What rounding left over goes to the largest.
    const leftover = index === 0 ? toAdd - added : 0;
    scaleSet(tools, deployment, set, Math.max(0, (sizes.get(set) ?? set.spec.replicas) + leftover));
  }
};
