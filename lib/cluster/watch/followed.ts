import { hasRollout, isJob, type WorkloadRef } from '../objects/objects.ts';
import type { Rollout } from './types.ts';

/**
 * True where the pods of a workload are followed, and it fails where they do: what has a rollout, and a Job of this release. One
 * that `set-image` found with the image already was started by somebody else, and is not this release's.
 */
export const isFollowed = (ref: WorkloadRef, { mode }: Pick<Rollout, 'mode'>): boolean =>
  hasRollout(ref) || (isJob(ref) && mode !== 'set-image');
