import type { Context } from './context.ts';
import { allGroups } from './group.ts';

/** Before it asks again about the same thing. */
const patienceMs = 120_000;

/**
 * Nudges again for whatever was recorded and not picked up: a message that was lost, a function that died, a queue that
 * did not answer. The lists of what is owed say when something is overdue.
 * @returns how many nudges of each kind were sent
 */
export const reconcile = async (
  context: Context,
): Promise<{ readonly work: number; readonly images: number; readonly rollouts: number }> => {
  const { config, store, nudges, clock, newId } = context;
  const now = clock.now();
  const sent = { work: 0, images: 0, rollouts: 0 };
  for (const group of allGroups(config)) {
    const list = `work#${group}` as const;
    const overdue = (await store.owed(list)).filter(({ dueAt }) => dueAt <= now);
    if (overdue.length === 0) continue;
    await nudges.work(group, newId());
    for (const key of overdue) await store.owe(list, key, now + patienceMs);
    sent.work += 1;
  }
  for (const list of ['images', 'rollouts'] as const)
    for (const key of await store.owed(list)) {
      if (key.dueAt > now) continue;
      await (list === 'images' ? nudges.look(key, 0, 0) : nudges.watch(key, 0, 0));
      await store.owe(list, key, now + patienceMs);
      sent[list] += 1;
    }
  return sent;
};
