import type { EnvironmentConfig } from '../../config/types.ts';
import { type ErrorCode, TagboatError } from '../../errors.ts';
import { tryParseImage } from '../../image.ts';
import { settleAll } from '../../settle-all.ts';
import type { Hold } from '../../view/hold.ts';
import type { Reason } from '../../view/reason.ts';
import { type Remark, type Remarks, summarizeRemarks } from '../../view/remark.ts';
import { decideAtTip, winner } from '../model/decide.ts';
import { decideOnMovedTag, type MovedTag, mayHaveMoved } from '../model/moved-tag.ts';
import { type ImageVersion, isInGit, isSameVersion, type Release, stands } from '../model/release.ts';
import { schemeOf } from '../model/tag-scheme.ts';
import type { Target, TargetedRelease } from '../model/target.ts';
import type { Context } from '../queue/context.ts';
import { readBefore } from '../record/read-back.ts';
import type { Committed } from './commit-message.ts';
import { findOwnPlaces, type OwnPlaces } from './divide-places.ts';
import { readNewerCommits } from './newer-commit.ts';
import type { StagedManifests } from './staged-manifests.ts';

/** What a release comes to at one tip of the config repo. Nothing is recorded yet: the tip may turn out to be old. */
export type Outcome =
  | (Committed & {
      readonly type: 'edited';
      readonly target: Target;
      /** Files that carry the image. */
      readonly paths: readonly string[];
      readonly previous: ImageVersion | undefined;
      /** Every version that it takes out of them, once each. */
      readonly replaced: readonly ImageVersion[];
      /** What of its files is not touched, and should be known. */
      readonly remarks: Remarks | undefined;
      /** The tag has moved, and its workloads are to be restarted. */
      readonly restarts: boolean;
    })
  | {
      readonly type: 'ended';
      readonly release: Release;
      readonly state: 'skipped' | 'superseded';
      readonly reason: Reason;
      /** True where the config repo has its commit: an invocation died after it had pushed that. */
      readonly wasPushed?: boolean;
    }
  | { readonly type: 'fault'; readonly release: Release; readonly error: unknown };

/**
 * Stages the edits of every release that may be committed. Of several for one app and environment the newest wins; an
 * error with one of them becomes its outcome and does not affect the others.
 * @throws TagboatError `git-…`, which concerns them all
 */
export const planEdits = async (
  releases: readonly TargetedRelease[],
  staged: StagedManifests,
  context: Context,
): Promise<readonly Outcome[]> => {
  await staged.prepare(releases.map(({ target }) => target.environment));
  const holds = await readHolds(releases, context);
  const newer = await readNewerCommits(releases, context.store);
  const outcomes: Outcome[] = releases.flatMap(({ release }) => {
    const releaseId = newer.get(release.id)?.id;
    return releaseId === undefined
      ? []
      : [superseded(release, { code: 'superseded', releaseId, other: 'committed' })];
  });
  const competitions = Map.groupBy(releases, ({ target }) => target.name);
  for (const waiting of competitions.values()) {
    const competing = waiting.filter(({ release }) => !newer.has(release.id));
    const admitted: Admitted[] = [];
    const undo = competing.find(({ release }) => release.kind === 'undo')?.release;
    for (const { release, target } of competing) {
      // A release that was requested after an undo is compared to the version the undo restores, not to the one it removes.
      const restored = undo !== undefined && undo.id < release.id ? [{ tag: undo.tag }] : undefined;
      const admission = await guarded(release, () =>
        admit({ release, target }, restored, { staged, holds }, context),
      );
      if ('type' in admission) outcomes.push(admission);
      else admitted.push(admission);
    }
    const [first, ...rest] = admitted;
    if (first === undefined) continue;
    const best = winner([first.release, ...rest.map(({ release }) => release)], schemeOf(first.target));
    for (const one of admitted)
      outcomes.push(
        one.release.id === best
          ? await guarded(one.release, () => edit(one, staged))
          : {
              ...superseded(one.release, { code: 'superseded', releaseId: best, other: 'queued' }),
              wasPushed: one.wasPushed,
            },
      );
  }
  return outcomes;
};

/** A release that may be written, and what the manifests carry now. */
type Admitted = TargetedRelease & {
  readonly wasPushed: boolean;
  readonly deployed: readonly ImageVersion[];
  readonly remarks: Remarks | undefined;
  readonly restarts: boolean;
  readonly only: OwnPlaces['only'];
};

/** By the name of the target. */
type Holds = ReadonlyMap<string, readonly Hold[]>;

/** At the same time: one request after the other would take longer than the commit. */
const readHolds = async (releases: readonly TargetedRelease[], { store }: Context): Promise<Holds> => {
  const targets = new Map(releases.map(({ release, target }) => [target.name, release]));
  return new Map(
    await settleAll(
      [...targets].map(
        async ([name, { app, environment }]) => [name, await store.holds(app, environment)] as const,
      ),
    ),
  );
};

