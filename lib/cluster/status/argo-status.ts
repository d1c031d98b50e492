import type { Workload } from '../objects/objects.ts';
import { argoPhase } from './argo-phase.ts';
import type { RolloutStatus } from './types.ts';

/** How the pause that a canary is at ends: by itself, where the step has a duration. */
const durationOf = ({ spec, status }: Workload): string | undefined => {
  const duration = spec.strategy?.canary?.steps?.[status?.currentStepIndex ?? -1]?.pause?.duration;
  return duration === undefined ? undefined : typeof duration === 'number' ? `${duration}s` : duration;
};

const howToGoOn = (rollout: Workload, reason: string): string => {
  const { name, namespace = 'default' } = rollout.metadata;
  const promote = `kubectl argo rollouts promote ${name} -n ${namespace}`;
  const duration = durationOf(rollout);
  switch (reason) {
    case 'CanaryPauseStep':
      return duration === undefined
        ? `a step of the canary waits for promotion: ${promote}`
        : `a step of the canary lasts ${duration}; to go on at once: ${promote}`;
    case 'BlueGreenPause':
      return `the new version waits for promotion: ${promote}`;
    case 'InconclusiveAnalysisRun':
      return `an analysis was inconclusive, and somebody has to decide: ${promote}, or abort it`;
    default:
      return `to resume it: ${promote}`;
  }
};

/**
 * The status of an Argo Rollout, worded as `kubectl argo rollouts status` words it where it has words:
 * https://github.com/argoproj/argo-rollouts/blob/master/pkg/kubectl-argo-rollouts/cmd/status/status.go
 */
export const argoStatus = (rollout: Workload): RolloutStatus => {
  const { phase, message } = argoPhase(rollout);
  const subject = `rollout "${rollout.metadata.name}"`;
  switch (phase) {
    case 'Healthy':
      return { type: 'done', message: `${subject} is Healthy` };
    case 'Degraded':
      return { type: 'failed', message: `${subject} is Degraded${message === '' ? '' : ` - ${message}`}` };
    case 'Paused':
      return {
        type: 'waiting',
        message: `${subject} is paused${message === '' ? '' : ` (${message})`}: ${howToGoOn(rollout, message)}`,
      };
    default:
      return {
        type: 'waiting',
        message: `Waiting for ${subject}: Progressing${message === '' ? '' : ` - ${message}`}`,
      };
  }
};
