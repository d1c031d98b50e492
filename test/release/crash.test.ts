import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../lib/cluster/connect/connect.ts';
import type { RolloutVerdict } from '../../lib/cluster/watch/watch-rollout.ts';
import type { Config } from '../../lib/config/types.ts';
import { TagboatError } from '../../lib/errors.ts';
import type { RawRequest } from '../../lib/http.ts';
import { type ProcessQueueContext, processQueue } from '../../lib/release/commit/process-queue.ts';
import { checkImage } from '../../lib/release/intake/image-wait.ts';
import { intake } from '../../lib/release/intake/intake.ts';
import { intakeDeferred } from '../../lib/release/intake/intake-deferred.ts';
import { intakeOrDefer } from '../../lib/release/intake/intake-or-defer.ts';
import { reconcile } from '../../lib/release/lifecycle/reconcile.ts';
import { keyOf, type Message } from '../../lib/release/queue/jobs.ts';
import { createLeases } from '../../lib/release/record/lease.ts';
import { createStore } from '../../lib/release/record/store.ts';
import { type WatchContext, watchRelease } from '../../lib/release/rollout/watch.ts';
import { requestUndo } from '../../lib/release/undo/request-undo.ts';
import { type CommandJob, parseCommandJob, sendCommandJob } from '../../lib/slack-app/command-job.ts';
import { handleRequest } from '../../lib/slack-app/handle-request.ts';
import { processRequest } from '../../lib/slack-app/process-request.ts';
import { createRequestLog } from '../../lib/slack-app/request-log.ts';
import type { RequestContext, WorkerContext } from '../../lib/slack-app/slack-context.ts';
import { sign, signingSecret, typed } from '../slack-app/support/harness.ts';
import { actor, given } from '../support/records.ts';
import { scannedLogger } from '../support/scanned-log.ts';
import {
  configWith,
  createContext,
  digest,
  groupOfConfig,
  production,
  requestFor,
  type Sent,
} from './support/context.ts';
import { memoryRepo } from './support/memory-repo.ts';
import { memoryTable } from './support/memory-table.ts';

class Death extends Error {}

/** An object whose n-th call of any method, its parts' included, over all such objects of the same life, is its last. */
const mortal = <T extends object>(target: T, life: { calls: number }, after: boolean): T =>
  new Proxy(target, {
    get: (object, property, receiver) => {
      const value: unknown = Reflect.get(object, property, receiver);
      if (typeof value === 'object' && value !== null) return mortal(value, life, after);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        if (life.calls <= 0) throw new Death('dead');
        life.calls -= 1;
        if (life.calls === 0 && !after) throw new Death('dies before the call');
        const result: unknown = await value.apply(object, args);
        if (life.calls === 0) throw new Death('dies after the call');
        return result;
      };
    },
  });

/** The table of a region that has an outage: from a call on, none is answered, until it is over. */
const tableWithOutage = () => {
  let left = Number.POSITIVE_INFINITY;
  const outage = <T extends object>(target: T): T =>
    new Proxy(target, {
      get: (object, property, receiver) => {
        const value: unknown = Reflect.get(object, property, receiver);
        if (typeof value === 'object' && value !== null) return outage(value);
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]) => {
          left -= 1;
          if (left < 0) throw new TagboatError('store-unreachable', 'no answer');
          return value.apply(object, args);
        };
      },
    });
  return {
    outage,
    /** @param calls so many are answered, and then none */
    answersTo: (calls: number): void => {
      left = calls;
    },
  };
};

