import { findCondition } from '../../meta.ts';
import type { Condition, Deployment, DeploymentStatus } from '../../types.ts';

type NewCondition = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/**
 * Sets a condition, unless it already has this status and reason.
 * Source: k8s.io/kubernetes/pkg/controller/deployment/util, SetDeploymentCondition
 */
export const setCondition = (status: DeploymentStatus, now: string, condition: NewCondition): void => {
  const current = findCondition(status.conditions, condition.type);
  if (current?.status === condition.status && current.reason === condition.reason) return;
  replaceCondition(status, now, condition);
};

/** Sets a condition even where only its message (and update time) is new. */
export const replaceCondition = (status: DeploymentStatus, now: string, condition: NewCondition): void => {
  const current = findCondition(status.conditions, condition.type);
  const lastTransitionTime = current?.status === condition.status ? (current.lastTransitionTime ?? now) : now;
  status.conditions = [
    ...(status.conditions ?? []).filter(({ type }) => type !== condition.type),
    { ...condition, lastUpdateTime: now, lastTransitionTime },
  ];
};

export const removeCondition = (status: DeploymentStatus, type: string): void => {
  status.conditions = (status.conditions ?? []).filter((condition) => condition.type !== type);
};

export const hasDeadline = ({ spec }: Deployment): boolean =>
  spec.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds < 2 ** 31 - 1;

/** All replicas updated, nothing old left, all available. Source: …/deployment/util, DeploymentComplete */
export const isComplete = (deployment: Deployment, status: DeploymentStatus): boolean =>
  status.updatedReplicas === deployment.spec.replicas &&
  status.replicas === deployment.spec.replicas &&
  status.availableReplicas === deployment.spec.replicas &&
  (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0);

/** More new, fewer old, more ready or available than before. Source: …/deployment/util, DeploymentProgressing */
export const isProgressing = (before: DeploymentStatus, after: DeploymentStatus): boolean => {
  const old = (status: DeploymentStatus): number => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(after) < old(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
};

/** Milliseconds until the progress deadline; 0: it has passed; undefined: there is none to wait for. */
export const untilDeadline = (
  deployment: Deployment,
  status: DeploymentStatus,
  now: number,
): number | undefined => {
  const condition = findCondition(status.conditions, 'Progressing');
  if (condition === undefined || !hasDeadline(deployment)) return undefined;
  if (condition.reason === 'NewReplicaSetAvailable') return undefined;
  if (condition.reason === 'ProgressDeadlineExceeded') return 0;
  const from = Date.parse(condition.lastUpdateTime ?? '');
  return Math.max(0, from + (deployment.spec.progressDeadlineSeconds ?? 0) * 1_000 - now);
};
