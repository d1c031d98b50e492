import type { Config, RedeliveryConfig } from '../../config/types.ts';
import { TagboatError } from '../../errors.ts';
import type { Delivery, GithubClient, Hook, HookOwner } from '../../github/client.ts';
import type { Context } from '../queue/context.ts';
import { maxRedeliveries, redeliveryMaxAgeMs, redeliveryWaitMs } from '../queue/schedule.ts';

/** The type of source whose hooks are delivered again. Its events have that name as well, whatever the source is called. */
const type = 'github';

export type RedeliverContext = Context & {
  /** By the name of a source. */
  readonly github: (source: string) => Promise<GithubClient>;
};

/**
 * The repositories at this Git host, each once, that the source is bound to or that the apps have, and the organizations that
 * have hooks of their own.
 */
const hookOwners = (
  config: Config,
  bound: readonly string[] | undefined,
  { host, organizations }: RedeliveryConfig,
): readonly HookOwner[] => {
  const ofAll = Object.values(config.apps).flatMap(({ repository }) =>
    repository === undefined ? [] : [repository],
  );
  const repositories = new Set(bound ?? ofAll);
  const ofApps = [...repositories].flatMap((repository): readonly HookOwner[] => {
    const [at, owner = '', name = '', ...more] = repository.split('/');
    return at === host && more.length === 0 ? [{ owner, repository: name }] : [];
  });
  return [...ofApps, ...organizations.map((owner) => ({ owner }))];
};

const isOf = (source: string, { url }: Hook): boolean =>
  URL.canParse(url) && new URL(url).pathname.endsWith(`/webhooks/${source}`);

/** What may pass: no answer at all, one of a server in trouble, or one that asks to slow down. Any other was meant. */
const mayPass = (status: number): boolean =>
  status === 0 || status === 408 || status === 429 || status >= 500;

/** An event that was delivered in no attempt, and refused in none. */
export type Undelivered = { readonly guid: string; readonly firstAt: number; readonly newest: Delivery };

/** Pure. */
export const undelivered = (attempts: readonly Delivery[]): readonly Undelivered[] =>
  [...Map.groupBy(attempts, ({ guid }) => guid)].flatMap(([guid, all]) => {
    const [newest] = all.toSorted((a, b) => b.deliveredAt - a.deliveredAt);
    if (newest === undefined || !all.every(({ status }) => mayPass(status))) return [];
    return [{ guid, firstAt: Math.min(...all.map(({ deliveredAt }) => deliveredAt)), newest }];
  });

/**
 * Has GitHub deliver again what it could not deliver in the last day, since it does not do so by itself: what was answered with
 * 5xx or 429, or not at all. Each event a few times, farther and farther apart. A hook or repository that cannot be asked is
 * logged and does not stop the others, but where GitHub asks to slow down, or gives no answer again and again, nothing more is asked of it.
 * @returns how many hooks were asked about, and how many events are to be delivered again
 */
export const redeliver = async (
  context: RedeliverContext,
): Promise<{ readonly hooks: number; readonly redelivered: number }> => {
  const { config } = context;
  const counts = { hooks: 0, redelivered: 0 };
  for (const [source, { type: of = source, redelivery, repositories }] of Object.entries(config.sources))
    if (of === type && redelivery !== undefined)
      await redeliverFor(source, hookOwners(config, repositories, redelivery), counts, context);
  return counts;
};

/** So many times a host may leave a question open, each for its time, before the other sources have their turn. */
const maxSilent = 3;

/** @param counts is added to */
const redeliverFor = async (
  source: string,
  owners: readonly HookOwner[],
  counts: { hooks: number; redelivered: number },
  context: RedeliverContext,
): Promise<void> => {
  const { clock, logger } = context;
  let isTooMuch = false;
  let silent = 0;
  const guarded = async (step: () => Promise<void>): Promise<void> => {
    if (isTooMuch) return;
    try {
      await step();
    } catch (error) {
      if (error instanceof TagboatError) {
        if (error.code === 'github-unreachable') silent += 1;
        isTooMuch = silent >= maxSilent || error.retryAfterSeconds !== undefined;
      }
      logger.error('failed deliveries could not be asked for or made again', { error });
    }
  };
  const github = await context.github(source);
  for (const owner of owners)
    await guarded(async () => {
      for (const hook of (await github.hooks(owner)).filter((one) => isOf(source, one)))
        await guarded(async () => {
          counts.hooks += 1;
          const attempts = await github.deliveries(hook, clock.now() - redeliveryMaxAgeMs);
          for (const event of undelivered(attempts))
            await guarded(async () => {
              if (await redeliverOne(hook, event, github, context)) counts.redelivered += 1;
            });
        });
    });
};

/** Counted first: what GitHub may have been asked for is not asked for again at once. */
const redeliverOne = async (
  hook: Hook,
  { guid, firstAt, newest }: Undelivered,
  github: GithubClient,
  { store, clock, logger }: Context,
): Promise<boolean> => {
  // One event of GitHub has one guid for all hooks that it is sent to, and each is counted by itself.
  const own = `${guid}@${hook.id}`;
  const known = await store.redeliveries.find(type, own);
  const count = known?.count ?? 0;
  const last = Math.max(newest.deliveredAt, known?.askedAt ?? 0);
  if (count >= maxRedeliveries || clock.now() < last + redeliveryWaitMs(count)) return false;
  if ((await store.redeliveries.count(type, own, known, firstAt)) === undefined) return false;
  // By the guid alone the webhook finds it.
  await store.redeliveries.count(type, guid, await store.redeliveries.find(type, guid), firstAt);
  await github.redeliver(hook, newest.id);
  logger.warn('GitHub delivers a webhook again', { delivery: guid, status: newest.status, count: count + 1 });
  return true;
};