const podOf = (tag: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: { name: x }\nspec:\n  containers: [{ name: x, image: 'example/app:${tag}' }]\n`;
/** A Job that goes first. */
const jobOf = (tag: string): string =>
  `apiVersion: batch/v1\nkind: Job\nmetadata: { generateName: x-, annotations: { tagboat.dev/first: 'true' } }\nspec:\n  template: { spec: { containers: [{ name: x, image: 'example/app:${tag}' }] } }\n`;

/** One app that is being released and, if it fails, undone; everything real but Git and the cluster. */
const arrange = async (verdict: (tag: string) => RolloutVerdict, manifest = podOf('v1.0.0')) => {
  const app = 'app';
  const image = 'docker.io/example/app';
  const repo = memoryRepo(manifest);
  const environments = { production: { ...production, files: ['app.yml'], onFailure: 'undo' as const } };
  const config: Config = { ...configWith(), apps: { [app]: { image, environments } } };
  const table = memoryTable();
  const all = createContext(table, config);
  const delivered: string[] = [];
  const { outage, answersTo } = tableWithOutage();
  /** The steps as functions of one life: a Lambda sandbox that may die at any call. */
  const living = (life: { calls: number }, after: boolean) => {
    const store = mortal(outage(all.store), life, after);
    const queues = mortal(all.context.queues, life, after);
    const jobs = mortal(all.context.jobs, life, after);
    const context: typeof all.context &
      ProcessQueueContext &
      WatchContext & { registry: () => Promise<{ digestOf: () => Promise<string> }> } = {
      ...all.context,
      store,
      queues,
      jobs,
      registry: async () => ({ digestOf: async () => digest('a') }),
      openRemote: async () => ({
        tip: async () => {
          const snapshot = await repo.tip();
          return { ...snapshot, commit: mortal(snapshot, life, after).commit };
        },
      }),
      cluster: async () => ({}) as Cluster,
      preflight: async () => mortal({ check: async () => undefined }, life, after).check,
      deliver: async (_cluster, delivery) => {
        delivered.push([delivery.tag, delivery.part].filter(Boolean).join(' '));
        return [];
      },
      setPaused: async () => [],
      watchRollout: async (_cluster, { tag }) => verdict(tag),
    };
    return context;
  };
  const said: string[] = [];
  const slack = {
    signingSecret: 'kms:AAAA',
    allow: { users: ['U024BE7LH'], channels: [] },
    confirm: false,
    timeZone: 'UTC',
  };
  /** The functions that serve Slack, which may die at any call of the table, the queue, KMS or Slack. */
  const servingSlack = (life: { calls: number }, after: boolean): RequestContext & WorkerContext => {
    const mine = { ...all.context, table: mortal(table, life, after) };
    const others = mortal(
      {
        signingSecret: async () => signingSecret,
        respond: async (_url: string, { text }: { text: string }) => {
          said.push(text);
        },
        enqueue: (job: CommandJob, signal: AbortSignal) => sendCommandJob(all.context.queues, job, signal),
      },
      life,
      after,
    );
    return {
      ...mine,
      logger: scannedLogger(),
      config: { ...config, slack },
      slack,
      store: createStore(mine),
      requests: createRequestLog(createLeases(mine)),
      pauseRollout: async () => ({ workloads: [], changed: false }),
      jobs: mortal(all.context.jobs, life, after),
      signingSecret: others.signingSecret,
      respond: others.respond,
      enqueue: others.enqueue,
    };
  };
  const handle = async (
    message: Sent,
    context: ReturnType<typeof living>,
    serving: () => WorkerContext,
  ): Promise<void> => {
    if (message.queue === 'commands')
      return processRequest(parseCommandJob(JSON.stringify(message.body)), false, serving());
    if (message.queue === 'hooks')
      return intakeDeferred(JSON.stringify(message.body), (parsed) => parsed, context);
    const body = message.body as Message<'images' | 'rollouts' | 'releases'>;
    if (body.type === 'process-queue') await processQueue(body.group, context);
    else if (body.type === 'delayed-process-queue')
      await context.jobs.processQueue(body.group, body.deduplication);
    else if (body.type === 'check-image') await checkImage(keyOf(body), body.round, context);
    else if (body.type === 'watch-rollout') await watchRelease(keyOf(body), body.round, 60_000, context);
  };
  const owed = async () => {
    const lists = [`work#${groupOfConfig(config)}`, 'rollouts', 'images'] as const;
    return (await Promise.all(lists.map((list) => all.store.outbox.pending(list)))).flat();
  };
  return { ...all, app, image, repo, answersTo, living, servingSlack, handle, delivered, owed, said };
};