/** Errors that would be the same for every release; any other is the outcome of the release whose files have it. */
const concernsAll: ReadonlySet<ErrorCode> = new Set(['git-unreachable', 'git-denied', 'store-unreachable']);

const guarded = async <T>(release: Release, step: () => Promise<T>): Promise<T | Outcome> => {
  try {
    return await step();
  } catch (error) {
    if (error instanceof TagboatError && concernsAll.has(error.code)) throw error;
    return { type: 'fault', release, error };
  }
};

const superseded = (release: Release, reason: Reason): Extract<Outcome, { readonly type: 'ended' }> => ({
  type: 'ended',
  release,
  state: 'superseded',
  reason,
});

/** The release with what the manifests carry now, where it may be committed; else how it ends. */
const admit = async (
  { release, target }: TargetedRelease,
  restored: readonly ImageVersion[] | undefined,
  { staged, holds }: { readonly staged: StagedManifests; readonly holds: Holds },
  context: Context,
): Promise<Admitted | Outcome> => {
  const found = await staged.find(target.environment, release.image, release.app);
  const own = await findOwnPlaces({ release, target }, found.uses, context);
  const { uses, only, otherTags } = own;
  const remarks = summarizeRemarks([
    ...found.remarks.filter((remark) => !hasTag(remark, release.tag)),
    ...own.remarks,
  ]);
  const deployed = uses.flatMap(({ tag, digest }) => (tag === undefined ? [] : [{ tag, digest }]));
  const wasPushed = isPushed(release, deployed, target.environment.pin);
  const admitted = {
    release: { ...release, otherTags },
    ...{ target, wasPushed, deployed, remarks, only, restarts: false },
  };
  // An earlier attempt committed it and did not deliver it.
  if (isInGit(release))
    return deployed.some(({ tag }) => tag === release.tag)
      ? admitted
      : superseded(release, { code: 'superseded', message: 'the config repo has another tag meanwhile' });
  const moved = await movedTag({ release, target }, restored ?? deployed, context.store);
  // What Git has already is not skipped: its cluster would be left behind, and nobody would know why.
  if (wasPushed) return { ...admitted, restarts: moved.type === 'restart' };
  const skip =
    decideAtTip(
      { release, target },
      restored ?? deployed,
      holds.get(target.name) ?? [],
      context.clock.now(),
    ) ?? (moved.type === 'skip' ? moved.reason : undefined);
  return skip === undefined
    ? { ...admitted, restarts: moved.type === 'restart' }
    : { type: 'ended', release, state: 'skipped', reason: skip };
};

const movedTag = async (
  { release, target: { environment } }: TargetedRelease,
  deployed: readonly ImageVersion[],
  store: Context['store'],
): Promise<MovedTag> => {
  if (!mayHaveMoved(release, deployed, environment)) return { type: 'unmoved' };
  const standing = (await readBefore(release, store)).find(stands);
  return decideOnMovedTag(release, deployed, standing, environment);
};

/** True where an earlier attempt has noted what it was about to push, and the manifests have it. */
const isPushed = (
  { changes, tag, digest, ...release }: Release,
  deployed: readonly ImageVersion[],
  pin: EnvironmentConfig['pin'],
): boolean =>
  !isInGit(release) &&
  changes !== undefined &&
  deployed.some((version) => version.tag === tag && (pin !== 'digest' || version.digest === digest));

/** A mention of the image that says what the release brings is no news. */
const hasTag = (remark: Remark, tag: string): boolean =>
  remark.type === 'mention' && tryParseImage(remark.text)?.tag === tag;

const edit = async (
  { release, target, deployed, remarks, only, restarts }: Admitted,
  staged: StagedManifests,
): Promise<Outcome> => {
  const { environment } = target;
  const pinned = environment.pin === 'digest' ? release.digest : undefined;
  const { changes, paths } = await staged.edit(environment, {
    image: release.image,
    app: release.app,
    tag: release.tag,
    only,
    ...(pinned === undefined ? {} : { digest: pinned }),
  });
  const replaced = distinct(deployed.filter((version) => !isSameVersion(version, release)));
  return {
    type: 'edited',
    release,
    target,
    paths,
    changes: changes.map(({ file, line, from, to }) => ({ file, line, from, to })),
    // Not what one of several places had already.
    previous: changes.length > 0 ? (replaced[0] ?? deployed[0]) : undefined,
    replaced,
    remarks,
    restarts,
  };
};

const distinct = (versions: readonly ImageVersion[]): readonly ImageVersion[] =>
  versions.filter(
    ({ tag, digest }, index) =>
      versions.findIndex((one) => one.tag === tag && one.digest === digest) === index,
  );
