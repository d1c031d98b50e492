import { isDeepStrictEqual } from 'node:util';
import { isRetryable, TagboatError } from '../../errors.ts';
import { familiarName } from '../../image.ts';
import type { RegistryClient } from '../../registry/client.ts';
import { heldReason } from '../../view/reason.ts';
import { type FinalizeContext, fail, finalize, finalizeIfEnded } from '../lifecycle/finalize.ts';
import { currentRelease } from '../model/current-release.ts';
import { findHold } from '../model/hold.ts';
import { claimOfDigest, isUnderWay, mayBeRetried, type Release, type ReleaseKey } from '../model/release.ts';
import { isOlder } from '../model/tag-policy.ts';
import { targetOf } from '../model/target.ts';
import type { Context } from '../queue/context.ts';
import { namedImageSeconds, pickUpMs, pollDelaySeconds } from '../queue/schedule.ts';
import { readToCurrent } from '../record/read-back.ts';

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
    const digest = release.digest ?? (await ask(release.image, release.tag, context));
    if (typeof digest === 'string') {
      // A release that a user asked for is never a duplicate of one that a hook asked for.
      const isHooked = release.kind === 'release' && release.byHand !== true;
      const same = isHooked && (await store.claim(key, claimOfDigest(release.tag, digest)));
      if (same && !mayBeRetried(same.state)) {
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
    if (clock.now() >= giveUpAt) throw digest ?? notFound(release.image, release.tag, patience);
    const newer = round === 0 ? await newerThan(release, context) : undefined;
    if (newer !== undefined) {
      const { tag, environment } = release;
      await store.advance(key, 'skipped', {
        reason: { code: 'older-than-current', tag, newer, environment },
      });
      await finalizeIfEnded(key, context);
      await store.outbox.acknowledge('images', key);
      return;
    }
    const reason =
      digest === undefined
        ? { code: 'image-not-found', message: 'the registry does not have the image yet' }
        : { code: digest.code, message: digest.message };
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

/** Two hooks, of which only one could say the digest at once; or a late one for what is held by its digest by now. */
const endDuplicate = async (
  release: Release,
  digest: string,
  same: ReleaseKey,
  { store, jobs, clock }: Context,
): Promise<void> => {
  const holds = await store.holds(release.app, release.environment);
  const hold = findHold(holds, { tag: release.tag, digest }, clock.now());
  if (hold === undefined) {
    const reason = { code: 'superseded', releaseId: same.id, other: 'same-image' } as const;
    await store.advance(release, 'superseded', { digest, reason });
  } else await store.advance(release, 'skipped', { digest, reason: heldReason(hold) });
  // A duplicate needs no notification, unless one said that it waits.
  if (hold !== undefined || release.state === 'waiting-for-image')
    await jobs.notify(release, hold === undefined ? 'superseded' : 'skipped');
  await store.outbox.acknowledge('images', release);
};

/**
 * The tag of the current release, where it is newer: then the release would be skipped, and its image need not be waited
 * for. Not while the current release may still be undone, or a user is just releasing another tag.
 */
const newerThan = async (release: Release, { store }: Context): Promise<string | undefined> => {
  if (release.kind !== 'release' || release.byHand === true) return undefined;
  const known = await readToCurrent(release, store);
  if (known.some(({ state, byHand }) => byHand === true && isUnderWay(state))) return undefined;
  const current = currentRelease(known);
  return current?.state === 'healthy' && isOlder(release.tag, current.tag) ? current.tag : undefined;
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

const notFound = (image: string, tag: string, seconds: number): TagboatError =>
  new TagboatError(
    'image-not-found',
    `the registry has no ${familiarName(image)}:${tag}${seconds === 0 ? '' : ` after ${seconds} s`}`,
  );
