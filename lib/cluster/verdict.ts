import type { Clock } from '../clock.ts';
import type { Delivery } from './deliver.ts';
import type { Diagnosis } from './diagnose/finding.ts';
import type { WorkloadRef } from './objects.ts';
import type { ReleaseImage } from './template-image.ts';

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

export type Watched =
  | {
      readonly type: 'healthy';
      readonly message: string;
      /** What is worth knowing although all is well, a sentence each. Usually empty. */
      readonly notes: readonly string[];
    }
  | { readonly type: 'failed'; readonly reason: string; readonly diagnosis: readonly Diagnosis[] }
  /** The workload was given another image meanwhile. */
  | { readonly type: 'superseded'; readonly message: string }
  /** Still going when `until` was reached. */
  | { readonly type: 'pending'; readonly progress: RolloutProgress };

export type Rollout = ReleaseImage & {
  readonly workloads: readonly WorkloadRef[];
  readonly mode: Delivery['mode'];
  /** Of the image that the registry has under the tag, where it is known without being pinned; a pod that runs another is noted. */
  readonly knownDigest?: string | undefined;
  /** Milliseconds since 1970: from then on, what is not healthy has failed. `Infinity`: never, while somebody has paused it. */
  readonly deadline: number;
  /** Milliseconds since 1970: return `pending` by then. */
  readonly until: number;
  /** How far it was when the watch before this one ended: in mode `agent` this tells whether the agent has acted. */
  readonly lastPhase?: RolloutPhase | undefined;
  /** Called with every new message. */
  readonly onProgress?: (progress: RolloutProgress) => void;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
};
