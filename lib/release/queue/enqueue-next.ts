import type { Release } from '../model/release.ts';
import type { Context } from './context.ts';

/**
 * Nudges whoever has to go on with a release that nobody has taken up yet. The record is what counts: a queue that does
 * not answer costs time, not the release.
 */
export const enqueueNext = async (release: Release, { nudges, newId, logger }: Context): Promise<void> => {
  if (release.state !== 'queued') return;
  const isWanted = release.kind === 'release' || release.awaitsImage === true;
  const nudged =
    isWanted && release.digest === undefined
      ? nudges.look(release, 0, 0)
      : nudges.work(release.group, newId());
  await nudged.catch((error) => logger.warn('nudge failed, reconcile will', { id: release.id, error }));
};
