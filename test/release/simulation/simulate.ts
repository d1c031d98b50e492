import type { OutboxEntry } from '../../../lib/release/record/outbox.ts';
import { createStore } from '../../../lib/release/record/store.ts';
import { sendCommandJob } from '../../../lib/slack-app/command-job.ts';
import { alice } from '../support/harness.ts';
import { queueNames } from './deployment.ts';
import { receiveHook, runReconcile } from './functions.ts';
import { type Hook, hooksOf } from './hooks.ts';
import { createWorld, type World, type WorldOptions } from './world.ts';

/** What no function can read: it is to reach the dead-letter queue, and nothing else is. */
export const poison = '{"v":9}';

/** From one tag to the next, whichever app has it. */
const betweenTagsMs = 6_000;
/** Long enough for everything that is given up in the end. */
const atMostMs = 48 * 3600_000;
/** When a sender tries again that got no answer: as GitHub is asked to. */
const resendMs = [60_000, 300_000, 900_000, 3_600_000] as const;

/** Delivers a hook until it is answered, and now and then once more. */
const send = (world: World, hook: Hook, attempt = 0): void => {
  const { time, random, seen, deployment } = world;
  const again = (milliseconds: number): void =>
    time.after(milliseconds, () => send(world, hook, attempt + 1));
  const once = async (): Promise<void> => {
    const answer = await world
      .invoke(deployment.timeoutMs('webhook'), (invocation) => receiveHook(hook, world, invocation))
      .catch(() => undefined);
    if (answer === undefined) {
      const wait = resendMs[attempt];
      if (wait !== undefined) again(wait);
      return;
    }
    seen.accepted.push(hook);
    if (random.chance(0.03)) again(random.integer(0, 600_000));
  };
  void once();
};

/** Some tags are moved, once the image that they had is there. */
const movedAfterMs = [300_000, 1_800_000] as const;

const announce = (world: World, app: string, tag: string, push: number): void => {
  const { time, random, pushedAt, moves } = world;
  pushedAt.set(`${app} ${tag}`, time.now());
  moves.set(`${app} ${tag}`, push);
  for (const hook of hooksOf(app, tag, push, random))
    time.after(random.chance(0.1) ? random.integer(0, 900_000) : random.integer(0, 5_000), () =>
      send(world, hook),
    );
  if (random.chance(0.08))
    time.after(random.integer(...movedAfterMs), () => announce(world, app, tag, push + 1));
};

/** A tag after the other, each of them announced by hooks that overtake each other. */
const pushTags = (world: World, count: number): void => {
  const { time, project } = world;
  for (let index = 0; index < count; index++) {
    const app = project.names[index % project.names.length] ?? '';
    const tag = `v1.0.${Math.floor(index / project.names.length) + 1}`;
    time.after(index * betweenTagsMs, () => announce(world, app, tag, 0));
  }
};

/** Somebody types `/undo`, or pushes to a config repo. */
const disturb = (world: World, count: number): void => {
  const { time, random, project, queues, seen } = world;
  const [first = '', ...rest] = project.names;
  for (let index = 0; index < count; index++) {
    const app = random.pick([first, ...rest]);
    const environment = random.pick(['staging', 'production']);
    const every = betweenTagsMs * 50;
    time.after(index * every + random.integer(0, every), () => {
      const responseUrl = `https://hooks.slack.com/commands/${index}`;
      seen.asked.add(responseUrl);
      const command = { type: 'undo', app, environment } as const;
      const asker = { ...alice, responseUrl };
      const job = {
        id: `request-${index}`,
        at: time.now(),
        action: { type: 'run', command },
        asker,
      } as const;
      void sendCommandJob(queues, job, new AbortController().signal);
    });
    time.after(random.integer(0, count * every), () =>
      world.repo(random.pick(project.repos)).commitByOthers(),
    );
  }
};

const reconcileOnSchedule = (world: World): void => {
  const { time, deployment } = world;
  time.after(deployment.scheduleMs('reconcile'), () => {
    void world
      .invoke(deployment.timeoutMs('reconcile'), (invocation) => runReconcile(world, invocation))
      .catch(() => undefined);
    reconcileOnSchedule(world);
  });
};

export const storeOf = ({ table, time }: World) =>
  createStore({ table, clock: time, newId: () => 'nobody writes here' });

/** What the outbox has, of all lists. */
export const pendingOf = async (world: World): Promise<readonly OutboxEntry[]> => {
  const { outbox } = storeOf(world);
  const groups = await outbox.groups();
  const lists = [...groups.map((group) => `work#${group}` as const), 'images', 'rollouts'] as const;
  return (await Promise.all(lists.map((list) => outbox.pending(list)))).flat();
};

/**
 * Lets so many releases be asked for, and everything happen that follows from it.
 * @returns the world when nothing is left to do in it
 */
export const simulate = async ({
  releases,
  ...options
}: WorldOptions & { readonly releases: number }): Promise<World> => {
  const world = createWorld(options);
  const { time } = world;
  const tags = Math.ceil(releases / 2);
  pushTags(world, tags);
  disturb(world, Math.ceil(tags / 50));
  for (const name of queueNames) world.queueOf(name).send(poison, name === 'releases' ? { group: 'x' } : {});
  reconcileOnSchedule(world);
  const start = time.now();
  const noMoreHooksAt = start + tags * betweenTagsMs + 8_000_000;
  let isSettled = false;
  const look = (): void => {
    const isQuiet = queueNames.every((name) => world.queueOf(name).waiting() === 0);
    void pendingOf(world).then((pending) => {
      isSettled = isQuiet && pending.length === 0;
      if (!isSettled) time.after(60_000, look);
    });
  };
  time.after(noMoreHooksAt - start, look);
  await time.run(() => isSettled || time.now() > noMoreHooksAt + atMostMs);
  return world;
};
