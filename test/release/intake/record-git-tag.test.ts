import { expect, it } from 'vitest';
import type { SourceEvent } from '../../../lib/event.ts';
import { intake } from '../../../lib/release/intake/intake.ts';
import type { Table } from '../../../lib/store/table.ts';
import { configWith, createContext, digest, repository } from '../support/context.ts';
import { memoryTable } from '../support/memory-table.ts';

class Death extends Error {}

/** A table whose n-th call is the last of an invocation, before or after it is carried out. */
const deadlyTable = (table: Table) => {
  let left = Number.POSITIVE_INFINITY;
  let after = false;
  const mortal = new Proxy(table, {
    get: (target, property, receiver) => {
      const value: unknown = Reflect.get(target, property, receiver);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        left -= 1;
        if (left < 0 || (left === 0 && !after)) throw new Death();
        const result: unknown = await value.apply(target, args);
        if (left === 0) throw new Death();
        return result;
      };
    },
  });
  return {
    table: mortal,
    dieAt: (call: number, isAfter: boolean) => {
      left = call;
      after = isAfter;
    },
  };
};

const arrange = () => {
  const { table, dieAt } = deadlyTable(memoryTable());
  const all = createContext(table, configWith({ on: 'tag-push', pin: 'digest' }));
  /** @param receivedAt of a hook that comes late: when it was received first */
  const send = (event: SourceEvent, receivedAt?: number) =>
    intake(
      { events: [event], ignored: [] },
      { ...all.context, registry: async () => ({ digestOf: async () => undefined }) },
      receivedAt === undefined ? {} : { firstReceived: async () => receivedAt },
    );
  const releases = async () =>
    (await all.store.list('okeydokey', 'production')).map(({ revision, state }) => `${revision} ${state}`);
  return { ...all, send, dieAt, releases };
};

const event = (revision?: string, more: { readonly previous?: string } = {}): SourceEvent => ({
  type: 'tag-pushed',
  source: 'github',
  delivery: `gh-${revision}`,
  repository,
  tag: 'v1.0.0',
  revision,
  actor: 'octocat',
  ...more,
});

/** More calls than one hook makes. */
const calls = Array.from({ length: 20 }, (_, index) => index + 1);

it.each(calls.flatMap((call) => [false, true].map((after) => [call, after] as const)))(
  'a function that dies at call %i leaves one release for each commit (%s)',
  async (call, after) => {
    const { send, dieAt, clock, releases } = arrange();
    const steps = [event('a'), event(), event('b'), event(), event('a'), event('b')];

    for (const step of steps) {
      clock.advance(1000);
      dieAt(call, after);
      await send(step).catch((error: unknown) => {
        if (!(error instanceof Death)) throw error;
      });
      dieAt(Number.POSITIVE_INFINITY, false);
      await send(step);
    }

    expect(await releases()).toEqual(['b queued', 'a queued']);
  },
);

it('comes to the newest release where the hook does not say its commit', async () => {
  const { send, clock } = arrange();
  await send(event('a'));
  clock.advance(1000);
  const moved = await send(event('b'));

  const { releases } = await send(event());

  expect(releases).toMatchObject([{ id: moved.releases[0]?.id, created: false }]);
});

it('learns the commit of a release that older versions of Tagboat have recorded', async () => {
  const { send, clock, releases } = arrange();
  await send(event());
  expect(await releases()).toEqual(['undefined queued']);
  clock.advance(1000);

  await send(event('a'));
  await send(event('a'));

  expect(await releases()).toEqual(['a queued']);
});

it('believes the hook that moves the tag, where no other has said its commit', async () => {
  const { send, clock, releases } = arrange();
  await send(event());
  clock.advance(1000);

  await send(event('b', { previous: 'a' }));

  expect(await releases()).toEqual(['b queued', 'a queued']);
});

it('is one release for each commit, however many hooks come at the same time', async () => {
  const { send, releases } = arrange();

  await Promise.all(['a', undefined, 'b', 'a', undefined, 'b', 'a', 'b'].map((one) => send(event(one))));

  expect((await releases()).toSorted()).toEqual(['a queued', 'b queued']);
});

it('a late hook of the commit before takes nobody’s place', async () => {
  const { send, clock, releases } = arrange();
  const before = clock.now();
  clock.advance(1000);
  const newest = await send(event('b'), clock.now());
  clock.advance(1000);

  await send(event('a'), before);

  expect(await releases()).toEqual(['a superseded', 'b queued']);
  expect((await send(event())).releases).toMatchObject([{ id: newest.releases[0]?.id, created: false }]);
});

it.each([undefined, digest('a')])(
  'a late hook of the same commit is not overtaken by the others of its tag, whose digest is %s',
  async (known) => {
    const { send, clock, releases, store } = arrange();
    const before = clock.now();
    clock.advance(1000);
    const { releases: recorded } = await send(event());
    for (const release of recorded) await store.amend(release, ['queued'], { digest: known });

    await send(event('a'), before);

    expect(await releases()).toEqual(['a queued']);
  },
);
