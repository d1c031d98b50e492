import type { Ignored, Parsed, SourceEvent } from '../../event.ts';
import type { RegistryClient } from '../../registry/client.ts';
import { settleAll } from '../../settle-all.ts';
import { type Reason, reasonText } from '../../view/reason.ts';
import type { ReleaseState } from '../../view/release.ts';
import { type Candidate, candidates, decide, type Plan, unmatched } from '../model/decide.ts';
import { lockGroupOf } from '../model/lock-group.ts';
import { staysSkipped } from '../model/moved-tag.ts';
import {
  claimOf,
  claimOfMove,
  isOfAnotherCommit,
  mayBeRetried,
  type Release,
  type ReleaseRequest,
} from '../model/release.ts';
import type { Context } from '../queue/context.ts';
import { enqueueNext } from '../queue/enqueue-next.ts';
import { pickUpMs, webhookRegistryMs } from '../queue/schedule.ts';
import { latePush, wasPushedBefore } from './late-push.ts';
import { isLater, standsInstead } from './moved-back.ts';
import { overtakenBy } from './overtaken.ts';
import { listOf, recordOnce } from './record-once.ts';

/** The answer to a webhook: the releases it made, and why it made no others. */
export type IntakeAnswer = {
  readonly releases: readonly {
    readonly id: string;
    readonly app: string;
    readonly environment: string;
    readonly image: string;
    readonly tag: string;
    /** The Git tag, where the image has another. */
    readonly gitTag?: string | undefined;
    readonly digest?: string | undefined;
    readonly state: ReleaseState;
    /** False where an earlier hook asked for the same thing. */
    readonly created: boolean;
  }[];
  readonly skipped: readonly {
    readonly app?: string;
    readonly environment?: string;
    readonly tag?: string;
    readonly gitTag?: string | undefined;
    readonly reason: string;
    readonly message: string;
    /** Where it is on record: what was held back. */
    readonly id?: string;
  }[];
};

type Skipped = Plan & { readonly type: 'skipped' };

export type IntakeContext = Context & { readonly registry: () => Promise<Pick<RegistryClient, 'digestOf'>> };

type IntakeOptions = {
  /**
   * When the hook was received first, in milliseconds since 1970, where it comes again by itself: what was recorded since then
   * is what it asked for, and gets no second attempt where it has failed by now. Undefined where somebody asks anew.
   */
  readonly firstReceived?: (event: SourceEvent) => Promise<number | undefined>;
  /** False where nobody asks: what was tried before, and has failed or was skipped, is not tried again. */
  readonly triesAgain?: boolean;
  /** Why what is asked for shall only be on record, as skipped. */
  readonly skipReason?: Reason | undefined;
};

/** What the steps of one intake work with. */
type Steps = IntakeContext & IntakeOptions;

/**
 * Turns a verified webhook into releases: decides, records, and only then sends the jobs. When it returns, reconcile can
 * find every release that was requested.
 * @throws TagboatError `store-unreachable`; it has to be taken in again, which comes to the same releases
 */
export const intake = async (
  parsed: Parsed,
  intakeContext: IntakeContext,
  options: IntakeOptions = {},
): Promise<IntakeAnswer> => {
  const context: Steps = { ...intakeContext, ...options };
  const releases: IntakeAnswer['releases'][number][] = [];
  const skipped: IntakeAnswer['skipped'][number][] = parsed.ignored.map(({ reason, message }: Ignored) => ({
    reason,
    message,
  }));
  for (const event of parsed.events) {
    const concerned = candidates(event, context.config);
    if (concerned.length === 0) skipped.push({ tag: event.tag, ...answerOf(unmatched(event)) });
    const decisions = await Promise.all(concerned.map((candidate) => decisionFor(candidate, context)));
    const digest = decisions.some((decideOn) => decideOn(event).type === 'release')
      ? await learnDigest(event, context)
      : digestOf(event);
    // A hold on a digest applies only now that the digest is known.
    const plans = decisions.map((decideOn) => decideOn(withDigest(event, digest)));
    const wanted = plans.filter((one) => one.type === 'release');
    const others = plans.filter((one) => one.type === 'skipped');
    const recorded = await settleAll(wanted.map((one) => record(event, one, digest, context)));
    releases.push(...recorded.filter((one) => 'id' in one));
    skipped.push(...recorded.filter((one) => 'reason' in one));
    skipped.push(...(await settleAll(others.map((one) => skip(event, one, digest, context)))));
  }
  return { releases, skipped };
};

