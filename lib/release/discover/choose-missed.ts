import { isMutableTag } from '../../config/mutable-tags.ts';
import { isRetryable } from '../../errors.ts';
import type { SourceEvent, TagPushed } from '../../event.ts';
import { learnRevision } from '../intake/record-git-tag.ts';
import { currentRelease } from '../model/current-release.ts';
import { type Candidate, decide } from '../model/decide.ts';
import { claimOf, claimOfRevision, isOfAnotherCommit, type Release } from '../model/release.ts';
import { isOlder, schemeOf } from '../model/tag-scheme.ts';
import { readToCurrent } from '../record/read-back.ts';
import { type ConfigTips, usesIn } from './config-tips.ts';
import type { DiscoverContext } from './context.ts';
import { oldestFirst } from './order.ts';

/** A tag that an environment takes, and the tag of the image that it means. */
export type Found = { readonly event: SourceEvent; readonly tag: string };

/** A tag that an undo or a user's release brought has no claim of its own. */
const recentReleases = 200;

/**
 * The events of a list, of which no hook told, that an environment wants: the policy admits the tag, and no release is on
 * record for it, in whatever state. Oldest first.
 * @param isFirst where it is not known which of them are new: then it is no more than the newest, and only where that is newer
 *   than what was released and than what stands in the manifests
 */
export const chooseMissed = async (
  events: readonly SourceEvent[],
  candidate: Candidate,
  isFirst: boolean,
  tips: ConfigTips,
  context: DiscoverContext,
): Promise<readonly Found[]> => {
  const admitted = events.flatMap((event): readonly Found[] => {
    const plan = decide(event, candidate, [], context.clock.now());
    return plan.type === 'release' ? [{ event, tag: plan.tag }] : [];
  });
  if (admitted.length === 0) return [];
  const recent = await context.store.list(candidate.app, candidate.environment, { limit: recentReleases });
  if (isFirst) await learnRevisions(admitted, recent, context);
  const wanted = isFirst
    ? await newestBeyondStanding(admitted, candidate, tips, context)
    : oldestFirst(schemeOf(candidate.target), admitted, ({ tag }) => tag);
  const missed: Found[] = [];
  for (const one of wanted) if (!(await isRecorded(one, candidate, recent, context))) missed.push(one);
  return missed;
};

/** The commits of tags that were released before they were listed, and whose hooks named none: of those, a tag can move later. */
const learnRevisions = async (
  admitted: readonly Found[],
  recent: readonly Release[],
  { store }: DiscoverContext,
): Promise<void> => {
  for (const { event } of admitted) {
    const known = recent.find(({ kind, tag, gitTag = tag }) => kind === 'release' && gitTag === event.tag);
    if (event.type === 'tag-pushed' && known !== undefined) await learnRevision(known, event, store);
  }
};

const isRecorded = async (
  { event, tag }: Found,
  { app, environment }: Candidate,
  recent: readonly Release[],
  { store }: DiscoverContext,
): Promise<boolean> => {
  // What moves by convention means something else every time.
  if (isMutableTag(event.tag)) return store.hasClaim(app, environment, claimOf(event, undefined));
  if (event.type === 'tag-pushed') {
    const known = await isCommitRecorded(event, { app, environment }, store);
    if (known !== undefined) return known;
  }
  if (recent.some((release) => release.tag === tag)) return true;
  // In the name of a Git tag there may be an `@`; the digest is that of the image.
  const prefixes = event.type === 'tag-pushed' ? [`${tag}@sha256:`] : [`${event.tag}@`, `${tag}@`];
  for (const prefix of new Set(prefixes)) if (await store.hasClaim(app, environment, prefix)) return true;
  return false;
};

/** Whether there is a release of the commit that a Git tag points at; undefined where there is none of the tag. See `recordGitTag`. */
const isCommitRecorded = async (
  event: TagPushed,
  place: { readonly app: string; readonly environment: string },
  store: DiscoverContext['store'],
): Promise<boolean | undefined> => {
  const { tag, revision } = event;
  if (revision !== undefined && (await store.findClaimed(place, claimOfRevision(tag, revision)))) return true;
  const known = await store.findClaimed(place, claimOf(event, undefined));
  // Where no hook has said its commit, it is the one that is seen now: the next one is told from that.
  return known && !isOfAnotherCommit(await learnRevision(known, event, store), event);
};

/** None, where anything stands there that the policy has no order for, or it is not known what does. */
const newestBeyondStanding = async (
  admitted: readonly Found[],
  candidate: Candidate,
  tips: ConfigTips,
  context: DiscoverContext,
): Promise<readonly Found[]> => {
  const scheme = schemeOf(candidate.target);
  const current = currentRelease(await readToCurrent(candidate, context.store));
  const found = await foundTags(candidate, tips);
  const standing = [...found, ...(current === undefined ? [] : [current.tag])];
  if (found.length === 0) return [];
  const newer = admitted.filter(({ tag }) => standing.every((one) => isOlder(scheme, one, tag)));
  return newer.length === 0
    ? []
    : [newer.reduce((best, next) => (isOlder(scheme, best.tag, next.tag) ? next : best))];
};

/** The tags in the manifests; none where they cannot be read, whenever it is tried. */
const foundTags = async ({ app, target }: Candidate, tips: ConfigTips): Promise<readonly string[]> => {
  try {
    const uses = await usesIn(await tips.of(target), target, app);
    return uses.flatMap(({ tag }) => (tag === undefined ? [] : [tag]));
  } catch (error) {
    if (isRetryable(error)) throw error;
    return [];
  }
};
