import { heldReason } from '../../view/reason.ts';
import { releaseStates } from '../../view/release.ts';
import { findHold } from '../model/hold.ts';
import { claimOfDigest, type Release } from '../model/release.ts';
import type { Context } from '../queue/context.ts';

/**
 * The release that brought the same image before, where one did. One that a user asked for is never a duplicate of one that a
 * hook asked for.
 */
export const sameImage = async (
  release: Release,
  digest: string,
  { store }: Context,
): Promise<Release | undefined> =>
  release.kind === 'release' && release.byHand !== true
    ? store.claim(release, claimOfDigest(release.tag, digest))
    : undefined;

/** Two hooks, of which only one could say the digest at once; or a late one for what is held by its digest by now. */
export const endDuplicate = async (
  release: Release,
  digest: string,
  same: Release,
  { store, jobs, clock }: Context,
): Promise<void> => {
  const { revision } = release;
  // So that the next commit of the tag is told from this one.
  if (revision !== undefined && same.revision === undefined)
    await store.amend(same, releaseStates, (known) =>
      known.revision === undefined ? { revision } : undefined,
    );
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
