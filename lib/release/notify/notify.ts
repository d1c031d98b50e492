import { isRetryable, TagboatError } from '../../errors.ts';
import type { Memory, Notifier, Recipients } from '../../notifiers/notifier.ts';
import type { Release, ReleaseKey } from '../model/release.ts';
import type { Context } from '../queue/context.ts';
import { notifyLeaseMs, notifyLeaseRetryMs, notifyLeaseTries } from '../queue/schedule.ts';
import type { Lease } from '../record/lease.ts';
import { readToCurrent } from '../record/read-back.ts';
import { releaseView } from './release-view.ts';

export type NotifyContext = Context & { readonly notifiers: readonly Notifier[] };

/**
 * Brings every notifier up to date with a release as it is recorded now, which may be newer than the job that asks for it.
 * However often and however late it is called, users are shown what is new to them and nothing else.
 * @throws TagboatError where a notifier could not reach its service now; run again, the others show nothing twice
 */
export const notify = async (key: ReleaseKey, context: NotifyContext): Promise<void> => {
  const release = await context.store.get(key);
  if (release === undefined) return;
  // They never change. For a release that has none no lease is taken: that is two writes less for every step of it.
  const recipients = recipientsOf(release, context);
  const concerned = context.notifiers.filter((notifier) => notifier.concerns(recipients));
  const outcomes = await Promise.allSettled(
    concerned.map((notifier) => tell(key, recipients, notifier, context)),
  );
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
};

const tell = async (
  key: ReleaseKey,
  recipients: Recipients,
  notifier: Notifier,
  context: NotifyContext,
): Promise<void> => {
  const { config, store, logger } = context;
  const lease = await acquire(key, notifier.name, context);
  let memory = lease.state.memory as Memory | undefined;
  try {
    // Not before the lease: its last holder may have shown something newer than what would have been read.
    const release = await store.require(key);
    const view = releaseView(release, await readToCurrent(release, store), config);
    await notifier.tell(view, recipients, memory, (next) => {
      memory = next;
    });
  } catch (error) {
    if (isRetryable(error)) throw error;
    // A channel that does not exist will not exist in a minute: say so in the log.
    logger.error('notification refused', { id: key.id, notifier: notifier.name, error });
  } finally {
    if (!(await lease.giveBack({ memory })))
      logger.warn('a notification took longer than its lease', { id: key.id, notifier: notifier.name });
  }
};

const acquire = async (
  key: ReleaseKey,
  notifier: string,
  { store, clock }: NotifyContext,
): Promise<Lease> => {
  for (let attempt = 1; ; attempt++) {
    const lease = await store.leaseNotifications(key, notifier, notifyLeaseMs);
    if (lease.type === 'acquired') return lease;
    if (attempt === notifyLeaseTries)
      throw new TagboatError('notifier-failed', `${notifier} is being told by another invocation`);
    await clock.sleep(notifyLeaseRetryMs);
  }
};

const recipientsOf = (release: Release, { config }: NotifyContext): Recipients => ({
  slack: config.apps[release.app]?.environments[release.environment]?.notify.slack,
  responseUrl: release.responseUrl,
  askedFrom: release.askedFrom,
});
