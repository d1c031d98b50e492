import { safeText } from '../../safe-text.ts';
import type { Workload } from '../objects/objects.ts';

type ArgoPhase = {
  readonly phase: 'Healthy' | 'Progressing' | 'Degraded' | 'Paused';
  /** Argo's own words; empty where it has none. */
  readonly message: string;
};

const progressing = (message: string): ArgoPhase => ({ phase: 'Progressing', message });

/** As Go's strconv.Atoi: undefined for what is no integer. */
const integer = (text: unknown): number | undefined =>
  typeof text === 'string' && /^[+-]?\d+$/.test(text) ? Number(text) : undefined;

/**
 * True where Argo's controller has seen the Rollout as it stands, and the Deployment that it has its template from.
 * Versions before 0.10 write a hash in place of the generation, which tells nothing. Argo compares with the generation
 * that its controller copied into an annotation; the Deployment's own is a moment fresher.
 */
export const isRolloutObserved = (rollout: Workload): boolean => {
  const { status, metadata, referredGeneration } = rollout;
  if (status === undefined) return false;
  const observed = integer(status.observedGeneration);
  if (observed !== undefined && observed < (metadata.generation ?? 0)) return false;
  const workload = integer(status.workloadObservedGeneration);
  return referredGeneration === undefined || workload === undefined || workload === referredGeneration;
};

/** The phase that Argo's controller writes since 1.0, computed for older ones as in CalculateRolloutPhase. */
const calculated = ({ spec, status = {} }: Workload): ArgoPhase => {
  for (const { type, reason = '', message = '' } of status.conditions ?? []) {
    if (type === 'InvalidSpec') return { phase: 'Degraded', message: `InvalidSpec: ${message}` };
    if (reason === 'RolloutAborted' || reason === 'ProgressDeadlineExceeded')
      return { phase: 'Degraded', message: `${reason}: ${message}` };
  }
  if (spec.paused === true) return { phase: 'Paused', message: 'manually paused' };
  const pause = status.pauseConditions?.[0];
  if (pause !== undefined) return { phase: 'Paused', message: pause.reason };
  if (spec.restartAt !== undefined && spec.restartAt !== status.restartedAt)
    return progressing('rollout is restarting');
  const updated = status.updatedReplicas ?? 0;
  if (updated < (spec.replicas ?? 1)) return progressing('more replicas need to be updated');
  if ((status.availableReplicas ?? 0) < updated)
    return progressing('updated replicas are still becoming available');
  const { stableRS = '', currentPodHash, blueGreen } = status;
  const isPromoted = stableRS !== '' && stableRS === currentPodHash;
  if (spec.strategy?.blueGreen !== undefined) {
    const active = blueGreen?.activeSelector ?? '';
    if (active === '' || active !== currentPodHash) return progressing('active service cutover pending');
    if (!isPromoted) return progressing('waiting for post-promotion verification to complete');
  } else if (spec.strategy?.canary !== undefined) {
    if (spec.strategy.canary.trafficRouting === undefined && (status.replicas ?? 0) > updated)
      return progressing('old replicas are pending termination');
    if (!isPromoted) return progressing('waiting for all steps to complete');
  }
  return { phase: 'Healthy', message: '' };
};

const phases: ReadonlySet<string> = new Set(['Healthy', 'Progressing', 'Degraded', 'Paused']);

/**
 * How far an Argo Rollout is, judged and worded as `kubectl argo rollouts status` does it: GetRolloutPhase of
 * https://github.com/argoproj/argo-rollouts/blob/master/utils/rollout/rolloututil.go
 *
 * One difference: a Rollout without any status is not observed yet, where Argo would call one without replicas healthy.
 * A phase of a later version than is known here counts as progressing.
 */
export const argoPhase = (rollout: Workload): ArgoPhase => {
  const { status = {}, referredGeneration, metadata } = rollout;
  if (!isRolloutObserved(rollout)) {
    const isOwn = (integer(status.observedGeneration) ?? 0) >= (metadata.generation ?? 0);
    return progressing(
      `waiting for rollout spec update to be observed${isOwn && referredGeneration !== undefined ? ' for the reference workload' : ''}`,
    );
  }
  // The pause was cleared, and the controller has not reacted yet; the generation shows neither.
  if (status.controllerPause === true && (status.pauseConditions ?? []).length === 0)
    return progressing('waiting for rollout to unpause');
  const { phase = '' } = status;
  // It contains messages of analysis runs, which may hold a URL with credentials.
  const message = safeText(status.message ?? '');
  if (phase === '') return calculated(rollout);
  return phases.has(phase)
    ? { phase: phase as ArgoPhase['phase'], message }
    : progressing(message === '' ? phase : message);
};
