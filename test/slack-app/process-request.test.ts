import { beforeEach, describe, expect, it } from 'vitest';
import { TagboatError } from '../../lib/errors.ts';
import type { RawRequest } from '../../lib/http.ts';
import type { CommandJob } from '../../lib/slack-app/command-job.ts';
import { processRequest } from '../../lib/slack-app/process-request.ts';
import { readRequest } from '../../lib/slack-app/read-request.ts';
import type { WorkerContext } from '../../lib/slack-app/slack-context.ts';
import { holdReasonText } from '../../lib/view/hold.ts';
import { createSlackFixture, pressed, type SlackFixture, typed } from './support/harness.ts';

const undoing = 'Undoing okeydokey in production, from v1.1.0 back to v1.0.0';
const minute = 60_000;

let fixture: SlackFixture;
let job: CommandJob;
const jobOf = (request: RawRequest): CommandJob => {
  const read = readRequest(request, fixture.clock.now(), fixture.context);
  if (read.type === 'answer') throw new Error(`${read.message.text} is no job`);
  return read.job;
};
beforeEach(async () => {
  fixture = await createSlackFixture();
  job = jobOf(fixture.request(typed('/undo okeydokey')));
});

/** `done`, or the code of what is to be tried again. */
const carryOut = (
  change: Partial<WorkerContext> = {},
  options: { readonly isLastTry?: boolean; readonly job?: CommandJob } = {},
): Promise<string> =>
  fixture.clock.run(
    processRequest(options.job ?? job, options.isLastTry ?? false, { ...fixture.worker, ...change }).then(
      () => 'done',
      (error: unknown) => (error instanceof TagboatError ? error.code : String(error)),
    ),
  );
const said = () => fixture.responses.map(({ text }) => text);
const failing = (code: 'store-unreachable' | 'notifier-failed', times = Infinity) => {
  let left = times;
  return () => {
    left -= 1;
    return left < 0 ? undefined : Promise.reject(new TagboatError(code, 'no answer'));
  };
};
const undos = async () => (await fixture.end()).undos;

