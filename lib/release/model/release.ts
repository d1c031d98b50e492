import type { WorkloadRef } from '../../cluster/objects/objects.ts';
import { isMutableTag } from '../../config/mutable-tags.ts';
import type { SourceEvent, TagPushed } from '../../event.ts';
import { type Caution, cautionText } from '../../view/caution.ts';
import { type Reason, reasonText } from '../../view/reason.ts';
import type { DiagnosisView, ReleaseFacts, ReleaseState } from '../../view/release.ts';
import { type Remarks, remarkTexts } from '../../view/remark.ts';

/**
 * One attempt to bring one image to one app in one environment, and the states it goes through. Pure: what may follow
 * what is decided here, and the store makes it stick.
 */

/**
 * Which states may follow which. A state never goes backwards, so a step that runs twice finds nothing to do. The diagram
 * in docs/architecture.md is made from this (`npm run docs`).
 */
export const successors = {
  queued: ['waiting-for-image', 'committed', 'failed', 'skipped', 'superseded', 'undone'],
  'waiting-for-image': ['committed', 'failed', 'skipped', 'superseded', 'undone'],
  committed: ['rolling-out', 'failed', 'superseded', 'undone'],
  'rolling-out': ['healthy', 'failed', 'superseded', 'undone'],
  healthy: ['undone'],
  failed: ['undone'],
  undone: [],
  superseded: ['undone'],
  skipped: [],
} as const satisfies Record<ReleaseState, readonly ReleaseState[]>;

export const mayFollow = (from: ReleaseState, to: ReleaseState): boolean =>
  (successors[from] as readonly ReleaseState[]).includes(to);

/** States that have a next step. */
export const isUnderWay = (state: ReleaseState): boolean =>
  state === 'queued' || state === 'waiting-for-image' || state === 'committed' || state === 'rolling-out';

/** Where a release is recorded. */
export type ReleaseKey = Pick<ReleaseFacts, 'app' | 'environment' | 'id'>;

/** A tag, and its digest where it is known (`sha256:…`). */
export type ImageVersion = { readonly tag: string; readonly digest?: string | undefined };

/** The same image, as far as can be told: a tag alone says it, unless both digests are known and differ. */
export const isSameVersion = (a: ImageVersion, b: ImageVersion): boolean =>
  a.tag === b.tag && (a.digest === undefined || b.digest === undefined || a.digest === b.digest);

export type ReleaseDiagnosis = DiagnosisView & {
  readonly cause: string;
  /** True where the version is not to blame, although its cause usually is the version's. */
  readonly outside?: boolean | undefined;
};

