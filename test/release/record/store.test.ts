import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { releaseStates } from '../../../lib/view/release.ts';
import { createContext, requestFor } from '../support/context.ts';
import { startTable } from '../support/table.ts';

let started: Awaited<ReturnType<typeof startTable>>;
beforeAll(async () => {
  started = await startTable();
});
afterAll(() => started.close());

let count = 0;
/** Every test has an app of its own, so that they share the table and nothing else. */
const arrange = () => {
  const app = `app-${++count}`;
  return { ...createContext(started.table), request: (tag: string) => requestFor(tag, { app }), app };
};

describe('record', () => {
  it('writes a queued release once, however often the same thing is asked for at once', async () => {
    const { record, request } = arrange();

    const answers = await Promise.all(Array.from({ length: 50 }, () => record(request('v1.0.0'))));

    expect(new Set(answers.map(({ release }) => release.id)).size).toBe(1);
    expect(answers.filter(({ created }) => created)).toHaveLength(1);
    expect(answers[0]?.release.state).toBe('queued');
  });

  it.each(['failed', 'skipped'] as const)('tries again after a release that was %s', async (state) => {
    const { record, store, request } = arrange();
    const { release } = await record(request('v1.0.0'));
    await store.advance(release, state);

    const again = await record(request('v1.0.0'));

    expect(again.created).toBe(true);
    expect(again.release.id > release.id).toBe(true);
    expect((await store.get(release))?.state).toBe(state);
  });

  it('leaves a release that another one overtook as it is: a late second hook must not go back', async () => {
    const { record, store, request } = arrange();
    const { release } = await record(request('v1.0.0'));
    await store.advance(release, 'superseded');

    expect(await record(request('v1.0.0'))).toMatchObject({ created: false, release: { id: release.id } });
  });

  it('leaves a release that is healthy, or was undone, as it is', async () => {
    const { record, store, request } = arrange();
    const { release } = await record(request('v1.0.0'));
    for (const state of ['committed', 'rolling-out', 'healthy', 'undone'] as const) {
      await store.advance(release, state);
      expect(await record(request('v1.0.0'))).toMatchObject({
        created: false,
        release: { id: release.id, state },
      });
    }
  });

  it('completes the claim that a function left behind when it died before the release was written', async () => {
    const { record, request, app } = arrange();
    const id = '01KARV0000000000000000DEAD';
    await started.table.put({
      pk: `environment#${app}#production`,
      sk: `claim#${request('v1.0.0').claim}`,
      release: id,
    });

    expect(await record(request('v1.0.0'))).toMatchObject({
      created: true,
      release: { id, state: 'queued' },
    });
  });
});

describe('advance', () => {
  it('moves on once: the second caller is told that somebody else did', async () => {
    const { record, store, request } = arrange();
    const { release } = await record(request('v1.0.0'));

    const answers = await Promise.all(Array.from({ length: 10 }, () => store.advance(release, 'committed')));

    expect(answers.filter((answer) => answer !== undefined)).toHaveLength(1);
  });

  it('never goes backwards', async () => {
    const { record, store, request } = arrange();
    const { release } = await record(request('v1.0.0'));
    await store.advance(release, 'committed');
    await store.advance(release, 'rolling-out');
    await store.advance(release, 'healthy');

    for (const state of releaseStates.filter((one) => one !== 'undone'))
      expect(await store.advance(release, state), state).toBeUndefined();
    expect((await store.get(release))?.state).toBe('healthy');
  });

  it('loses no field to a writer at the same time', async () => {
    const { record, store, request } = arrange();
    const { release } = await record(request('v1.0.0'));

    await Promise.all([
      store.amend(release, ['queued'], { progress: 'one' }),
      store.amend(release, ['queued'], { commit: 'two' }),
      store.amend(release, ['queued'], { attempts: 3 }),
    ]);

    expect(await store.get(release)).toMatchObject({ progress: 'one', commit: 'two', attempts: 3 });
  });
});

describe('list', () => {
  it('answers newest first, in pages', async () => {
    const { record, store, request, app, clock } = arrange();
    for (const tag of ['v1', 'v2', 'v3', 'v4']) {
      await record({ ...request(tag), claim: tag });
      clock.advance(1000);
    }

    const first = await store.list(app, 'production', { limit: 2 });
    const second = await store.list(app, 'production', { limit: 2, before: first[1]?.id });

    expect(first.map(({ tag }) => tag)).toEqual(['v4', 'v3']);
    expect(second.map(({ tag }) => tag)).toEqual(['v2', 'v1']);
  });

  it('finds a release by nothing but its id', async () => {
    const { record, store, request } = arrange();
    const { release } = await record(request('v1.0.0'));

    expect(await store.findById(release.id)).toEqual(release);
    expect(await store.findById('01KARV00000000000000000000')).toBeUndefined();
  });
});

it('numbers the releases of an app and environment, each once', async () => {
  const { record, request } = arrange();

  const recorded = await Promise.all(
    ['v1.0.0', 'v1.1.0', 'v1.2.0', 'v1.2.0'].map((tag) => record(request(tag))),
  );

  const numbers = new Map(recorded.map(({ release }) => [release.id, release.number]));
  expect([...numbers.values()].toSorted()).toEqual([...new Set(numbers.values())].toSorted());
  expect(numbers.size).toBe(3);
});

it('keeps a list of pending steps, each entry once, until it is acknowledged', async () => {
  const { record, store, request, clock, app } = arrange();
  const { release } = await record(request('v1.0.0'));
  const list = `work#${app}` as const;
  await store.outbox.add(list, release, clock.now());
  await store.outbox.add(list, release, clock.now() + 5);

  expect(await store.outbox.pending(list)).toEqual([
    { app, environment: 'production', id: release.id, dueAt: clock.now() + 5, attempts: 0 },
  ]);
  await store.outbox.acknowledge(list, release);
  await store.outbox.acknowledge(list, release);
  expect(await store.outbox.pending(list)).toEqual([]);
});

it('goes on with outbox entries that an earlier version wrote', async () => {
  const { store, request, app, clock } = arrange();
  const list = `work#${app}` as const;
  const { environment } = request('v1.0.0');
  const id = '01KARV0000000000000000PAST';
  const key = { app, environment, id };
  await started.table.put({
    pk: `owed#${list}`,
    sk: `${id}#${app}#${environment}`,
    app,
    environment,
    release: id,
    dueAt: clock.now(),
    nudges: 3,
  });

  expect(await store.outbox.pending(list)).toEqual([{ ...key, dueAt: clock.now(), attempts: 3 }]);
  await store.outbox.defer(list, key, clock.now() + 1);
  expect(await store.outbox.pending(list)).toEqual([{ ...key, dueAt: clock.now() + 1, attempts: 3 }]);
  await store.outbox.acknowledge(list, key);
  expect(await store.outbox.pending(list)).toEqual([]);
});