describe('processRequest', () => {
  it('carries a command out, says so, and does nothing the second time', async () => {
    const outcomes = [await carryOut(), await carryOut()];

    expect([outcomes, said(), await undos()]).toEqual([
      ['done', 'done'],
      [undoing],
      ['v1.0.0 for slack:U024BE7LH'],
    ]);
  });

  it('does nothing with the same signed request, received again', async () => {
    const outcomes = [await carryOut(), await carryOut({}, { job: { ...job, at: job.at + 1_000 } })];

    expect([outcomes, said(), (await undos()).length]).toEqual([['done', 'done'], [undoing], 1]);
  });

  it('leaves a command to its own message where a replay comes after a failed try', async () => {
    const store = { ...fixture.store, list: failing('store-unreachable') as never };

    const outcomes = [
      await carryOut({ store }),
      await carryOut({}, { job: { ...job, at: job.at + 1_000 } }),
      await carryOut(),
    ];

    expect([outcomes, said()]).toEqual([['store-unreachable', 'done', 'done'], [undoing]]);
  });

  it('does nothing with what its asker was told to try again', async () => {
    expect(await fixture.clock.run(fixture.context.requests.withdraw(job))).toBe(true);

    expect([await carryOut(), said(), await undos()]).toEqual(['done', [], []]);
  });

  it('leaves the message in the queue while another invocation is at it, which may die', async () => {
    const first = processRequest(job, false, {
      ...fixture.worker,
      // It never comes to an end.
      store: { ...fixture.store, list: () => new Promise<never>(() => undefined) },
    });
    first.catch(() => undefined);
    await fixture.clock.run(fixture.clock.sleep(1_000));

    const during = await carryOut();
    await fixture.clock.run(fixture.clock.sleep(70_000));
    const after = await carryOut();

    expect([during, after, said()]).toEqual(['store-unreachable', 'done', [undoing]]);
  });

  it('gives back what it could not do, so that the next try need not wait', async () => {
    const store = { ...fixture.store, list: failing('store-unreachable') as never };
    const first = await carryOut({ store });
    const second = await carryOut();

    expect([first, second, said()]).toEqual(['store-unreachable', 'done', [undoing]]);
  });

  it('is done where only that could not be noted, since again would be worse', async () => {
    const acquire: WorkerContext['requests']['acquire'] = async (...args) => {
      const lease = await fixture.worker.requests.acquire(...args);
      const complete = () => Promise.reject(new TagboatError('store-unreachable', 'no answer'));
      return lease.type === 'acquired' ? { ...lease, complete } : lease;
    };

    const first = await carryOut({ requests: { acquire } });
    await fixture.clock.run(fixture.clock.sleep(70_000));
    const doubled = await carryOut();

    expect([first, doubled]).toEqual(['done', 'done']);
    expect(await undos()).toEqual(['v1.0.0 for slack:U024BE7LH']);
    expect(said()).toEqual([undoing, undoing]);
  });

  it.each([
    ['a hold', '/tagboat hold okeydokey v1.1.0', '/tagboat unhold okeydokey v1.1.0', []],
    [
      'a hold, and another',
      '/tagboat hold okeydokey v1.1.0',
      '/tagboat hold okeydokey v1.1.0 because newer',
      ['newer'],
    ],
  ])(
    'only answers for an invocation that died before it could, whatever came since: %s',
    async (_name, line, since, held) => {
      const first = jobOf(fixture.request(typed(line)));
      await fixture.clock.run(fixture.clock.sleep(1_000));
      const second = jobOf(fixture.request(typed(since)));
      const dying = processRequest(first, false, {
        ...fixture.worker,
        respond: () => new Promise<never>(() => undefined),
      });
      dying.catch(() => undefined);
      await fixture.clock.run(fixture.clock.sleep(30_000));
      await carryOut({}, { job: second });
      await fixture.clock.run(fixture.clock.sleep(60_000));

      await carryOut({}, { job: first });

      const holds = await fixture.clock.run(fixture.store.holds('okeydokey', 'production'));
      expect(holds.map(({ reason }) => holdReasonText(reason))).toEqual(held);
      expect(said().at(-1)).toContain('v1.1.0 is held: no reason was given');
    },
  );

  it('answers also where the table does not, at the last try', async () => {
    const acquire = () => Promise.reject(new TagboatError('store-unreachable', 'no answer'));

    const outcomes = [
      await carryOut({ requests: { acquire } }),
      await carryOut({ requests: { acquire } }, { isLastTry: true }),
    ];

    expect([outcomes, said()]).toEqual([
      ['store-unreachable', 'store-unreachable'],
      ['Sorry, no: no answer'],
    ]);
  });

  it('says "Undoing…" once under load, where every message comes twice and at the same time', async () => {
    // Seen with an earlier design, in which the function that Slack waits for carried commands out as well.
    await fixture.arrive(fixture.request(typed('/undo okeydokey')));
    fixture.pace({ table: 'slow' });

    await fixture.clock.run(fixture.takeMessages());
    fixture.pace({ table: 'fast' });
    await fixture.letPass(10 * minute);

    expect(said()).toEqual([undoing]);
    expect(await undos()).toEqual(['v1.0.0 for slack:U024BE7LH']);
  });

  it('tells the asker what went wrong when the queue gives up', async () => {
    const store = { ...fixture.store, list: failing('store-unreachable') as never };

    const outcomes = [
      await carryOut({ store }),
      await carryOut({ store }, { isLastTry: true }),
      await carryOut(),
    ];

    expect(outcomes).toEqual(['store-unreachable', 'done', 'done']);
    expect(said()).toEqual(['Sorry, no: no answer']);
    expect(await undos()).toEqual([]);
  });

  it('shows nothing of a defect', async () => {
    const store = { ...fixture.store, list: () => Promise.reject(new TypeError('x is not a function')) };

    await carryOut({ store }, { isLastTry: true });

    expect(said()).toEqual(['Sorry, no: something went wrong']);
  });

  it.each([
    [29 * minute, [undoing]],
    [31 * minute, []],
  ])('after %d ms says %j: nobody could be told of what is older', async (ms, words) => {
    await fixture.clock.run(fixture.clock.sleep(ms));

    expect([await carryOut(), said()]).toEqual(['done', words]);
  });

  it.each([
    ['answers after two bad moments', 2, 5_000, [undoing]],
    ['is done all the same where Slack never answers', 3, 5_000, []],
  ])('%s', async (_name, times, ms, words) => {
    const fails = failing('notifier-failed', times);
    const start = fixture.clock.now();

    const outcome = await carryOut({
      respond: async (url, message) => {
        await fails();
        return fixture.worker.respond(url, message);
      },
    });

    expect([outcome, said()]).toEqual(['done', words]);
    expect(fixture.clock.now() - start).toBeGreaterThanOrEqual(ms);
    expect(await undos()).toEqual(['v1.0.0 for slack:U024BE7LH']);
  });

  it('does not ask Slack again where the response_url has expired', async () => {
    let calls = 0;
    const respond = async () => {
      calls += 1;
      throw new TagboatError('notifier-failed', 'expired_url', { retry: 'terminal' });
    };

    expect([await carryOut({ respond }), calls]).toEqual(['done', 1]);
  });

  it('answers a button under a question in its place, and says to all what is for all', async () => {
    const body = pressed(
      { type: 'run', command: { type: 'undo', app: 'okeydokey', environment: 'production' } },
      true,
    );

    await carryOut({}, { job: jobOf(fixture.request(body)) });

    expect(
      fixture.responses.map(({ text, replace_original, delete_original }) => ({
        text,
        replace_original,
        delete_original,
      })),
    ).toEqual([
      { text: undoing, replace_original: false, delete_original: undefined },
      { text: '', replace_original: undefined, delete_original: true },
    ]);
  });

  it('lets a question go that is cancelled', async () => {
    await carryOut({}, { job: jobOf(fixture.request(pressed({ type: 'cancel' }, true))) });

    expect(fixture.responses).toMatchObject([{ replace_original: true }]);
  });

  it('pauses through the cluster', async () => {
    const pause = jobOf(fixture.request(typed('/tagboat pause okeydokey')));

    expect([await carryOut({}, { job: pause }), said()]).toEqual([
      'done',
      ['okeydokey → production: the rollout is paused'],
    ]);
  });
});

