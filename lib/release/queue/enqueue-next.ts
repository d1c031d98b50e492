import type { Release } from '../model/release.ts';
import type { Context } from './context.ts';

/**
 * Sends the job for the first step of a release that was just recorded. A queue that does not answer costs time only:
 * the release is in the outbox, and reconcile sends the job.
 */
export const enqueueNext = async (release: Release, { jobs, newId, logger }: Context): Promise<void> => {
  if (release.state !== 'queued') return;
  const asksRegistry =
    release.kind === 'release' ? release.digest === undefined : release.awaitsImage === true;
  const sent = asksRegistry ? jobs.checkImage(release, 0, 0) : jobs.processQueue(release.group, newId());
  await sent.catch((error) => logger.warn('job not sent, reconcile will', { id: release.id, error }));
};
