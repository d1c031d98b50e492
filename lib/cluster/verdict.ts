import type { Clock } from '../clock.ts';
import type { Delivery } from './deliver.ts';
import type { Diagnosis } from './diagnose/finding.ts';
import type { WorkloadRef } from './objects.ts';
import type { ReleaseImage } from './template-image.ts';

export type RolloutProgress = {
  /** kubectl's own words. */
  readonly message: string;
  readonly workload: WorkloadRef;
  readonly updated: number;
  readonly available: number;
  readonly desired: number;
};

export type Watched =
  | { readonly type: 'healthy'; readonly message: string }
  | { readonly type: 'failed'; readonly reason: string; readonly diagnosis: readonly Diagnosis[] }
  /** The workload was given another image meanwhile. */
  | { readonly type: 'superseded'; readonly message: string }
  /** Still going when `until` was reached. */
  | { readonly type: 'pending'; readonly progress: RolloutProgress };

export type Rollout = ReleaseImage & {
  readonly workloads: readonly WorkloadRef[];
  readonly mode: Delivery['mode'];
  /** Milliseconds since 1970: from then on, what is not healthy has failed. */
  readonly deadline: number;
  /** Milliseconds since 1970: return `pending` by then. */
  readonly until: number;
  /** Called with every new message. */
  readonly onProgress?: (progress: RolloutProgress) => void;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
};
