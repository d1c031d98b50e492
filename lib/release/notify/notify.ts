import { isRetryable, TagboatError } from '../../errors.ts';
import type { Memory, Notifier } from '../../notifiers/notifier.ts';
import type { Release, ReleaseKey } from '../model/release.ts';
import type { Context } from '../queue/context.ts';
import { notifyLeaseMs, notifyLeaseRetryMs, notifyLeaseTries } from '../queue/schedule.ts';
import { notificationOf } from './notification.ts';

export type NotifyContext = Context & { readonly notifiers: readonly Notifier[] };

/**
 * Brings everybody who wants to know up to date with a release, as the record has it now: what changed it is only the
 * occasion. However often and however late it is called, people are told what is new to them and nothing else.
 * @throws TagboatError where somebody could not be reached now; those who were are not told again
 */
export const notify = async (key: ReleaseKey, context: NotifyContext): Promise<void> => {
  const release = await context.store.get(key);
  if (release === undefined) return;
  const notification = await notificationOf(release, context);
  const concerned = context.notifiers.filter((notifier) => notifier.concerns(notification));
  const outcomes = await Promise.allSettled(concerned.map((notifier) => tell(release, notifier, context)));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
};

const tell = async (key: ReleaseKey, notifier: Notifier, context: NotifyContext): Promise<void> => {
  const { store, logger } = context;
  let memory = await takeTurn(key, notifier.name, context);
  try {
    // Only now: whoever had the turn before may have shown something newer than what was read at the start.
    const release: Release = await store.require(key);
    await notifier.tell(await notificationOf(release, context), memory, (next) => {
      memory = next;
    });
  } catch (error) {
    if (isRetryable(error)) throw error;
    // A channel that does not exist will not exist in a minute: say so in the log.
    logger.error('notification refused', { id: key.id, notifier: notifier.name, error });
  } finally {
    await store.endTurn(key, notifier.name, memory);
  }
};

const takeTurn = async (
  key: ReleaseKey,
  name: string,
  { store, clock }: NotifyContext,
): Promise<Memory | undefined> => {
  for (let attempt = 1; ; attempt++) {
    const turn = await store.takeTurn(key, name, notifyLeaseMs);
    if (turn !== 'busy') return turn.memory;
    if (attempt === notifyLeaseTries)
      throw new TagboatError('notifier-failed', `${name} is being told by another invocation`);
    await clock.sleep(notifyLeaseRetryMs);
  }
};
