import type { RolloutPhase } from '../../view/release.ts';
import type { WorkloadRef } from '../objects/objects.ts';

/** What `kubectl rollout status` says of a workload. */
export type RolloutStatus = {
  readonly type: 'done' | 'waiting' | 'failed';
  /** kubectl's own words, without the newline. */
  readonly message: string;
};

export type RolloutProgress = {
  readonly phase: RolloutPhase;
  /** kubectl's own words, where it has any. */
  readonly message: string;
  /** Undefined while none is known: an in-cluster agent has yet to create it. */
  readonly workload?: WorkloadRef | undefined;
  readonly updated: number;
  readonly available: number;
  readonly desired: number;
};
