import { parseImage } from '../../image.ts';
import { intervalMs } from '../model/look-interval.ts';
import { targetOf } from '../model/target.ts';
import { lookMs } from '../queue/schedule.ts';
import type { Listing, Look, TagList } from '../record/looks.ts';
import { compareManifests } from './compare-manifests.ts';
import { type ConfigTips, createConfigTips } from './config-tips.ts';
import type { DiscoverContext } from './context.ts';
import { byHost, createHosts, type Hosts, hostOfConfigRepo, hostOfRepository } from './hosts.ts';
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
  const hosts = createHosts(quietUntil, context);
  const asking = byHost(context, hosts);
  const repositories = new Map<string, ReturnType<DiscoverContext['gitTags']>>();
  const gitTags: DiscoverContext['gitTags'] = (repository) => {
    const asked = repositories.get(repository) ?? asking.gitTags(repository);
    repositories.set(repository, asked);
    return asked;
  };
  const once = { ...asking, gitTags };
  const shared = { hosts, tips: createConfigTips(once), counts };
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

/** The answer, unless the host is left alone for now; an error is logged. */
const unlessQuiet = async <T>(
  { hosts, logger }: { readonly hosts: Hosts } & Pick<DiscoverContext, 'logger'>,
  host: string,
  { failed, ...fields }: { readonly failed: string } & Readonly<Record<string, string>>,
  question: () => Promise<T>,
): Promise<T | undefined> => {
  if (hosts.isQuiet(host)) return undefined;
  try {
    return await question();
  } catch (error) {
    logger.error(failed, { ...fields, host, error });
    return undefined;
  }
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
  const politely = { hosts, logger };
  const failed = 'tags could not be looked for';
  const listings = new Map<TagList, Listing | undefined>();
  for (const list of lists) {
    if (candidatesOf(name, list, context).length === 0) continue;
    const before = known?.listings[list];
    const same = before?.of === subjectOf(app, list) ? before : undefined;
    const host = list === 'git' ? hostOfRepository(app.repository) : parseImage(app.image).host;
    const looked = await unlessQuiet(politely, host, { failed, app: name }, async () => {
      const { listing, found, tags } = await lookForTags({ ...app, name }, list, same, tips, context);
      counts.found += found;
      return { listing, tags: tags?.map((tag) => tag.name) };
    });
    const listing = looked?.listing ?? same;
    listings.set(list, listing);
    if (looked === undefined || list === 'git') continue;
    const moved = await unlessQuiet(politely, host, { failed, app: name }, () =>
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
  for (const environment of Object.keys(app.environments)) {
    const host = hostOfConfigRepo(targetOf(config, name, environment).repo);
    const place = { app: name, environment };
    const differs = await unlessQuiet(
      politely,
      host,
      { failed: 'manifests could not be compared', ...place },
      () => compareManifests(place, tips, context),
    );
    if (differs === true) counts.drifted += 1;
  }
  return Object.fromEntries(listings);
};
