import type { Clock } from '../../clock.ts';
import type { RolloutPhase } from '../../view/release.ts';
import type { Delivery } from '../deliver/deliver.ts';
import type { Diagnosis } from '../diagnose/finding.ts';
import type { WorkloadRef } from '../objects/objects.ts';
import type { ReleaseImage } from '../objects/template-image.ts';
import type { RolloutProgress } from '../status/types.ts';

export type RolloutVerdict =
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
  /** Milliseconds since 1970: from then on, what is not healthy has failed. `Infinity` while the rollout is paused. */
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