/** Reads the holds that matter for an app and environment, to decide by them what an event means for it. */
const decisionFor = async (
  candidate: Candidate,
  { store, clock }: Context,
): Promise<(event: SourceEvent) => Plan> => {
  const holds = await store.holds(candidate.app, candidate.environment);
  return (event) => decide(event, candidate, holds, clock.now());
};

const digestOf = (event: SourceEvent): string | undefined =>
  event.type === 'image-pushed' ? event.digest : undefined;

const withDigest = (event: SourceEvent, digest: string | undefined): SourceEvent =>
  event.type === 'image-pushed' ? { ...event, digest } : event;

/**
 * The digest of the image that a hook is about. An unsigned hook has none, so the registry is asked. Undefined where the
 * registry does not have it yet or does not answer: then the image poller asks later.
 */
const learnDigest = async (
  event: SourceEvent,
  { registry, logger }: IntakeContext,
): Promise<string | undefined> => {
  if (event.type === 'tag-pushed') return undefined;
  if (event.digest !== undefined) return event.digest;
  try {
    return await (await registry()).digestOf(event.image, event.tag, { timeoutMs: webhookRegistryMs });
  } catch (error) {
    logger.warn('registry gave no digest, asking later', {
      image: event.image,
      tag: event.tag,
      error,
    });
    return undefined;
  }
};

const requestOf = (event: SourceEvent, wanted: Plan, digest: string | undefined): ReleaseRequest => {
  const { app, environment, tag, gitTag, target } = wanted;
  return {
    app,
    environment,
    kind: 'release',
    image: target.app.image,
    tag,
    gitTag,
    digest,
    revision: event.type === 'tag-pushed' ? event.revision : undefined,
    requestedBy: { type: 'webhook', source: event.source, user: event.actor },
    source: event.source,
    delivery: event.delivery,
    group: lockGroupOf(target.repo),
    claim: claimOf(event, digest),
  };
};

/** True where a release is what the hook itself has asked for, when it came first. */
const isOfThisHook = async (
  { createdAt }: Release,
  event: SourceEvent,
  { firstReceived, clock }: Steps,
): Promise<boolean> => {
  if (wasPushedBefore(event, createdAt, clock.now())) return true;
  const since = await firstReceived?.(event);
  return since !== undefined && Date.parse(createdAt) >= since;
};

/** When a hook that comes late was asked for, in milliseconds since 1970; undefined for any other. */
const lateSince = async (
  event: SourceEvent,
  { firstReceived, clock }: Steps,
): Promise<number | undefined> => {
  const times = [await firstReceived?.(event), latePush(event, clock.now())];
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
};

