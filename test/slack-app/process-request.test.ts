import { beforeEach, describe, expect, it } from 'vitest';
import { TagboatError } from '../../lib/errors.ts';
import type { SignedRequest } from '../../lib/release/record/request-store.ts';
import { carryOutLater } from '../../lib/slack-app/process-request.ts';
import type { Desk } from '../../lib/slack-app/slack-context.ts';
import { createWorld, pressed, sign, typed, type World } from './support/harness.ts';

const undoing = 'Undoing okeydokey in production, from v1.1.0 back to v1.0.0';
const minute = 60_000;

let world: World;
let request: SignedRequest;
beforeEach(async () => {
  world = await createWorld();
  request = world.request(typed('/undo okeydokey'));
});

/** `done`, or the code of what is to be tried again. */
const carryOut = (
  change: Partial<Desk> = {},
  options: { readonly isLastTry?: boolean; readonly request?: SignedRequest } = {},
): Promise<string> =>
  world.clock.run(
    carryOutLater(options.request ?? request, options.isLastTry ?? false, { ...world.desk, ...change }).then(
      () => 'done',
      (error: unknown) => (error instanceof TagboatError ? error.code : String(error)),
    ),
  );
const said = () => world.responses.map(({ text }) => text);
const failing = (code: 'store-unreachable' | 'kms-unreachable' | 'notifier-failed', times = Infinity) => {
  let left = times;
  return () => {
    left -= 1;
    return left < 0 ? undefined : Promise.reject(new TagboatError(code, 'no answer'));
  };
};
const undos = async () => (await world.end()).undos;

describe('carryOutLater', () => {
  it('carries a command out, says so, and does nothing the second time', async () => {
    const outcomes = [await carryOut(), await carryOut()];

    expect([outcomes, said(), await undos()]).toEqual([
      ['done', 'done'],
      [undoing],
      ['v1.0.0 for slack:U024BE7LH'],
    ]);
  });

  it('leaves the message in the queue while somebody else is at it, who may die', async () => {
    const first = carryOutLater(request, false, {
      ...world.desk,
      // It never comes to an end.
      signingSecret: () => new Promise<string>(() => undefined),
    });
    first.catch(() => undefined);
    await world.clock.run(world.clock.sleep(1_000));

    const during = await carryOut();
    await world.clock.run(world.clock.sleep(70_000));
    const after = await carryOut();

    expect([during, after, said()]).toEqual(['store-unreachable', 'done', [undoing]]);
  });

  it('gives back what it could not do, so that the next try need not wait', async () => {
    const first = await carryOut({ signingSecret: failing('kms-unreachable') as Desk['signingSecret'] });
    const second = await carryOut();

    expect([first, second, said()]).toEqual(['kms-unreachable', 'done', [undoing]]);
  });

  it('tells the asker what went wrong when the queue gives up', async () => {
    const store = { ...world.store, list: failing('store-unreachable') as never };

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
    const store = { ...world.store, list: () => Promise.reject(new TypeError('x is not a function')) };

    await carryOut({ store }, { isLastTry: true });

    expect(said()).toEqual(['Sorry, no: something went wrong']);
  });

  it.each([
    ['a forged request', { signature: `v0=${'0'.repeat(64)}` }],
    ['another body', { body: typed('/undo other') }],
    ['what came when its signature had expired', { receivedAt: Date.parse('2026-11-23T13:00:00Z') }],
  ])('does nothing with %s, and says nothing', async (_name, change) => {
    const forged = { ...request, ...change };

    expect([await carryOut({}, { request: forged }), said(), await undos()]).toEqual(['done', [], []]);
    expect(await world.clock.run(world.desk.inbox.overdue(Number.POSITIVE_INFINITY))).toEqual([]);
  });

  it.each([
    ['a command', 'commands', 'nothing=1'],
    ['a button', 'interactions', 'payload=%7B%7D'],
  ] as const)('is done with %s that is genuine and malformed', async (_name, endpoint, body) => {
    const timestamp = request.timestamp;
    const malformed = { ...request, endpoint, body, signature: sign(body, Number(timestamp)) };

    expect([await carryOut({}, { request: malformed }), said()]).toEqual(['done', []]);
  });

  it.each([
    [29 * minute, [undoing]],
    [31 * minute, []],
  ])('after %d ms says %j: nobody could be told of what is older', async (ms, words) => {
    await world.clock.run(world.clock.sleep(ms));

    expect([await carryOut(), said()]).toEqual(['done', words]);
  });

  it.each([
    ['answers after two bad moments', 2, 5_000, [undoing]],
    ['is done all the same where Slack never answers', 3, 5_000, []],
  ])('%s', async (_name, times, ms, words) => {
    const fails = failing('notifier-failed', times);
    const start = world.clock.now();

    const outcome = await carryOut({
      respond: async (url, message) => {
        await fails();
        return world.desk.respond(url, message);
      },
    });

    expect([outcome, said()]).toEqual(['done', words]);
    expect(world.clock.now() - start).toBeGreaterThanOrEqual(ms);
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

    await carryOut({}, { request: world.request(body) });

    expect(
      world.responses.map(({ text, replace_original, delete_original }) => ({
        text,
        replace_original,
        delete_original,
      })),
    ).toEqual([
      { text: undoing, replace_original: false, delete_original: undefined },
      { text: '', replace_original: undefined, delete_original: true },
    ]);
  });

  it('pauses through the cluster, which the desk that answers Slack cannot', async () => {
    const pause = world.request(typed('/tagboat pause okeydokey'));
    const pauseRollout = async () => ({ workloads: ['Deployment default/okeydokey'], changed: true });

    const without = await carryOut({}, { request: pause });
    const within = await carryOut({ pauseRollout }, { request: pause });

    expect([without, within, said()]).toEqual([
      'internal',
      'done',
      ['okeydokey → production: the rollout is paused'],
    ]);
  });
});

