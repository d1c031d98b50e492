import type { Clock } from '../../clock.ts';
import type { DigestComparison } from '../../image.ts';
import type { RolloutPhase } from '../../view/release.ts';
import type { Delivery } from '../deliver/deliver.ts';
import type { Diagnosis } from '../diagnose/finding.ts';
import type { WorkloadRef } from '../objects/objects.ts';
import type { ReleaseImage } from '../objects/template-image.ts';
import type { Snapshot } from '../status/snapshot.ts';
import type { RolloutProgress } from '../status/types.ts';
import type { WorkloadVerdict } from '../status/workload-verdict.ts';

/** A workload and its verdict. */
export type View = { readonly snapshot: Snapshot; readonly workloadVerdict: WorkloadVerdict };

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

/** What the pods say of a workload that is rolled out by its counts. */
export type PodVerification =
  | { readonly type: 'verified'; readonly notes: readonly string[] }
  | {
      readonly type: 'waiting';
      readonly message: string;
      /** When to check again even if nothing changes, in milliseconds since 1970. */
      readonly nextCheckAt: number;
      /** The diagnosis if the deadline passes now. */
      readonly diagnosis?: Diagnosis;
    };

/**
 * In mode `agent`: where to look for the workloads while none of those that are known is in the cluster, because the agent has
 * yet to create them, under names that only it knows where it builds them from Helm values or a Kustomization. Of what pulls the
 * image from a mirror, only what keeps its whole name there counts in this search.
 */
export type SeekWorkloads = {
  readonly namespace: string;
  /** True where they were found in this way before: the agent may create more of them, which count as well. */
  readonly isOpen: boolean;
  /** Called with all that are known from now on. */
  readonly onFound: (workloads: readonly WorkloadRef[]) => Promise<void>;
};

export type Rollout = ReleaseImage & {
  readonly workloads: readonly WorkloadRef[];
  readonly mode: Delivery['mode'];
  readonly seek?: SeekWorkloads | undefined;
  /** Of the image that the registry has under the tag, where it is known without being pinned. */
  readonly knownDigest?: string | undefined;
  /** Whether a digest that a container runtime reports is of the image with the known one; it cannot be told where absent. */
  readonly compareDigest?: ((running: string) => Promise<DigestComparison>) | undefined;
  /** The workloads were restarted for a tag that has moved: it is healthy only where every pod is known to run the known digest. */
  readonly isRestart?: boolean | undefined;
  /** Milliseconds since 1970: from then on, what is not healthy has failed. `Infinity` while the rollout is paused. */
  readonly deadline: number;
  /** Milliseconds since 1970: return `pending` by then. */
  readonly until: number;
  /** How far it was when the watch before this one ended: in mode `agent` this tells whether the agent has acted. */
  readonly lastPhase?: RolloutPhase | undefined;
  /** The Jobs that were seen complete by the watches before this one, as `describeWorkload` names them. */
  readonly completedJobs?: readonly string[] | undefined;
  /** Called with all of them each time one more was seen: it may be cleared away before the next watch. */
  readonly onJobCompleted?: ((jobs: readonly string[]) => Promise<void>) | undefined;
  /** Called with every new message. */
  readonly onProgress?: (progress: RolloutProgress) => void;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
};
