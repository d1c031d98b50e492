/**
 * What the messages show: plain data, so that making a message needs nothing but what is handed in. Times are
 * milliseconds since 1970. People and hooks are `slack:U024BE7LH`, `github:octocat`, `tagboat:onFailure`.
 */

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

/** How far a rollout is, within the states `committed` and `rolling-out`. */
export type Phase = 'waiting-for-agent' | 'applied' | 'rolling-out' | 'paused';

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

/** What a message shows of a release. */
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
  /** True where somebody asked for it with `/tagboat release`. */
  readonly byHand?: boolean | undefined;
  /** Why it failed, was skipped or waits. */
  readonly reason?: string | undefined;
  /** In kubectl's words. */
  readonly progress?: string | undefined;
  readonly phase?: Phase | undefined;
  /** Worth knowing although it is healthy. */
  readonly notes?: readonly string[] | undefined;
  /** What ran before. */
  readonly previousTag?: string | undefined;
  readonly commit?: string | undefined;
  readonly commitUrl?: string | undefined;
  /** Compares the source at the previous tag with this one. */
  readonly diffUrl?: string | undefined;
  readonly diagnosis?: readonly DiagnosisView[] | undefined;
  /** Who or what asked for it. */
  readonly requestedBy?: string | undefined;
  /** From which hook: `github`, `dockerhub`, `slack`. */
  readonly source?: string | undefined;
  readonly undoneBy?: string | undefined;
  /** The state it was in before it was undone. */
  readonly undoneFrom?: ReleaseState | undefined;
  /** Of an undo: the tag that it took away. */
  readonly undoneTag?: string | undefined;
  readonly startedAt?: number | undefined;
  readonly endedAt?: number | undefined;
  readonly paused?: { readonly by: string; readonly at: number } | undefined;
  readonly offers?: readonly Offer[] | undefined;
};

export type HoldView = {
  readonly app: string;
  readonly environment: string;
  /** `*`: every tag. */
  readonly tag: string;
  readonly by: string;
  readonly reason: string;
  readonly createdAt: number;
  /** Without it the hold stays until lifted. */
  readonly until?: number | undefined;
  /** The release whose undo made it. */
  readonly release?: string | undefined;
};

/** An app in an environment, as it stands. */
export type PlaceView = {
  readonly app: string;
  readonly environment: string;
  /** What runs there, or was tried last. */
  readonly current?: ReleaseView | undefined;
  /** What comes after it, in order. */
  readonly waiting: readonly ReleaseView[];
  readonly holds: readonly HoldView[];
};