const record = async (
  event: SourceEvent,
  wanted: Plan,
  digest: string | undefined,
  context: Steps,
): Promise<IntakeAnswer['releases'][number] | Omit<IntakeAnswer['skipped'][number], 'id'>> => {
  const receivedAt = await lateSince(event, context);
  const request = { ...requestOf(event, wanted, digest), receivedAt };
  const { store } = context;
  const newer = receivedAt === undefined ? undefined : await overtakenBy({ ...request, receivedAt }, context);
  const mayRetry = async (known: Release) =>
    context.triesAgain !== false &&
    mayBeRetried(known.state) &&
    !staysSkipped(known, wanted.target.environment) &&
    !(known.state === 'failed' && (await isOfThisHook(known, event, context)));
  // What was undone stays away.
  const mayGoBack = (known: Release) =>
    newer === undefined &&
    known.state !== 'undone' &&
    !(context.triesAgain === false && mayBeRetried(known.state)) &&
    !staysSkipped(known, wanted.target.environment);
  const goesBack = async (known: Release) => {
    const standing = mayGoBack(known) ? await standsInstead(known, context) : undefined;
    return standing !== undefined && (await isLater(event, digest, standing, context));
  };
  const isLate = newer?.tag === event.tag && isOfAnotherCommit(newer, request);
  const { release, created } = await recordOnce(event, request, { mayRetry, goesBack, isLate }, context);
  if (event.type === 'tag-pushed' && event.previous !== undefined)
    await store.claim(release, claimOfMove(event));
  if (!created && release.state === 'healthy' && (await standsInstead(release, context)) !== undefined) {
    const { app, environment, tag, gitTag } = wanted;
    return { app, environment, tag, gitTag, ...answerOf(releasedBefore(release)) };
  }
  if (context.skipReason !== undefined && (created || release.state === 'queued')) {
    const skipped = await store.advance(release, 'skipped', { reason: context.skipReason });
    await enqueueNext(release, context);
    return summary(skipped ?? release, created);
  }
  if (newer === undefined || newer.id === release.id || !(created || release.state === 'queued')) {
    await enqueueNext(release, context);
    return summary(release, created);
  }
  const other = newer.commit === undefined ? 'queued' : 'committed';
  const reason = { code: 'superseded', releaseId: newer.id, other } as const;
  const overtaken = (await store.advance(release, 'superseded', { reason })) ?? release;
  // The step of the job sees that it has ended, and tells.
  await enqueueNext(release, context);
  return summary(overtaken, created);
};

const releasedBefore = ({ tag, digest, revision, number, id }: Release): Reason => ({
  code: 'released-before',
  tag,
  release: number ?? id,
  digest,
  revision,
});

const answerOf = (reason: Reason) => ({ reason: reason.code, message: reasonText(reason) });

const skip = async (
  event: SourceEvent,
  plan: Skipped,
  digest: string | undefined,
  context: Steps,
): Promise<IntakeAnswer['skipped'][number]> => {
  const { app, environment, tag, gitTag, reason } = plan;
  const answer = { app, environment, tag, gitTag, ...answerOf(reason) };
  return reason.code === 'held' ? { ...answer, id: await recordHeld(event, plan, digest, context) } : answer;
};

/**
 * What is held back is on record, so that users see what became of it; redelivered, it is found there, and tried once the
 * hold is over. What was undone stays as it is, and has a record of its own for every hook that would bring it back.
 */
const recordHeld = async (
  event: SourceEvent,
  held: Skipped,
  digest: string | undefined,
  context: Steps,
): Promise<string> => {
  const { store, clock } = context;
  const request = requestOf(event, held, digest);
  const mayRetry = async (known: Release) =>
    context.triesAgain !== false && known.state === 'failed' && !(await isOfThisHook(known, event, context));
  const first = await recordOnce(
    event,
    request,
    { mayRetry, goesBack: async () => false, isLate: false },
    context,
  );
  const claim = `held#${event.source}#${event.delivery}#${request.claim}`;
  const { release, created } =
    first.release.state === 'undone' && !(await isOfThisHook(first.release, event, context))
      ? await store.record({ ...request, claim }, listOf(request), clock.now() + pickUpMs, mayRetry)
      : first;
  if (created || release.state === 'queued') {
    await store.advance(release, 'skipped', { reason: held.reason });
    // The webhook function may send no notifications: the step of the job sees that it has ended, and does.
    await enqueueNext(release, context);
  }
  return release.id;
};

const summary = (release: Release, created: boolean) => {
  const { id, app, environment, image, tag, gitTag, digest, state } = release;
  return { id, app, environment, image, tag, gitTag, digest, state, created };
};
