import type { RolloutPhase } from '../../view/release.ts';
import type { Workload } from '../objects/objects.ts';
import { argoPhase } from './argo-phase.ts';
import { isObserved } from './rollout-status.ts';

/** How far a workload is that carries the release's image and is not healthy. */
export const phaseOf = (workload: Workload): RolloutPhase => {
  const isPaused =
    workload.kind === 'Rollout' ? argoPhase(workload).phase === 'Paused' : workload.spec.paused === true;
  if (isPaused) return 'paused';
  return isObserved(workload) ? 'rolling-out' : 'applied';
};
