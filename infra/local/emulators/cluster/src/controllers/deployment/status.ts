import { findCondition } from '../../meta.ts';
import { deployments } from '../../resources.ts';
import type { Deployment, DeploymentStatus, ReplicaSet } from '../../types.ts';
import type { Tools } from '../runner.ts';
import {
  hasDeadline,
  isComplete,
  isProgressing,
  removeCondition,
  replaceCondition,
  setCondition,
  untilDeadline,
} from './conditions.ts';
import { availableReplicas, newReplicaCount, statusReplicas, sum } from './counts.ts';

/** Source: k8s.io/kubernetes/pkg/controller/deployment/sync.go, calculateStatus */
const calculate = (
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  current: ReplicaSet | undefined,
  now: string,
): DeploymentStatus => {
  const available = availableReplicas(sets);
  const total = sum(sets, (set) => set.spec.replicas);
  const status: DeploymentStatus = {
    observedGeneration: deployment.metadata.generation ?? 0,
    replicas: statusReplicas(sets),
    updatedReplicas: current === undefined ? 0 : current.status.replicas,
    readyReplicas: sum(sets, (set) => set.status.readyReplicas ?? 0),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, total - available),
    ...(deployment.status.collisionCount === undefined
      ? {}
      : { collisionCount: deployment.status.collisionCount }),
    conditions: [...(deployment.status.conditions ?? [])],
  };
  const enough = available >= deployment.spec.replicas - newReplicaCount.maxUnavailable(deployment);
  setCondition(
    status,
    now,
    enough
      ? {
          type: 'Available',
          status: 'True',
          reason: 'MinimumReplicasAvailable',
          message: 'Deployment has minimum availability.',
        }
      : {
          type: 'Available',
          status: 'False',
          reason: 'MinimumReplicasUnavailable',
          message: 'Deployment does not have minimum availability.',
        },
  );
  return status;
};

const withoutZeros = (status: DeploymentStatus): DeploymentStatus =>
  Object.fromEntries(Object.entries(status).filter(([, value]) => value !== 0)) as DeploymentStatus;

const failureOf = (sets: readonly ReplicaSet[]) =>
  sets
    .map((set) => findCondition(set.status.conditions, 'ReplicaFailure'))
    .find((condition) => condition !== undefined);

const write = (tools: Tools, deployment: Deployment, status: DeploymentStatus): void => {
  tools.writes.modify(deployments, deployment, (draft) => {
    draft.status = withoutZeros(status);
  });
};

/** The counts, and nothing about progress: while paused or scaling. */
export const syncStatus = (
  tools: Tools,
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  current: ReplicaSet | undefined,
): void => write(tools, deployment, calculate(deployment, sets, current, tools.context.now()));

/**
 * The counts and the Progressing condition: complete, progressing, or past its deadline.
 * Source: k8s.io/kubernetes/pkg/controller/deployment/progress.go, syncRolloutStatus
 */
export const syncRolloutStatus = (
  tools: Tools,
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  current: ReplicaSet | undefined,
): void => {
  const { clock } = tools.context;
  const now = tools.context.now();
  const status = calculate(deployment, sets, current, now);
  const before = deployment.status;
  const progress = findCondition(before.conditions, 'Progressing');
  const subject =
    current === undefined
      ? `Deployment "${deployment.metadata.name}"`
      : `ReplicaSet "${current.metadata.name}"`;
  if (!hasDeadline(deployment)) removeCondition(status, 'Progressing');
  // Once a rollout is complete, it stays so until there is a new one, even when pods fail later.
  const wasComplete =
    status.replicas === status.updatedReplicas && progress?.reason === 'NewReplicaSetAvailable';
  if (hasDeadline(deployment) && !wasComplete) {
    if (isComplete(deployment, status))
      setCondition(status, now, {
        type: 'Progressing',
        status: 'True',
        reason: 'NewReplicaSetAvailable',
        message: `${subject} has successfully progressed.`,
      });
    else if (isProgressing(before, status))
      replaceCondition(status, now, {
        type: 'Progressing',
        status: 'True',
        reason: 'ReplicaSetUpdated',
        message: `${subject} is progressing.`,
      });
    else if (untilDeadline(deployment, status, clock.now()) === 0)
      setCondition(status, now, {
        type: 'Progressing',
        status: 'False',
        reason: 'ProgressDeadlineExceeded',
        message: `${subject} has timed out progressing.`,
      });
  }
  const failure = failureOf(sets);
  if (failure === undefined) removeCondition(status, 'ReplicaFailure');
  else
    setCondition(status, now, {
      type: 'ReplicaFailure',
      status: 'True',
      reason: failure.reason,
      message: failure.message,
    });
  write(tools, deployment, status);
  const wait = untilDeadline(deployment, status, clock.now());
  if (wait !== undefined && wait > 0 && !isComplete(deployment, status)) tools.later(deployment, wait);
};