describe('a command that is carried out late', () => {
  const ends = async (state: 'healthy' | 'failed' = 'healthy') => {
    const run = async () => {
      const [undo] = await world.store.list('okeydokey', 'production');
      if (undo === undefined) throw new Error('there is no undo');
      for (const next of ['committed', 'rolling-out', state] as const)
        await world.store.advance(undo, next, { commit: 'c0ffee' });
    };
    await world.clock.run(run());
  };
  const wait = (ms: number) => world.clock.run(world.clock.sleep(ms));

  it('twice, before and after the undo went well, is one undo', async () => {
    const finish = async () => undefined;
    const forgetful = { inbox: { ...world.desk.inbox, finish } };
    await carryOut(forgetful);
    await ends();
    await wait(2 * minute);
    await carryOut(forgetful);

    expect(await world.end()).toEqual({ undos: ['v1.0.0 for slack:U024BE7LH'], held: ['v1.1.0'] });
    expect(said()).toEqual([undoing, undoing]);
  });

  it('twice, and something else was put in place between, is one undo', async () => {
    const forgetful = { inbox: { ...world.desk.inbox, finish: async () => undefined } };
    await carryOut(forgetful);
    await ends();
    await world.released('v1.2.0');
    await wait(2 * minute);
    await carryOut(forgetful);

    expect(await world.end()).toEqual({ undos: ['v1.0.0 for slack:U024BE7LH'], held: ['v1.1.0'] });
    expect(said()).toEqual([undoing, undoing]);
  });

  it.each([
    ['while the other is under way', false],
    ['after the other went well', true],
  ])("joins a second person's undo to the first's, %s", async (_name, isOver) => {
    const second = world.request(typed('/undo okeydokey', { user: 'U0BOB' }));
    await carryOut();
    await wait(minute);
    if (isOver) await ends();
    await carryOut({}, { request: second });
    await wait(2 * minute);
    // Once more, since nobody could note it.
    const again = { ...second, timestamp: second.timestamp };
    await carryOut({}, { request: again });

    expect(await world.end()).toEqual({ undos: ['v1.0.0 for slack:U024BE7LH'], held: ['v1.1.0'] });
    expect(said().length).toBe(2);
    expect(said()[1]).toContain('v1.0.0');
  });

  it('does not undo what was put in place since', async () => {
    await wait(1_000);
    await world.released('v1.2.0');
    await wait(minute);

    await carryOut();

    expect(said()).toEqual([
      'Sorry, no: v1.2.0 was put in place in okeydokey production after this was asked for',
    ]);
    expect(await world.end()).toEqual({ undos: [], held: [] });
  });

  it.each([
    ['goes behind', '/tagboat release okeydokey v1.5.0'],
    ['goes back further than', '/undo okeydokey to v0.9.0'],
    ['goes elsewhere than', '/undo okeydokey to #2'],
  ])('never %s an undo that somebody made since: %s', async (_name, line) => {
    const late = world.request(typed(line));
    await wait(1_000);
    await world.arrive(world.request(typed('/undo okeydokey')));
    await ends();
    await wait(minute);

    await carryOut({}, { request: late });

    expect(said()).toEqual([
      'Sorry, no: v1.0.0 was put in place in okeydokey production after this was asked for',
    ]);
    expect(await undos()).toEqual(['v1.0.0 for slack:U024BE7LH']);
  });

  it('lifts no hold that an undo made since', async () => {
    const unhold = world.request(typed('/tagboat unhold okeydokey v1.1.0'));
    await wait(1_000);
    await world.arrive(request);
    await wait(minute);

    await carryOut({}, { request: unhold });

    expect((await world.end()).held).toEqual(['v1.1.0']);
    expect(said()[0]).toContain('Sorry, no: v1.1.0 is not held');
  });
});