export type Release = ReleaseFacts & {
  readonly kind: 'release' | 'undo';
  readonly digest?: string | undefined;
  readonly delivery: string;
  /** The commit that its Git tag pointed at, where a hook has said so. Releases of older versions of Tagboat have none. */
  readonly revision?: string | undefined;
  /** Its lock group: one per config repo and branch. */
  readonly group: string;
  /** What the manifests carried before the commit; of several versions, the first. */
  readonly previous?: ImageVersion | undefined;
  /** Every version that its commit took out of the manifests, once each. Releases of older versions of Tagboat have `previous` alone. */
  readonly replaced?: readonly ImageVersion[] | undefined;
  readonly changes?: readonly {
    readonly file: string;
    readonly line: number;
    readonly from: string;
    readonly to: string;
  }[];
  /** Tags of other variants of the image that its commit left alone: what runs them is not its. */
  readonly otherTags?: readonly string[] | undefined;
  /** What of the environment's files its commit did not touch. */
  readonly remarks?: Remarks | undefined;
  readonly workloads?: readonly WorkloadRef[] | undefined;
  /**
   * `rolling-out`, as long as not all of it is delivered: the Jobs that go first were applied, and are watched; then they are
   * complete, and the rest is to be delivered.
   */
  readonly stage?: 'first-jobs' | 'rest' | undefined;
  /** Its Jobs that were seen complete, as `describeWorkload` names them: they may be cleared away before the verdict. */
  readonly completedJobs?: readonly string[] | undefined;
  /** `undo`: the Jobs that it did not run. */
  readonly jobsLeft?: readonly string[] | undefined;
  /** The Jobs of its commit that are not followed: `set-image` runs none, and an agent may give them names of its own. */
  readonly jobsNotFollowed?:
    | { readonly deliver: 'set-image' | 'agent'; readonly jobs: readonly string[] }
    | undefined;
  /** The workloads were found in the namespace while an agent created them: it may create more. */
  readonly seeksWorkloads?: boolean | undefined;
  /** The rollout has to be done by then, in milliseconds since 1970. */
  readonly deadline?: number | undefined;
  /** Its tag was pushed again with another image, and its workloads were restarted for that: when, ISO 8601. */
  readonly restartedAt?: string | undefined;
  readonly diagnosis?: readonly ReleaseDiagnosis[] | undefined;
  /** `failed`: why `onFailure: undo` does not act on it. */
  readonly notUndone?: Reason | undefined;
  /** How often a step of it was tried and has to be tried again. */
  readonly attempts: number;
  /** Not to be tried again before then, in milliseconds since 1970. */
  readonly notBefore?: number | undefined;
  /** Since when it waits for the Job of an earlier release to end, in milliseconds since 1970. */
  readonly jobAwaitedSince?: number | undefined;
  /** `undo`: the release it undoes. */
  readonly undoes?: string | undefined;
  /** `undo`: what it undoes is held. Not so where it brings back what an undo took away. */
  readonly holdsUndone?: boolean | undefined;
  /** `undo` that failed: the hold on what it undoes was taken back, since the cause of both failures may be the same. */
  readonly holdTakenBack?: boolean | undefined;
  /** `undo`: what the user was told of the version that it restores. */
  readonly caution?: Caution | undefined;
  /** Its tag was named by a user, or its digest is not known: the registry is asked before it is committed. */
  readonly awaitsImage?: boolean | undefined;
  /** `undone`: why it had failed, where it had. */
  readonly failure?: Reason | undefined;
  /** Slack's response_url of the command that asked for it. A credential: never shown. */
  readonly responseUrl?: string | undefined;
  /** The Slack channel it was asked for from, by its id. */
  readonly askedFrom?: string | undefined;
  /** When its hook was received first, or its image was pushed, in milliseconds since 1970, where it came late: see `overtakenBy`. */
  readonly receivedAt?: number | undefined;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly updatedAt: string;
  /** When nothing was left to do for it. What happens to it later, a pause perhaps, does not count. */
  readonly endedAt?: string | undefined;
};

/** What a release is before the store gives it an id and a state. */
export type ReleaseRequest = Pick<
  Release,
  | 'app'
  | 'environment'
  | 'kind'
  | 'image'
  | 'tag'
  | 'gitTag'
  | 'digest'
  | 'revision'
  | 'requestedBy'
  | 'source'
  | 'delivery'
  | 'group'
  | 'undoes'
  | 'holdsUndone'
  | 'caution'
  | 'awaitsImage'
  | 'byHand'
  | 'receivedAt'
  | 'responseUrl'
  | 'askedFrom'
> & {
  /** What makes two requests the same one: see `claimOf`. */
  readonly claim: string;
};

/** The part of a release that a step may set along with its state. */
export type ReleasePatch = Partial<
  Omit<
    Release,
    | 'app'
    | 'environment'
    | 'id'
    | 'kind'
    | 'image'
    | 'tag'
    | 'createdAt'
    | 'updatedAt'
    | 'endedAt'
    | 'state'
    | 'number'
  >
>;

/**
 * Two hooks that ask for the same thing get the same claim, from any source and however often: app and environment
 * (by where it is stored), tag, and digest. A registry hook whose digest could not be learnt yet is told apart by its
 * delivery, so that a re-pushed tag is not taken for the old one. A Git tag that can move has further claims: see
 * `recordGitTag`.
 */
