import { parseImage } from '../../image.ts';
import { intervalMs } from '../model/look-interval.ts';
import { lookMs } from '../queue/schedule.ts';
import type { Listing, Look, TagList } from '../record/looks.ts';
import { compareManifests } from './compare-manifests.ts';
import { type ConfigTips, createConfigTips } from './config-tips.ts';
import type { DiscoverContext } from './context.ts';
import { createHosts, type Hosts } from './hosts.ts';
import { dueApps } from './interval.ts';
import { subjectOf } from './list-app-tags.ts';
import { lookForMovedDigests } from './look-for-moved-digests.ts';
import { candidatesOf, lookForTags } from './look-for-tags.ts';

type Counts = { looks: number; found: number; drifted: number };

/** What the looks of one invocation share. */
type Shared = { readonly hosts: Hosts; readonly tips: ConfigTips; readonly counts: Counts };

const lists: readonly TagList[] = ['image', 'git'];

/**
 * Looks at every app that is due: what tags its registry and its Git repository have that no hook announced, and whether somebody
 * has changed its config repos by hand. What is found is planned as if it had been announced; what was changed is shown. An error
 * with one app is logged and does not stop the others.
 * @param remainingMs how long the invocation may run; the apps that are left then are the first of the next
 * @returns how many apps were looked at, how many releases that came to, and how many environments were changed by hand
 * @throws TagboatError `store-unreachable`
 */
export const discover = async (context: DiscoverContext, remainingMs: number): Promise<Readonly<Counts>> => {
  const { config, store, clock } = context;
  const counts: Counts = { looks: 0, found: 0, drifted: 0 };
  if (!Object.keys(config.apps).some((app) => intervalMs(config, app) !== undefined)) return counts;
  const end = clock.now() + remainingMs - lookMs;
  const { apps, quietUntil } = await store.looks.all();
  const repositories = new Map<string, ReturnType<DiscoverContext['gitTags']>>();
  const gitTags: DiscoverContext['gitTags'] = (repository) => {
    const asked = repositories.get(repository) ?? context.gitTags(repository);
    repositories.set(repository, asked);
    return asked;
  };
  const once = { ...context, gitTags };
  const shared = { hosts: createHosts(quietUntil, once), tips: createConfigTips(once), counts };
  for (const app of dueApps(config, apps, clock.now())) {
    if (clock.now() >= end) break;
    const known = apps.get(app);
    const askedAt = clock.now();
    // Before anything else: what takes all of an invocation's time shall not be the first of the next as well.
    if (!(await store.looks.begin(app, known, askedAt))) continue;
    const listings = await lookAt(app, known, shared, once);
    await store.looks.keep(app, { askedAt, listings });
    counts.looks += 1;
  }
  return counts;
};

const lookAt = async (
  name: string,
  known: Look | undefined,
  { hosts, tips, counts }: Shared,
  context: DiscoverContext,
): Promise<Look['listings']> => {
  const { config, logger } = context;
  const app = config.apps[name];
  if (app === undefined) return {};
  const listings = new Map<TagList, Listing | undefined>();
  for (const list of lists) {
    if (candidatesOf(name, list, context).length === 0) continue;
    const before = known?.listings[list];
    const same = before?.of === subjectOf(app, list) ? before : undefined;
    const host = list === 'git' ? (app.repository ?? '').split('/', 1).join('') : parseImage(app.image).host;
    const looked = await hosts.ask(host, { app: name }, async () => {
      const { listing, found, tags } = await lookForTags({ ...app, name }, list, same, tips, context);
      counts.found += found;
      return { listing, tags: tags?.map((tag) => tag.name) };
    });
    const listing = looked?.listing ?? same;
    listings.set(list, listing);
    if (looked === undefined || list === 'git') continue;
    const moved = await hosts.ask(host, { app: name }, () =>
      lookForMovedDigests(
        app,
        candidatesOf(name, list, context),
        looked.tags,
        same?.digests ?? {},
        same?.listedAt,
        context,
      ),
    );
    counts.found += moved?.found ?? 0;
    listings.set(list, { ...looked.listing, digests: moved?.digests ?? same?.digests });
  }
  for (const environment of Object.keys(app.environments))
    try {
      if (await compareManifests({ app: name, environment }, tips, context)) counts.drifted += 1;
    } catch (error) {
      logger.error('manifests could not be compared', { app: name, environment, error });
    }
  return Object.fromEntries(listings);
};
