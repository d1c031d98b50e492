import type { AppConfig } from '../../config/types.ts';
import type { SourceEvent } from '../../event.ts';
import type { Candidate } from '../model/decide.ts';
import { noTags } from '../model/tag-memory.ts';
import { targetOf } from '../model/target.ts';
import type { Listing, TagList } from '../record/looks.ts';
import { announce } from './announce.ts';
import { chooseMissed } from './choose-missed.ts';
import type { ConfigTips } from './config-tips.ts';
import { type DiscoverContext, reconcileSource } from './context.ts';
import { createdOnce, inPushOrder } from './in-push-order.ts';
import { type ListedTag, listAppTags, nameOf, subjectOf } from './list-app-tags.ts';

/** A list that had nothing, and suddenly has more than this, did not tell the truth before: they are not all new. */
const mostAtOnce = 10;

const triggers = { image: 'image-push', git: 'tag-push' } as const;

/** The environments of an app that are released by what a list has. */
export const candidatesOf = (app: string, list: TagList, { config }: DiscoverContext): readonly Candidate[] =>
  Object.entries(config.apps[app]?.environments ?? {})
    .filter(([, { on }]) => on === triggers[list])
    .map(([environment]) => ({ app, environment, target: targetOf(config, app, environment) }));

/** What its hook would have told of a tag. */
const eventOf = (app: AppConfig, list: TagList, tag: ListedTag): SourceEvent => {
  const of = subjectOf(app, list);
  const shared = { source: reconcileSource, tag: tag.name, actor: 'tagboat' };
  return list === 'git'
    ? {
        ...shared,
        type: 'tag-pushed',
        delivery: `${of} ${nameOf(tag)}`,
        repository: of,
        revision: tag.revision,
      }
    : { ...shared, type: 'image-pushed', delivery: `${of}:${tag.name}`, image: of, digest: undefined };
};

/**
 * Lists the tags of an app at its registry, or in its Git repository, and plans what no hook announced. What is there at the
 * first look is what there was before: of that nothing is released but the newest, where it is newer than all that stands.
 * @param known of the look before
 * @returns what the next one has to know, how many releases it came to, and the tags where they were listed
 * @throws TagboatError `registry-…`, `git-…`, `store-unreachable`; then nothing is kept, and the next look finds the same
 */
export const lookForTags = async (
  app: AppConfig & { readonly name: string },
  list: TagList,
  known: Listing | undefined,
  tips: ConfigTips,
  context: DiscoverContext,
) => {
  const { store, clock, logger } = context;
  const listedAt = clock.now();
  const of = subjectOf(app, list);
  const listed = await listAppTags(app, list, known, context);
  if (listed === undefined && known !== undefined)
    return { listing: { ...known, listedAt }, found: 0, tags: undefined };
  const { tags = [], isComplete = true, listing = { fingerprint: '' } } = listed ?? {};
  if (!isComplete) logger.warn('there are more tags than are read', { app: app.name, read: tags.length });
  const seen = await store.looks.seen(app.name, of);
  // Tags that are not read may come into sight when others are deleted: they are not new then.
  const isFirst = seen === undefined || !isComplete || (seen.isEmpty && tags.length > mostAtOnce);
  const unseen = isFirst ? tags : tags.filter((tag) => !seen.has(nameOf(tag)));
  const events = unseen.map((tag) => eventOf(app, list, tag));
  let found = 0;
  const createdOf = createdOnce(app.image, context);
  for (const candidate of candidatesOf(app.name, list, context)) {
    const missed = await chooseMissed(events, candidate, isFirst, tips, context);
    const since = known?.listedAt;
    for (const { event, ...moment } of await inPushOrder(missed, candidate, { since, createdOf }, context)) {
      await announce(event, candidate, moment, context);
      found += 1;
    }
  }
  // Only now that it is on record: what dies before that is found again.
  await store.looks.keepSeen(app.name, of, (seen ?? noTags).withAll(tags.map(nameOf)));
  return { listing: { ...known, ...listing, of, listedAt }, found, tags };
};