export const claimOf = (event: SourceEvent, digest: string | undefined): string =>
  `${event.tag}@${digest ?? discriminatorOf(event)}`;

const discriminatorOf = (event: SourceEvent): string => {
  if (event.type === 'image-pushed') return `${event.source}:${event.delivery}`;
  // A Git tag that moves by convention means something else every time.
  return isMutableTag(event.tag) ? (event.revision ?? event.delivery) : '';
};

/** The claim of a tag whose digest is known. */
export const claimOfDigest = (tag: string, digest: string): string => `${tag}@${digest}`;

/** The claim of a Git tag on one commit. */
export const claimOfRevision = (tag: string, revision: string): string => `${tag}@${revision}`;

/** The claim of one delivery that says where it moved a Git tag from: what it has moved once, it does not move again. */
export const claimOfMove = ({ source, delivery, tag, revision }: TagPushed): string =>
  `moved#${source}#${delivery}#${tag}@${revision}`;

/** True where both are of the same Git tag, which is known to have pointed at different commits. */
export const isOfAnotherCommit = (a: Pick<Release, 'revision'>, b: Pick<Release, 'revision'>): boolean =>
  a.revision !== undefined && b.revision !== undefined && a.revision !== b.revision;

/**
 * True where asking again for the same thing starts a new attempt, instead of finding the old one. A superseded release
 * stays: a late second hook for it must not go back behind what overtook it.
 */
export const mayBeRetried = (state: ReleaseState): boolean => state === 'failed' || state === 'skipped';

/** True for a release that was committed, and not undone since. */
export const stands = ({ state, commit }: Release): boolean => commit !== undefined && state !== 'undone';

/** True where the config repo has it already, and it has not ended. */
export const isInGit = ({ state }: Pick<Release, 'state'>): boolean =>
  state === 'committed' || state === 'rolling-out';

/** True where it is in the config repo and, as a whole or but for the Jobs that went first, has yet to be delivered. */
export const awaitsDelivery = ({ state, stage }: Pick<Release, 'state' | 'stage'>): boolean =>
  state === 'committed' || (state === 'rolling-out' && stage === 'rest');

/** Failed after its commit and before all of it was delivered: Git has it, and the cluster may not. */
export const isUndelivered = ({ state, commit, workloads, stage }: Release): boolean =>
  state === 'failed' && commit !== undefined && (workloads === undefined || stage !== undefined);

/** What is worth knowing of a release besides its state, a sentence each. */
export const notesOf = ({
  app,
  tag,
  notes = [],
  notUndone,
  remarks,
  restartedAt,
  jobsLeft = [],
  jobsNotFollowed,
  caution,
}: Release): readonly string[] => [
  ...(restartedAt === undefined
    ? []
    : [`${tag} was pushed again with another image: the workloads are restarted for it.`]),
  // What else a user should know was said in answer to the command; this may have come out since.
  ...(caution?.code === 'moved' ? [cautionText(tag, caution)] : []),
  ...notes,
  ...(jobsLeft.length === 0 ? [] : [`An undo runs no Jobs: ${jobsLeft.join(' and ')} is left as it is.`]),
  ...(jobsNotFollowed === undefined ? [] : [noteOnJobs(jobsNotFollowed)]),
  ...(notUndone === undefined ? [] : [`It is not undone by itself: ${reasonText(notUndone)}`]),
  ...(remarks === undefined ? [] : remarkTexts(remarks, app)),
];

const noteOnJobs = ({ deliver, jobs }: NonNullable<Release['jobsNotFollowed']>): string => {
  const committed = `${jobs.join(' and ')} ${jobs.length === 1 ? 'is' : 'are'} committed`;
  return deliver === 'set-image'
    ? `${committed}, and not run by set-image.`
    : `${committed}, and not followed: under which name the agent runs it is not known.`;
};
