import { TagboatError } from '../../errors.ts';
import { allLockGroups } from '../model/lock-group.ts';
import { maxResends, pickUpMs, unwatchedMs } from '../queue/schedule.ts';
import type { OutboxEntry, OutboxList } from '../record/outbox.ts';
import { type FinalizeContext, fail } from './finalize.ts';

/**
 * Sends the jobs again of the outbox entries that are overdue, because a message was lost, a function died or a queue did
 * not answer. After `maxResends` the release fails. An error with one entry is logged and does not stop the others.
 * @param options.nothingRuns no function works on anything and no message is on its way, so that there is nobody to wait for:
 *   every entry is due, and sending its job before it is overdue is no attempt. Where it is not so, some steps are run twice
 * @returns how many jobs of each kind were sent, and how many releases were given up
 */
export const reconcile = async (
  context: FinalizeContext,
  { nothingRuns = false }: { readonly nothingRuns?: boolean } = {},
) => {
  const { config, store, jobs, newId, logger } = context;
  const sent = { work: 0, images: 0, rollouts: 0, givenUp: 0 };
  const guarded = async (step: () => Promise<void>): Promise<void> => {
    try {
      await step();
    } catch (error) {
      logger.error('an overdue job could not be sent again', { error });
    }
  };
  const isOverdue = ({ dueAt }: OutboxEntry): boolean => dueAt <= context.clock.now();
  const isSpent = (entry: OutboxEntry): boolean => isOverdue(entry) && entry.attempts >= maxResends;
  const dueOn = async (list: OutboxList): Promise<readonly OutboxEntry[]> => {
    const due = (await store.outbox.pending(list)).filter((entry) => nothingRuns || isOverdue(entry));
    for (const key of due.filter(isSpent))
      await guarded(async () => {
        await giveUp(list, key, context);
        sent.givenUp += 1;
      });
    return due.filter((entry) => !isSpent(entry));
  };
  /** Only after the job was sent: a queue that does not answer is no attempt. */
  const recordResend = async (list: OutboxList, key: OutboxEntry): Promise<void> => {
    if (!isOverdue(key)) return;
    const graceMs = list === 'rollouts' ? unwatchedMs : pickUpMs;
    await store.outbox.add(list, key, context.clock.now() + graceMs, key.attempts + 1);
  };

  for (const group of new Set([...allLockGroups(config), ...(await store.outbox.groups())]))
    await guarded(async () => {
      const list = `work#${group}` as const;
      const due = await dueOn(list);
      if (due.length === 0) return;
      await jobs.processQueue(group, newId());
      sent.work += 1;
      for (const key of due) await recordResend(list, key);
    });
  for (const list of ['images', 'rollouts'] as const)
    for (const key of await dueOn(list))
      await guarded(async () => {
        await (list === 'images' ? jobs.checkImage(key, 0, 0) : jobs.watchRollout(key, 0, 0));
        sent[list] += 1;
        await recordResend(list, key);
      });
  return sent;
};

const giveUp = async (list: OutboxList, key: OutboxEntry, context: FinalizeContext): Promise<void> => {
  const release = await context.store.get(key);
  const error = new TagboatError('given-up', `no function got anywhere with it in ${maxResends} attempts`);
  if (release !== undefined) await fail(release, error, context);
  await context.store.outbox.acknowledge(list, key);
};
