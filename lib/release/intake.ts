import type { Ignored, Parsed, SourceEvent } from '../event.ts';
import type { RegistryClient } from '../registry/client.ts';
import type { Context } from './context.ts';
import { type Candidate, candidates, decide, nobody, type Plan } from './decide.ts';
import { environmentOf, groupOf } from './group.ts';
import { claimOf, type Release, type ReleaseState } from './release.ts';

/** What a webhook is answered with: everything that was planned, and everything that was not and why. */
export type IntakeAnswer = {
  readonly releases: readonly {
    readonly id: string;
    readonly app: string;
    readonly environment: string;
    readonly image: string;
    readonly tag: string;
    readonly digest?: string | undefined;
    readonly state: ReleaseState;
    /** False where an earlier hook asked for the same thing. */
    readonly created: boolean;
  }[];
  readonly skipped: readonly {
    readonly app?: string;
    readonly environment?: string;
    readonly tag?: string;
    readonly reason: string;
    readonly message: string;
  }[];
};

/** How long a webhook waits for the registry before it leaves the asking to the image poller. */
const registryPatienceMs = 2_000;

/** How long a recorded release may lie before reconcile asks about it. */
const pickUpMs = 120_000;

/**
 * Turns a genuine webhook into recorded releases: decides, records, and only then nudges. When it returns, nothing that
 * was asked for can be lost any more.
 * @throws TagboatError `store-unreachable`; the sender has to deliver again
 */
export const intake = async (
  parsed: Parsed,
  context: Context & { readonly registry: () => Promise<RegistryClient> },
): Promise<IntakeAnswer> => {
  const releases: IntakeAnswer['releases'][number][] = [];
  const skipped: IntakeAnswer['skipped'][number][] = parsed.ignored.map(({ reason, message }: Ignored) => ({
    reason,
    message,
  }));
  for (const event of parsed.events) {
    const concerned = candidates(event, context.config);
    if (concerned.length === 0) skipped.push({ tag: event.tag, ...nobody(event) });
    const plans = await Promise.all(concerned.map((candidate) => plan(event, candidate, context)));
    const wanted = plans.filter((one) => one.type === 'release');
    for (const one of plans)
      if (one.type === 'skipped') {
        const { app, environment, tag, reason, message } = one;
        skipped.push({ app, environment, tag, reason, message });
      }
    if (wanted.length === 0) continue;
    const digest = await learnDigest(event, context);
    releases.push(...(await Promise.all(wanted.map((one) => record(event, one, digest, context)))));
  }
  return { releases, skipped };
};

const plan = async (event: SourceEvent, candidate: Candidate, { store, clock }: Context): Promise<Plan> =>
  decide(event, candidate, await store.holds(candidate.app, candidate.environment), clock.now());

/**
 * The digest a hook is about. An unsigned hook is believed nothing: the registry is asked. Undefined where it has no
 * answer yet; then the image poller goes on asking.
 */
const learnDigest = async (
  event: SourceEvent,
  { registry, logger }: Parameters<typeof intake>[1],
): Promise<string | undefined> => {
  if (event.type === 'tag-pushed') return undefined;
  if (event.digest !== undefined) return event.digest;
  try {
    return await (await registry()).digestOf(event.image, event.tag, { timeoutMs: registryPatienceMs });
  } catch (error) {
    logger.warn('registry gave no digest, asking later', {
      image: event.image,
      tag: event.tag,
      error,
    });
    return undefined;
  }
};

const record = async (
  event: SourceEvent,
  wanted: Plan,
  digest: string | undefined,
  { config, store, nudges, clock, newId, logger }: Context,
): Promise<IntakeAnswer['releases'][number]> => {
  const group = groupOf(environmentOf(config, wanted.app, wanted.environment).repo);
  const request = {
    app: wanted.app,
    environment: wanted.environment,
    kind: 'release',
    image: wanted.image,
    tag: wanted.tag,
    digest,
    requestedBy: `${event.source}:${event.actor ?? 'unknown'}`,
    source: event.source,
    delivery: event.delivery,
    group,
    claim: claimOf(event, digest),
  } as const;
  const list = digest === undefined ? ('images' as const) : (`work#${group}` as const);
  const { release, created } = await store.record(request, list, clock.now() + pickUpMs);
  if (release.state === 'queued')
    await (list === 'images' ? nudges.look(release, 0, 0) : nudges.work(group, newId())).catch((error) =>
      // The record is what counts; a queue that does not answer costs time, not the release.
      logger.warn('nudge failed, reconcile will', { id: release.id, error }),
    );
  return summary(release, created);
};

const summary = (release: Release, created: boolean) => {
  const { id, app, environment, image, tag, digest, state } = release;
  return { id, app, environment, image, tag, digest, state, created };
};
