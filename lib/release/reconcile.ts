import { TagboatError } from '../errors.ts';
import { fail } from './conclude.ts';
import type { Context } from './context.ts';
import { allGroups } from './group.ts';
import type { Owed, OwedList } from './store.ts';

/** Before it asks again about the same thing. */
const patienceMs = 120_000;
/** After so many nudges in vain nobody can do it: half an hour and more, with a dead letter for each. */
const maxNudges = 20;

/**
 * Nudges again for whatever was recorded and not picked up: a message that was lost, a function that died, a queue that
 * did not answer. The lists of what is owed say when something is overdue. What nobody gets anywhere with fails in the
 * end, and says so.
 * @returns how many nudges of each kind were sent, and how many releases were given up
 */
export const reconcile = async (
  context: Context,
): Promise<{
  readonly work: number;
  readonly images: number;
  readonly rollouts: number;
  readonly givenUp: number;
}> => {
  const sent = { work: 0, images: 0, rollouts: 0, givenUp: 0 };
  for (const group of allGroups(context.config)) {
    const overdue = await overdueOn(`work#${group}`, context);
    sent.givenUp += overdue.givenUp;
    if (overdue.waiting.length === 0) continue;
    await context.nudges.work(group, context.newId());
    sent.work += 1;
  }
  for (const list of ['images', 'rollouts'] as const) {
    const overdue = await overdueOn(list, context);
    sent.givenUp += overdue.givenUp;
    for (const key of overdue.waiting) {
      await (list === 'images' ? context.nudges.look(key, 0, 0) : context.nudges.watch(key, 0, 0));
      sent[list] += 1;
    }
  }
  return sent;
};

/** What a list says is overdue; each entry is put off before it is nudged for, so that no message storm builds up. */
const overdueOn = async (
  list: OwedList,
  context: Context,
): Promise<{ readonly waiting: readonly Owed[]; readonly givenUp: number }> => {
  const { store, clock } = context;
  const now = clock.now();
  const overdue = (await store.owed(list)).filter(({ dueAt }) => dueAt <= now);
  const hopeless = overdue.filter(({ nudges }) => nudges >= maxNudges);
  const waiting = overdue.filter(({ nudges }) => nudges < maxNudges);
  for (const key of hopeless) {
    const release = await store.get(key);
    if (release !== undefined)
      await fail(
        release,
        new TagboatError('given-up', `no function got anywhere with it in ${maxNudges} attempts`),
        context,
      );
    await store.settle(list, key);
  }
  for (const key of waiting) await store.owe(list, key, now + patienceMs, key.nudges + 1);
  return { waiting, givenUp: hopeless.length };
};
