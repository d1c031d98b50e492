import type { Workload } from '../objects/objects.ts';
import { isRolloutObserved } from './argo-phase.ts';
import { argoStatus } from './argo-status.ts';
import { awaitedDeletion, describeAwaitedDeletion } from './on-delete.ts';
import type { RolloutStatus } from './types.ts';

const done = (message: string): RolloutStatus => ({ type: 'done', message });
const waiting = (message: string): RolloutStatus => ({ type: 'waiting', message });
const failed = (message: string): RolloutStatus => ({ type: 'failed', message });

const generationOf = (workload: Workload): number => workload.metadata.generation ?? 0;
const observedOf = (workload: Workload): number => Number(workload.status?.observedGeneration ?? 0);

/** True where the controller has seen the workload as it stands: until then, its status is about the one before. */
export const isObserved = (workload: Workload): boolean =>
  workload.kind === 'Rollout'
    ? isRolloutObserved(workload)
    : // The template of a Job never changes, so that its status is about nothing else.
      workload.kind === 'Job' || generationOf(workload) <= observedOf(workload);

const deploymentStatus = (deployment: Workload): RolloutStatus => {
  if (generationOf(deployment) > observedOf(deployment))
    return waiting('Waiting for deployment spec update to be observed...');
  const { name } = deployment.metadata;
  const status = deployment.status ?? {};
  const progressing = status.conditions?.find((condition) => condition.type === 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded')
    return failed(`deployment "${name}" exceeded its progress deadline`);
  const updated = status.updatedReplicas ?? 0;
  const { replicas } = deployment.spec;
  const prefix = `Waiting for deployment "${name}" rollout to finish:`;
  if (replicas !== undefined && updated < replicas)
    return waiting(`${prefix} ${updated} out of ${replicas} new replicas have been updated...`);
  const old = (status.replicas ?? 0) - updated;
  if (old > 0) return waiting(`${prefix} ${old} old replicas are pending termination...`);
  const available = status.availableReplicas ?? 0;
  if (available < updated)
    return waiting(`${prefix} ${available} of ${updated} updated replicas are available...`);
  return done(`deployment "${name}" successfully rolled out`);
};

const daemonSetStatus = (daemonSet: Workload): RolloutStatus => {
  if (generationOf(daemonSet) > observedOf(daemonSet))
    return waiting('Waiting for daemon set spec update to be observed...');
  const { name } = daemonSet.metadata;
  const status = daemonSet.status ?? {};
  const desired = status.desiredNumberScheduled ?? 0;
  const updated = status.updatedNumberScheduled ?? 0;
  const available = status.numberAvailable ?? 0;
  const deletion = awaitedDeletion(daemonSet);
  if (deletion !== undefined) return waiting(describeAwaitedDeletion(daemonSet, deletion));
  const prefix = `Waiting for daemon set "${name}" rollout to finish:`;
  if (updated < desired)
    return waiting(`${prefix} ${updated} out of ${desired} new pods have been updated...`);
  if (available < desired)
    return waiting(`${prefix} ${available} of ${desired} updated pods are available...`);
  return done(`daemon set "${name}" successfully rolled out`);
};

const statefulSetStatus = (statefulSet: Workload): RolloutStatus => {
  const { replicas, updateStrategy } = statefulSet.spec;
  const status = statefulSet.status ?? {};
  if (observedOf(statefulSet) === 0 || generationOf(statefulSet) > observedOf(statefulSet))
    return waiting('Waiting for statefulset spec update to be observed...');
  const ready = status.readyReplicas ?? 0;
  const updated = status.updatedReplicas ?? 0;
  const deletion = awaitedDeletion(statefulSet);
  if (deletion !== undefined) return waiting(describeAwaitedDeletion(statefulSet, deletion));
  if (replicas !== undefined && ready < replicas)
    return waiting(`Waiting for ${replicas - ready} pods to be ready...`);
  if (updateStrategy?.type === 'OnDelete')
    // kubectl gives up here ("rollout status is only available for RollingUpdate strategy type"). It can be
    // answered all the same: the rollout is over when the last old pod was deleted by hand and its successor is ready.
    return replicas === undefined || updated >= replicas
      ? done(
          `statefulset rolling update complete ${updated} pods at revision ${status.updateRevision ?? ''}...`,
        )
      : waiting(`Waiting for ${replicas - updated} new pods to be created...`);
  const rollingUpdate = updateStrategy?.rollingUpdate;
  if (rollingUpdate !== undefined) {
    const { partition } = rollingUpdate;
    if (replicas !== undefined && partition !== undefined && updated < replicas - partition)
      return waiting(
        `Waiting for partitioned roll out to finish: ${updated} out of ${replicas - partition} new pods have been updated...`,
      );
    return done(`partitioned roll out complete: ${updated} new pods have been updated...`);
  }
  if (status.updateRevision !== status.currentRevision)
    return waiting(
      `waiting for statefulset rolling update to complete ${updated} pods at revision ${status.updateRevision ?? ''}...`,
    );
  return done(
    `statefulset rolling update complete ${status.currentReplicas ?? 0} pods at revision ${status.currentRevision ?? ''}...`,
  );
};

/**
 * How far a rollout is, judged and worded as `kubectl rollout status` does it, line by line:
 * https://github.com/kubernetes/kubectl/blob/master/pkg/polymorphichelpers/rollout_status.go
 *
 * One difference: where kubectl refuses the strategy OnDelete, the rollout here is done when every pod runs the new
 * revision and is ready. An Argo Rollout is judged as its own plugin does it; see `argoPhase`.
 * @param object a Deployment, StatefulSet or DaemonSet of apps/v1 or a Rollout, as the API server writes it
 */
export const rolloutStatus = (object: Workload): RolloutStatus => {
  switch (object.kind) {
    case 'StatefulSet':
      return statefulSetStatus(object);
    case 'DaemonSet':
      return daemonSetStatus(object);
    case 'Rollout':
      return argoStatus(object);
    default:
      return deploymentStatus(object);
  }
};

/** The numbers behind the message. For a StatefulSet with a partition, only the pods that are to change are desired. */
export const rolloutCounts = (
  object: Workload,
): { readonly updated: number; readonly available: number; readonly desired: number } => {
  const status = object.status ?? {};
  switch (object.kind) {
    case 'DaemonSet':
      return {
        updated: status.updatedNumberScheduled ?? 0,
        available: status.numberAvailable ?? 0,
        desired: status.desiredNumberScheduled ?? 0,
      };
    case 'StatefulSet': {
      const partition = object.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
      return {
        updated: status.updatedReplicas ?? 0,
        // Servers before Kubernetes 1.22 do not have availableReplicas of a StatefulSet.
        available: status.availableReplicas ?? status.readyReplicas ?? 0,
        desired: Math.max(0, (object.spec.replicas ?? 1) - partition),
      };
    }
    case 'Job':
      return {
        updated: (status.succeeded ?? 0) + (status.active ?? 0),
        available: status.succeeded ?? 0,
        desired: object.spec.completions ?? 1,
      };
    default:
      return {
        updated: status.updatedReplicas ?? 0,
        available: status.availableReplicas ?? 0,
        desired: object.spec.replicas ?? 1,
      };
  }
};