const immortal = () => ({ calls: Number.POSITIVE_INFINITY });

/** Handles every message, the first of them in a sandbox that dies; a message whose handler died comes back. */
const runToTheEnd = async (
  { sent, clock, living, servingSlack, handle, owed }: Awaited<ReturnType<typeof arrange>>,
  life: { calls: number },
  after: boolean,
): Promise<void> => {
  for (let round = 0; round < 30; round++) {
    for (let messages = sent.splice(0); messages.length > 0; messages = sent.splice(0))
      for (const message of messages) {
        const mine = life.calls > 0 ? life : immortal();
        const first = async () => {
          await handle(message, living(mine, after), () => servingSlack(mine, after));
          // Whatever caught that it died, a dead function has not handled its message.
          if (message.queue === 'commands' && mine.calls <= 0) throw new Death('dead');
        };
        await first().catch(async () => {
          // A command comes back when the lease of whoever died is over.
          if (message.queue === 'commands') clock.advance(90_000);
          await handle(message, living(immortal(), after), () => servingSlack(immortal(), after));
        });
      }
    if ((await owed()).length === 0) return;
    clock.advance(150_000);
    await reconcile(living(immortal(), after));
  }
};

const healthy = (): RolloutVerdict => ({ type: 'healthy', message: 'done', notes: [] });
const failsAt =
  (bad: string) =>
  (tag: string): RolloutVerdict =>
    tag === bad ? { type: 'failed', reason: 'it crashes', diagnosis: [] } : healthy();

/** Tries every death, before and after each call, until one comes too late to matter. */
const everyDeath = async (
  scenario: (life: { calls: number }, after: boolean, name: string) => Promise<void>,
) => {
  for (const after of [false, true])
    for (let point = 1, survived = false; !survived; point++) {
      const life = { calls: point };
      await scenario(life, after, `dead ${after ? 'after' : 'before'} call ${point}`);
      survived = life.calls > 0;
    }
};

const pushed = (image: string) => ({
  events: [
    {
      type: 'image-pushed',
      source: 'hub',
      delivery: 'd',
      image,
      tag: 'v1.1.0',
      digest: digest('a'),
      actor: 'a',
    } as const,
  ],
  ignored: [],
});

/** What is left in the end: the releases, the commits, what the config repo says, what is held, what is owed. */
const endOf = async ({ store, repo, app, owed }: Awaited<ReturnType<typeof arrange>>) => ({
  releases: (await store.list(app, 'production')).map(({ kind, state }) => `${kind} ${state}`),
  commits: repo.commits.length - 1,
  tag: /:(v[\d.]+)'/.exec(repo.commits.at(-1) ?? '')?.[1],
  held: (await store.holds(app, 'production')).map(({ tag }) => tag),
  owed: (await owed()).length,
});

const undone = {
  releases: ['undo healthy', 'release undone'],
  commits: 2,
  tag: 'v1.0.0',
  held: ['v1.1.0'],
  owed: 0,
};

/** A release by itself is only undone to what was healthy before it. */
const wasHealthy = async ({ store, record, clock, app }: Awaited<ReturnType<typeof arrange>>) => {
  const { release } = await record(requestFor('v1.0.0', { app, claim: 'before' }));
  for (const state of ['committed', 'rolling-out', 'healthy'] as const)
    await store.advance(release, state, { commit: 'c0ffee' });
  clock.advance(1000);
};

const afterUndo = { ...undone, releases: [...undone.releases, 'release healthy'] };

