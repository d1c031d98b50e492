import { isDeepStrictEqual } from 'node:util';
import { isRetryable, TagboatError } from '../../errors.ts';
import { familiarName } from '../../image.ts';
import type { RegistryClient } from '../../registry/client.ts';
import type { Reason } from '../../view/reason.ts';
import { type FinalizeContext, fail, finalize, finalizeIfEnded } from '../lifecycle/finalize.ts';
import { currentRelease } from '../model/current-release.ts';
import {
  claimOfDigest,
  isOfAnotherCommit,
  isUnderWay,
  mayBeRetried,
  type Release,
  type ReleaseKey,
} from '../model/release.ts';
import { isOlder, schemeOf } from '../model/tag-scheme.ts';
import { targetOf } from '../model/target.ts';
import type { Context } from '../queue/context.ts';
import { namedImageSeconds, pickUpMs, pollDelaySeconds } from '../queue/schedule.ts';
import { readToCurrent } from '../record/read-back.ts';
import { standsInstead } from './moved-back.ts';
import { relativeHint } from './relatives.ts';
import { restoredDigest } from './restored-digest.ts';
import { endDuplicate, sameImage } from './same-image.ts';

/**
 * The step of the job `check-image`: asks the registry for the image of a release. If it is there, the release is handed to
 * the release worker; else the job is sent again, with growing delays, until the environment's `imageTimeout`.
 * @param round how often it was asked before
 */
export const checkImage = async (
  key: ReleaseKey,
  round: number,
  context: FinalizeContext & { readonly registry: () => Promise<Pick<RegistryClient, 'digestOf'>> },
): Promise<void> => {
  const { config, store, jobs, clock, newId } = context;
  const release = await store.get(key);
  if (release === undefined || (release.state !== 'queued' && release.state !== 'waiting-for-image')) {
    // Ended, perhaps by an invocation that died before it finalized it.
    if (release !== undefined && !isUnderWay(release.state)) await finalize(release, context);
    await store.outbox.acknowledge('images', key);
    return;
  }
  const list = `work#${release.group}` as const;
  try {
    const { environment } = targetOf(config, key.app, key.environment);
    const asked = () => ask(release.image, release.tag, context);
    const { kind, digest: recorded } = release;
    const mayHaveMoved = kind === 'undo' && environment.pin !== 'digest';
    const found =
      recorded !== undefined && mayHaveMoved
        ? await restoredDigest(release, recorded, asked, context)
        : (recorded ?? (await asked()));
    const same = typeof found === 'string' ? await sameImage(release, found, context) : undefined;
    // What the registry had before the Git tag moved is not the image of the commit it points at now.
    const stale =
      typeof found === 'string' && same !== undefined && isOfAnotherCommit(release, same) ? found : undefined;
    const digest = stale === undefined ? found : undefined;
    if (typeof digest === 'string') {
      // The registry says now that the tag is back at what it was: that is later than what stands.
      const isBack =
        same !== undefined &&
        same.state !== 'undone' &&
        (await standsInstead({ ...same, digest }, context, release.id)) !== undefined;
      if (isBack) await store.takeClaim(release, claimOfDigest(release.tag, digest));
      else if (same !== undefined && !mayBeRetried(same.state)) {
        await endDuplicate(release, digest, same, context);
        return;
      }
      await store.amend(key, ['queued', 'waiting-for-image'], { digest, reason: undefined });
      await store.outbox.add(list, key, clock.now() + pickUpMs);
      await jobs.processQueue(release.group, newId());
      await store.outbox.acknowledge('images', key);
      return;
    }
    // A user who names a tag that does not exist is told at once; a registry that does not answer has not said so yet.
    const isNamed = release.kind === 'undo' || release.byHand === true;
    const patience = !isNamed ? environment.imageTimeout : digest === undefined ? 0 : namedImageSeconds;
    const giveUpAt = Date.parse(release.createdAt) + patience * 1000;
    if (clock.now() >= giveUpAt) {
      if (stale === undefined)
        throw digest ?? notFound(release.image, release.tag, patience, await relativeHint(release, context));
      await skip(release, { ...notMoved(release, stale), seconds: patience }, context);
      return;
    }
    const newer = round === 0 ? await newerThan(release, context) : undefined;
    if (newer !== undefined) {
      const { tag, environment } = release;
      await skip(release, { code: 'older-than-current', tag, newer, environment }, context);
      return;
    }
    const reason = stale === undefined ? waitsFor(digest) : notMoved(release, stale);
    if (release.state === 'queued') {
      if (await store.advance(key, 'waiting-for-image', { reason }))
        await jobs.notify(release, 'waiting-for-image');
    } else if (!isDeepStrictEqual(release.reason, reason))
      await store.amend(key, ['waiting-for-image'], { reason });
    const delay = Math.max(pollDelaySeconds('image', round), digest?.retryAfterSeconds ?? 0);
    await store.outbox.add('images', key, clock.now() + delay * 1000 + pickUpMs);
    await jobs.checkImage(key, round + 1, Math.min(delay, Math.max(1, (giveUpAt - clock.now()) / 1000)));
  } catch (error) {
    if (!(error instanceof TagboatError) || isTransport(error)) throw error;
    context.logger.warn('image will not come', { id: key.id, error });
    await fail(release, error, context);
    await store.outbox.acknowledge('images', key);
  }
};

const skip = async (release: Release, reason: Reason, context: FinalizeContext): Promise<void> => {
  await context.store.advance(release, 'skipped', { reason });
  await finalizeIfEnded(release, context);
  await context.store.outbox.acknowledge('images', release);
};

/** @param fault the passing one that kept the registry from answering */
const waitsFor = (fault: TagboatError | undefined): Reason =>
  fault === undefined
    ? { code: 'image-not-found', message: 'the registry does not have the image yet' }
    : { code: fault.code, message: fault.message };

const notMoved = ({ tag, revision = '' }: Release, digest: string) =>
  ({ code: 'image-not-moved', tag, revision, digest }) as const;

/**
 * The tag of the current release, where it is newer: then the release would be skipped, and its image need not be waited
 * for. Not while the current release may still be undone, or a user is just releasing another tag.
 */
const newerThan = async (release: Release, { config, store }: Context): Promise<string | undefined> => {
  if (release.kind !== 'release' || release.byHand === true) return undefined;
  const known = await readToCurrent(release, store);
  if (known.some(({ state, byHand }) => byHand === true && isUnderWay(state))) return undefined;
  const current = currentRelease(known);
  if (current?.state !== 'healthy') return undefined;
  const scheme = schemeOf(targetOf(config, release.app, release.environment));
  return isOlder(scheme, release.tag, current.tag) ? current.tag : undefined;
};

/** The digest, nothing, or the passing fault that kept the registry from answering. */
const ask = async (
  image: string,
  tag: string,
  { registry }: Parameters<typeof checkImage>[2],
): Promise<string | TagboatError | undefined> => {
  try {
    return await (await registry()).digestOf(image, tag);
  } catch (error) {
    // A malformed response may be a passing fault as well; a refusal is not.
    if (error instanceof TagboatError && (isRetryable(error) || error.code === 'registry-protocol'))
      return error;
    throw error;
  }
};

/** An error of the table or the queues says nothing about an image. */
const isTransport = (error: TagboatError): boolean =>
  error.code === 'store-unreachable' || error.code === 'queue-unreachable';

const notFound = (image: string, tag: string, seconds: number, hint: string): TagboatError =>
  new TagboatError(
    'image-not-found',
    `the registry has no ${familiarName(image)}:${tag}${seconds === 0 ? '' : ` after ${seconds} s`}${hint}`,
  );