describe('a command that is carried out late', () => {
  const ends = async (state: 'healthy' | 'failed' = 'healthy') => {
    const run = async () => {
      const [undo] = await fixture.store.list('okeydokey', 'production');
      if (undo === undefined) throw new Error('there is no undo');
      for (const next of ['committed', 'rolling-out', state] as const)
        await fixture.store.advance(undo, next, { commit: 'c0ffee' });
    };
    await fixture.clock.run(run());
  };
  const wait = (ms: number) => fixture.clock.run(fixture.clock.sleep(ms));

  /** Runs as if it had died before it could note that it is done; the lease is over after a minute. */
  const forgetful: Partial<WorkerContext> = {
    requests: {
      acquire: async (...args) => {
        const lease = await fixture.worker.requests.acquire(...args);
        return lease.type === 'acquired' ? { ...lease, complete: async () => undefined } : lease;
      },
    },
  };

  it('twice, before and after the undo went well, is one undo', async () => {
    await carryOut(forgetful);
    await ends();
    await wait(2 * minute);
    await carryOut(forgetful);

    expect(await fixture.end()).toEqual({ undos: ['v1.0.0 for slack:U024BE7LH'], held: ['v1.1.0'] });
    expect(said()).toEqual([undoing, undoing]);
  });

  it('twice, and something else was put in place between, is one undo', async () => {
    await carryOut(forgetful);
    await ends();
    await fixture.released('v1.2.0');
    await wait(2 * minute);
    await carryOut(forgetful);

    expect(await fixture.end()).toEqual({ undos: ['v1.0.0 for slack:U024BE7LH'], held: ['v1.1.0'] });
    expect(said()).toEqual([undoing, undoing]);
  });

  it.each([
    ['while the other is under way', false],
    ['after the other went well', true],
  ])("joins a second person's undo to the first's, %s", async (_name, isOver) => {
    const second = jobOf(fixture.request(typed('/undo okeydokey', { user: 'U0BOB' })));
    await carryOut();
    await wait(minute);
    if (isOver) await ends();
    await carryOut(forgetful, { job: second });
    await wait(2 * minute);
    await carryOut({}, { job: second });

    expect(await fixture.end()).toEqual({ undos: ['v1.0.0 for slack:U024BE7LH'], held: ['v1.1.0'] });
    expect(said().length).toBe(3);
    expect(said()[1]).toContain('v1.0.0');
    expect(said()[2]).toBe(said()[1]);
  });

  it('does not undo what was put in place since', async () => {
    await wait(1_000);
    await fixture.released('v1.2.0');
    await wait(minute);

    await carryOut();

    expect(said()).toEqual([
      'Sorry, no: v1.2.0 was put in place in okeydokey production after this was asked for',
    ]);
    expect(await fixture.end()).toEqual({ undos: [], held: [] });
  });

  it('holds nothing where it died after it had set its hold, and something else was put in place since', async () => {
    const record = failing('store-unreachable');
    const dying = { ...fixture.store, record: async () => (await record()) as never };
    expect(await carryOut({ store: dying })).toBe('store-unreachable');
    expect(await fixture.end()).toEqual({ undos: [], held: ['v1.1.0'] });
    await fixture.released('v1.2.0');
    await wait(minute);

    await carryOut();

    expect(said()).toEqual([
      'Sorry, no: v1.1.0 does not stand in okeydokey production any more; v1.2.0 does',
    ]);
    expect(await fixture.end()).toEqual({ undos: [], held: [] });
  });

  it.each([
    ['goes behind', '/tagboat release okeydokey v1.5.0'],
    ['goes back further than', '/undo okeydokey to v0.9.0'],
    ['goes elsewhere than', '/undo okeydokey to #2'],
  ])('never %s an undo that somebody made since: %s', async (_name, line) => {
    const late = jobOf(fixture.request(typed(line)));
    await wait(1_000);
    const sooner = jobOf(fixture.request(typed('/undo okeydokey')));
    await carryOut({}, { job: sooner });
    await ends();
    await wait(minute);

    await carryOut({}, { job: late });

    expect(said()).toEqual([
      undoing,
      'Sorry, no: v1.0.0 was put in place in okeydokey production after this was asked for',
    ]);
    expect(await undos()).toEqual(['v1.0.0 for slack:U024BE7LH']);
  });

  it.each(['pause', 'resume'])('does not %s what was put in place since', async (verb) => {
    let calls = 0;
    const pauseRollout = async () => {
      calls += 1;
      return { workloads: [], changed: true };
    };
    const late = jobOf(fixture.request(typed(`/tagboat ${verb} okeydokey`)));
    await wait(1_000);
    await fixture.released('v1.2.0');

    await carryOut({ pauseRollout }, { job: late });

    expect(said()).toEqual([
      'Sorry, no: v1.2.0 was put in place in okeydokey production after this was asked for',
    ]);
    expect(calls).toBe(0);
  });

  it('holds a tag no other way than it was held since', async () => {
    const late = jobOf(fixture.request(typed('/tagboat hold okeydokey v1.1.0 because older')));
    await wait(1_000);
    await carryOut(
      {},
      { job: jobOf(fixture.request(typed('/tagboat hold okeydokey v1.1.0 because newer'))) },
    );

    await carryOut({}, { job: late });

    const holds = await fixture.clock.run(fixture.store.holds('okeydokey', 'production'));
    expect(holds.map(({ reason }) => holdReasonText(reason))).toEqual(['newer']);
    expect(said().at(-1)).toBe('okeydokey → production: v1.1.0 is held: newer');
  });

  it('lifts no hold that an undo made since', async () => {
    const unhold = jobOf(fixture.request(typed('/tagboat unhold okeydokey v1.1.0')));
    await wait(1_000);
    await carryOut({}, { job: jobOf(fixture.request(typed('/undo okeydokey'))) });
    await wait(minute);

    await carryOut({}, { job: unhold });

    expect((await fixture.end()).held).toEqual(['v1.1.0']);
    expect(said()[1]).toContain('Sorry, no: v1.1.0 is not held');
  });
});