it.each([
  {
    name: 'a release',
    verdict: healthy,
    before: [],
    expected: { releases: ['release healthy'], commits: 1, tag: 'v1.1.0', held: [], owed: 0 },
  },
  {
    name: 'a release that fails and is undone',
    verdict: failsAt('v1.1.0'),
    before: [wasHealthy],
    expected: afterUndo,
  },
])(
  '$name comes to the same end wherever a function dies',
  ({ verdict, before, expected }) =>
    everyDeath(async (life, after, death) => {
      const setup = await arrange(verdict);
      for (const prepare of before) await prepare(setup);
      // The sender delivers again what was not answered.
      const send = (context: ReturnType<typeof setup.living>) => intake(pushed(setup.image), context);
      await send(setup.living(life, after)).catch(() => send(setup.living(immortal(), after)));
      await runToTheEnd(setup, life, after);

      expect(await endOf(setup), death).toEqual(expected);
    }),
  60_000,
);

it.each([
  {
    name: 'complete',
    verdict: healthy,
    before: [],
    expected: { releases: ['release healthy'], commits: 1, tag: 'v1.1.0', held: [], owed: 0 },
    deliveries: ['v1.1.0 first', 'v1.1.0 rest'],
  },
  {
    name: 'failed',
    verdict: failsAt('v1.1.0'),
    before: [wasHealthy],
    expected: afterUndo,
    // The undo runs no Jobs, and the rest of the release never came to the cluster.
    deliveries: ['v1.1.0 first', 'v1.0.0'],
  },
])(
  'a release whose Job goes first, and is $name, comes to the same end wherever a function dies',
  ({ verdict, before, expected, deliveries }) =>
    everyDeath(async (life, after, death) => {
      const setup = await arrange(verdict, `${podOf('v1.0.0')}---\n${jobOf('v1.0.0')}`);
      for (const prepare of before) await prepare(setup);
      const send = (context: ReturnType<typeof setup.living>) => intake(pushed(setup.image), context);
      await send(setup.living(life, after)).catch(() => send(setup.living(immortal(), after)));
      await runToTheEnd(setup, life, after);

      expect(await endOf(setup), death).toEqual(expected);
      // Each perhaps twice, and none after the next has begun.
      expect(
        setup.delivered.filter((one, at, all) => one !== all[at - 1]),
        death,
      ).toEqual(deliveries);
    }),
  60_000,
);

describe('a hook that comes during an outage of the table', () => {
  const released = { releases: ['release healthy'], commits: 1, tag: 'v1.1.0', held: [], owed: 0 };
  /** The function that takes hooks, until the sender is answered. */
  const deliver = async (
    { image, clock, living }: Awaited<ReturnType<typeof arrange>>,
    life: { calls: number },
    after: boolean,
  ) => {
    const hook = { source: 'hub', requestId: 'r', receivedAt: clock.now() };
    const once = async (mine: { calls: number }) => {
      const answer = await intakeOrDefer(pushed(image), hook, living(mine, after));
      if (mine.calls <= 0) throw new Death('dead');
      return answer;
    };
    return once(life).catch(() => once(immortal()));
  };

  it.each([
    { name: 'is healthy', verdict: healthy, before: [], expected: released },
    { name: 'fails and is undone', verdict: failsAt('v1.1.0'), before: [wasHealthy], expected: afterUndo },
  ])(
    'comes to the same end wherever a function dies, where the release $name',
    ({ verdict, before, expected }) =>
      everyDeath(async (life, after, death) => {
        const setup = await arrange(verdict);
        for (const prepare of before) await prepare(setup);
        setup.answersTo(0);
        const answer = await deliver(setup, life, after);
        setup.answersTo(Number.POSITIVE_INFINITY);
        await runToTheEnd(setup, life, after);

        expect(answer, death).toMatchObject({ deferred: true });
        expect(await endOf(setup), death).toEqual(expected);
      }),
  );

  it('comes to the same end whichever call is the first that is not answered', async () => {
    const answers: unknown[] = [];
    for (let calls = 0; answers.at(-1) !== 'recorded'; calls++) {
      const setup = await arrange(healthy);
      setup.answersTo(calls);
      const answer = await deliver(setup, immortal(), false);
      setup.answersTo(Number.POSITIVE_INFINITY);
      await runToTheEnd(setup, { calls: 0 }, false);

      answers.push('deferred' in answer ? 'deferred' : 'recorded');
      expect(await endOf(setup), `${calls} calls answered`).toEqual(released);
    }
    expect(answers).toContain('deferred');
  });

  it('is tried once where its message comes again after it has failed', async () => {
    const setup = await arrange(failsAt('v1.1.0'));
    await wasHealthy(setup);
    setup.answersTo(0);
    await deliver(setup, immortal(), false);
    setup.answersTo(Number.POSITIVE_INFINITY);
    const messages = [...setup.sent];
    await runToTheEnd(setup, { calls: 0 }, false);
    setup.sent.push(...messages);
    await runToTheEnd(setup, { calls: 0 }, false);

    expect(await endOf(setup)).toEqual(afterUndo);
  });
});

