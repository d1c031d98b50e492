import type { Actor } from '../actor.ts';
import type { Drift } from './drift.ts';
import type { Hold } from './hold.ts';
import type { Reason } from './reason.ts';

export const releaseStates = [
  'queued',
  'waiting-for-image',
  'committed',
  'rolling-out',
  'healthy',
  'failed',
  'undone',
  'superseded',
  'skipped',
] as const;
export type ReleaseState = (typeof releaseStates)[number];

/**
 * How far a release is that is committed and not healthy yet:
 *
 * - `waiting-for-agent`: an in-cluster agent has yet to give the workload the image
 * - `applied`: the workload carries the image, and its controller has not seen that yet
 * - `rolling-out`: the controller is at it
 * - `paused`: the controller is stopped, by a user or by a step of a canary
 * - `waiting-for-person`: the controller leaves it to a person to delete the old pods (`OnDelete`)
 */
export type RolloutPhase = 'waiting-for-agent' | 'applied' | 'rolling-out' | 'paused' | 'waiting-for-person';

/** True where nothing goes on before a person does something: the deadline does not count meanwhile. */
export const waitsForPerson = (phase: RolloutPhase | undefined): boolean =>
  phase === 'paused' || phase === 'waiting-for-person';

export type Pause = {
  readonly by: Actor;
  /** Since when it waits for a person, in milliseconds since 1970. */
  readonly at: number;
  /** When people were reminded of it the last time, in milliseconds since 1970. */
  readonly remindedAt?: number | undefined;
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

/** What a release is recorded with and people are shown alike. */
export type ReleaseFacts = {
  /** ULID: ids sort by time. A button has it, so that it is about this release and no later one. */
  readonly id: string;
  /** 1, 2, 3 … for an app and environment, as people name it: `#3`. A number may be missing, none comes twice. */
  readonly number?: number | undefined;
  readonly app: string;
  readonly environment: string;
  /** Normalised name, without tag. */
  readonly image: string;
  readonly tag: string;
  /** The Git tag that asked for it, where the image has another. */
  readonly gitTag?: string | undefined;
  readonly state: ReleaseState;
  readonly requestedBy: Actor;
  /** The hook: `github`, `dockerhub`; `slack`, `tagboat`. */
  readonly source: string;
  /** A manual release: neither the tag policy nor a newer tag nor an earlier hold prevents it. */
  readonly byHand?: boolean | undefined;
  /** Why it waits, or is skipped, failed, superseded or undone. */
  readonly reason?: Reason | undefined;
  /** The last progress the poller saw, in kubectl's words. */
  readonly progress?: string | undefined;
  readonly phase?: RolloutPhase | undefined;
  /** The rollout is paused, or waits for a person in another way: its deadline does not count meanwhile. */
  readonly paused?: Pause | undefined;
  /** What is worth knowing although it is healthy. */
  readonly notes?: readonly string[] | undefined;
  readonly commit?: string | undefined;
  /** `undone`: the state it was undone from, since only what was healthy is worth going back to. */
  readonly undoneFrom?: ReleaseState | undefined;
};

/** What only some messages show. */
type Origin = 'id' | 'requestedBy' | 'source';

/** What people are shown of a release, by notifications and by the answers to commands alike. */
export type ReleaseView = Omit<ReleaseFacts, Origin> & {
  readonly [Field in Origin]?: ReleaseFacts[Field] | undefined;
} & {
  /** True for the release that an undo makes. */
  readonly isUndo?: boolean | undefined;
  /** It could not go on for a passing reason, and is tried again by itself: whether Git has it already. */
  readonly putOff?: 'before-commit' | 'after-commit' | undefined;
  /** It failed between Git and the cluster: Git says what the cluster may not run. */
  readonly gitAhead?: boolean | undefined;
  /** What ran before. */
  readonly previousTag?: string | undefined;
  readonly commitUrl?: string | undefined;
  /** Compares the source at the previous tag with this one. */
  readonly diffUrl?: string | undefined;
  readonly diagnosis?: readonly DiagnosisView[] | undefined;
  readonly undoneBy?: Actor | undefined;
  /** Of an undo: the tag that it took away, and that is held. */
  readonly undoneTag?: string | undefined;
  /** False where that hold was taken back. */
  readonly isUndoneHeld?: boolean | undefined;
  /** Milliseconds since 1970. */
  readonly startedAt?: number | undefined;
  /** Undefined while it is under way. */
  readonly endedAt?: number | undefined;
  readonly offers?: readonly Offer[] | undefined;
};

/** An app in an environment: its current release, or what was tried last; what comes after it, in order; and its holds. */
export type TargetView = {
  readonly app: string;
  readonly environment: string;
  readonly current?: ReleaseView | undefined;
  readonly waiting: readonly ReleaseView[];
  readonly holds: readonly Hold[];
  /** The config repo was changed by hand since the current release was committed. */
  readonly drift?: Drift | undefined;
};
