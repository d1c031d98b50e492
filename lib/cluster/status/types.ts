import type { WorkloadRef } from '../objects/objects.ts';

/** What `kubectl rollout status` says of a workload. */
export type RolloutStatus = {
  readonly type: 'done' | 'waiting' | 'failed';
  /** kubectl's own words, without the newline. */
  readonly message: string;
};

/**
 * How far a release is that is not healthy yet:
 *
 * - `waiting-for-agent`: the in-cluster agent has not given the workload the image yet
 * - `applied`: the workload carries the image, and its controller has not seen that yet
 * - `rolling-out`: the controller is replacing pods
 * - `paused`: a person, or a step of a canary, has paused it
 */
export type RolloutPhase = 'waiting-for-agent' | 'applied' | 'rolling-out' | 'paused';

export type RolloutProgress = {
  readonly phase: RolloutPhase;
  /** kubectl's own words, where it has any. */
  readonly message: string;
  readonly workload: WorkloadRef;
  readonly updated: number;
  readonly available: number;
  readonly desired: number;
};