it(
  'an undo that somebody asked for comes to the same end wherever a function dies',
  () =>
    everyDeath(async (life, after, death) => {
      const setup = await arrange(healthy);
      await intake(pushed(setup.image), setup.living(immortal(), after));
      await runToTheEnd(setup, { calls: 0 }, after);
      const command = {
        app: setup.app,
        environment: 'production',
        by: actor('slack:alice'),
        reason: given('bad'),
        source: 'slack',
        delivery: 's',
      };
      // Whoever was not answered types it again.
      const type = (context: ReturnType<typeof setup.living>) => requestUndo(command, context);
      await type(setup.living(life, after)).catch(() => type(setup.living(immortal(), after)));
      await runToTheEnd(setup, life, after);

      expect(await endOf(setup), death).toEqual(undone);
    }),
  60_000,
);

/** `/undo app`, typed at this time. */
const typedAt = (now: number): RawRequest => {
  const body = typed('/undo app');
  const seconds = Math.floor(now / 1000);
  return {
    method: 'POST',
    path: '/slack/commands',
    query: {},
    headers: {
      'x-slack-request-timestamp': String(seconds),
      'x-slack-signature': sign(body, seconds),
    },
    body: Buffer.from(body),
  };
};

describe('a Slack command', () => {
  const released = async () => {
    const setup = await arrange(healthy);
    await intake(pushed(setup.image), setup.living(immortal(), false));
    await runToTheEnd(setup, { calls: 0 }, false);
    return setup;
  };
  /** The function that answers Slack: what it says, if it lives to say it. */
  const serve = async (
    { servingSlack, clock }: Awaited<ReturnType<typeof arrange>>,
    life: { calls: number },
    after: boolean,
  ): Promise<string | undefined> => {
    const context = {
      ...servingSlack(life, after),
      // Nothing is slow here: a death is what it is about.
      clock: { ...clock, sleep: () => new Promise<void>(() => undefined) },
    };
    const now = clock.now();
    const message = await handleRequest(typedAt(now), now, now + 2_500, context).catch(() => undefined);
    return life.calls > 0 ? message?.text : undefined;
  };

  it('is carried out once where it was acknowledged, wherever a function dies', () =>
    everyDeath(async (life, after, death) => {
      const setup = await released();
      const answered = await serve(setup, life, after);
      const isQueued = setup.sent.length > 0;
      await runToTheEnd(setup, life, after);

      const end = await endOf(setup);
      if (answered !== undefined) expect(isQueued, death).toBe(true);
      if (isQueued) {
        expect(end, death).toEqual(undone);
        expect(setup.said.join(), death).toContain('Undoing app in production');
      } else expect(end.releases, death).toEqual(['release healthy']);
    }));

  it('comes to the same end where it was not answered and is typed again', () =>
    everyDeath(async (life, after, death) => {
      const setup = await released();
      if ((await serve(setup, life, after)) === undefined) {
        setup.clock.advance(4_000);
        await serve(setup, immortal(), after);
      }
      await runToTheEnd(setup, life, after);

      expect(await endOf(setup), death).toEqual(undone);
    }));
});
