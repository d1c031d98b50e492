import type { Actor } from '../actor.ts';
import type { Hold } from './hold.ts';
import type { Reason } from './reason.ts';

export type ReleaseState =
  | 'queued'
  | 'waiting-for-image'
  | 'committed'
  | 'rolling-out'
  | 'healthy'
  | 'failed'
  | 'undone'
  | 'superseded'
  | 'skipped';

/** Where a rollout is, told apart where an in-cluster agent has to act first. */
export type RolloutPhase = 'waiting-for-agent' | 'applied' | 'rolling-out' | 'paused';

export type Pause = {
  readonly by: Actor;
  /** Milliseconds since 1970. */
  readonly at: number;
};

/** What a button under a release may offer. */
export type Offer = 'undo' | 'put-back' | 'pause' | 'resume';

export type DiagnosisView = {
  readonly summary: string;
  readonly evidence: readonly string[];
  readonly next: string;
  readonly workload?: string | undefined;
  readonly pod?: string | undefined;
  readonly container?: string | undefined;
  /** How many pods have the same cause. */
  readonly count?: number | undefined;
};

/** What people are shown of a release, by notifications and by the answers to commands alike. */
export type ReleaseView = {
  /** ULID; a button asks for it back, so that it means this release and no later one. */
  readonly id?: string | undefined;
  /** What `to #3` names: 1, 2, 3… per app and environment. */
  readonly number?: number | undefined;
  readonly app: string;
  readonly environment: string;
  /** Normalised name. */
  readonly image: string;
  readonly tag: string;
  readonly state: ReleaseState;
  /** True for the release that an undo makes. */
  readonly isUndo?: boolean | undefined;
  /** True where a user asked for just this tag, with `/tagboat release`. */
  readonly byHand?: boolean | undefined;
  /** Why it failed, was skipped or waits; of one that was undone, why it had failed. */
  readonly reason?: Reason | undefined;
  /** In kubectl's words. */
  readonly progress?: string | undefined;
  readonly phase?: RolloutPhase | undefined;
  /** Worth knowing although it is healthy. */
  readonly notes?: readonly string[] | undefined;
  /** What ran before. */
  readonly previousTag?: string | undefined;
  readonly commit?: string | undefined;
  readonly commitUrl?: string | undefined;
  /** Compares the source at the previous tag with this one. */
  readonly diffUrl?: string | undefined;
  readonly diagnosis?: readonly DiagnosisView[] | undefined;
  readonly requestedBy?: Actor | undefined;
  /** From which hook: `github`, `dockerhub`, `slack`. */
  readonly source?: string | undefined;
  readonly undoneBy?: Actor | undefined;
  /** The state it was in before it was undone. */
  readonly undoneFrom?: ReleaseState | undefined;
  /** Of an undo: the tag that it took away, and that is held. */
  readonly undoneTag?: string | undefined;
  /** Milliseconds since 1970. */
  readonly startedAt?: number | undefined;
  /** Undefined while it is under way. */
  readonly endedAt?: number | undefined;
  readonly paused?: Pause | undefined;
  readonly offers?: readonly Offer[] | undefined;
};

/** An app in an environment: its current release, or what was tried last; what comes after it, in order; and its holds. */
export type TargetView = {
  readonly app: string;
  readonly environment: string;
  readonly current?: ReleaseView | undefined;
  readonly waiting: readonly ReleaseView[];
  readonly holds: readonly Hold[];
};
