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
 * - `waiting-for-agent`: an in-cluster agent has yet to give the workload the image
 * - `applied`: the workload carries the image, and its controller has not seen that yet
 * - `rolling-out`: the controller is at it
 * - `paused`: somebody, or a step of a canary, has stopped the controller
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
