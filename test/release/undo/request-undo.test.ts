import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TagboatError } from '../../../lib/errors.ts';
import type { Release } from '../../../lib/release/model/release.ts';
import type { UndoRequest } from '../../../lib/release/model/undo-plan.ts';
import { requestUndo } from '../../../lib/release/undo/request-undo.ts';
import type { ReleaseState } from '../../../lib/view/release.ts';
import { actor, given } from '../../support/records.ts';
import { configWith, createContext, production, requestFor } from '../support/context.ts';
import { startTable } from '../support/table.ts';

let started: Awaited<ReturnType<typeof startTable>>;
beforeAll(async () => {
  started = await startTable();
});
afterAll(() => started.close());

let count = 0;
let asked = 0;
const arrange = () => {
  const app = `undo-${++count}`;
  const base = configWith();
  const config = { ...base, apps: { [app]: { image: 'docker.io/library/x', environments: { production } } } };
  const all = createContext(started.table, config);
  const undo = (request: Partial<UndoRequest> = {}) =>
    requestUndo(
      {
        app,
        environment: 'production',
        by: actor('slack:alice'),
        reason: given('it drops orders'),
        source: 'slack',
        delivery: `d-${++asked}`,
        ...request,
      },
      all.context,
    );
  return { ...all, app, undo };
};

const path: Record<string, readonly ReleaseState[]> = {
  queued: [],
  committed: ['committed'],
  'rolling-out': ['committed', 'rolling-out'],
  healthy: ['committed', 'rolling-out', 'healthy'],
  failed: ['committed', 'rolling-out', 'failed'],
};

/** Brings a release into a state, as the steps would. */
const released = async (
  { store, clock, record }: ReturnType<typeof createContext>,
  app: string,
  tag: string,
  state: ReleaseState,
  previous?: string,
  claim = tag,
): Promise<Release> => {
  clock.advance(1000);
  const { release } = await record(requestFor(tag, { app, claim }));
  for (const next of path[state] ?? [])
    await store.advance(release, next, {
      ...(next === 'committed'
        ? {
            commit: 'c0ffee',
            workloads: [],
            ...(previous === undefined ? {} : { previous: { tag: previous } }),
          }
        : {}),
    });
  return store.require(release);
};

describe('requestUndo', () => {
  it('undoes nothing else where it died after it had set the hold, and another release took the place', async () => {
    const setup = arrange();
    const { store, context, app } = setup;
    await released(setup, app, 'v1.0.0', 'healthy');
    await released(setup, app, 'v1.1.0', 'healthy');
    const next = await released(setup, app, 'v1.2.0', 'queued');
    const record = async () => {
      throw new TagboatError('store-unreachable', 'no answer');
    };
    const request = {
      ...{ app, environment: 'production', by: actor('slack:alice'), reason: given('it drops orders') },
      ...{ source: 'slack', delivery: 'd' },
    };
    await expect(requestUndo(request, { ...context, store: { ...store, record } })).rejects.toThrow(
      'no answer',
    );
    expect(await store.holds(app, 'production')).toMatchObject([{ tag: 'v1.1.0' }]);
    await store.advance(next, 'committed', { commit: 'c0ffee' });

    await expect(requestUndo(request, context)).rejects.toThrow(
      `v1.1.0 does not stand in ${app} production any more; v1.2.0 does`,
    );

    expect(await store.holds(app, 'production')).toEqual([]);
    expect((await store.list(app, 'production')).map(({ kind }) => kind)).not.toContain('undo');
  });

  it('goes back to the last healthy release, and holds the tag it undoes', async () => {
    const setup = arrange();
    await released(setup, setup.app, 'v1.0.0', 'healthy');
    await released(setup, setup.app, 'v1.1.0', 'failed');
    const bad = await released(setup, setup.app, 'v1.2.0', 'healthy');
    setup.clock.advance(1000);

    const { release, undone, created } = await setup.undo();

    expect({ tag: release.tag, kind: release.kind, undoes: release.undoes, created }).toEqual({
      tag: 'v1.0.0',
      kind: 'undo',
      undoes: bad.id,
      created: true,
    });
    expect(undone?.tag).toBe('v1.2.0');
    expect(await setup.store.holds(setup.app, 'production')).toMatchObject([
      { tag: 'v1.2.0', by: actor('slack:alice'), reason: given('it drops orders') },
    ]);
    // The registry is asked what the tag is now: no digest is pinned.
    expect(setup.sent.map(({ queue }) => queue)).toEqual(['images']);
  });

  it.each(['rolling-out', 'committed', 'failed'] as const)('undoes a release that is %s', async (state) => {
    const setup = arrange();
    await released(setup, setup.app, 'v1.0.0', 'healthy');
    await released(setup, setup.app, 'v1.1.0', state);

    expect((await setup.undo()).release.tag).toBe('v1.0.0');
  });

  it('goes back to what the manifests had before the first release', async () => {
    const setup = arrange();
    await released(setup, setup.app, 'v1.0.0', 'healthy', 'v0.9.0');

    expect((await setup.undo()).release.tag).toBe('v0.9.0');
  });

  it('goes back to the named tag, and lifts its hold', async () => {
    const setup = arrange();
    await released(setup, setup.app, 'v1.0.0', 'healthy');
    await released(setup, setup.app, 'v1.1.0', 'healthy');
    await setup.store.hold({
      app: setup.app,
      environment: 'production',
      tag: 'v0.5.0',
      by: actor('b'),
      reason: given('r'),
      createdAt: '',
    });

    expect((await setup.undo({ to: 'v0.5.0' })).release.tag).toBe('v0.5.0');
    expect((await setup.store.holds(setup.app, 'production')).map(({ tag }) => tag)).toEqual(['v1.1.0']);
  });

  it('lifts the hold of the named tag the second time where the function died before it could', async () => {
    const setup = arrange();
    const { app, store, context } = setup;
    await released(setup, app, 'v1.0.0', 'healthy');
    const hold = {
      app,
      environment: 'production',
      tag: 'v0.5.0',
      by: actor('b'),
      reason: given('r'),
      createdAt: '',
    };
    await store.hold(hold);
    const request = {
      ...{ app, environment: 'production', to: 'v0.5.0', by: actor('slack:alice'), reason: given('bad') },
      ...{ source: 'slack', delivery: 'the-same' },
    };
    const liftHold = () => Promise.reject(new Error('dead'));
    await expect(requestUndo(request, { ...context, store: { ...store, liftHold } })).rejects.toThrow('dead');

    await requestUndo(request, context);

    expect((await store.holds(app, 'production')).map(({ tag }) => tag)).toEqual(['v1.0.0']);
  });

  it('is one undo when two people ask at once', async () => {
    const setup = arrange();
    await released(setup, setup.app, 'v1.0.0', 'healthy');
    await released(setup, setup.app, 'v1.1.0', 'healthy');

    const answers = await Promise.all([setup.undo(), setup.undo({ by: actor('slack:bob') }), setup.undo()]);

    expect(new Set(answers.map(({ release }) => release.id)).size).toBe(1);
    expect(answers.filter(({ created }) => created)).toHaveLength(1);
  });

  it('is one undo when the second person asks while the first undo is under way', async () => {
    const setup = arrange();
    await released(setup, setup.app, 'v1.0.0', 'healthy');
    await released(setup, setup.app, 'v1.1.0', 'healthy');
    const first = await setup.undo();
    setup.clock.advance(5000);

    expect(await setup.undo({ by: actor('slack:bob') })).toMatchObject({
      created: false,
      release: { id: first.release.id },
    });
  });

  it('undoes an undo: what was healthy comes back, and is held no more', async () => {
    const setup = arrange();
    await released(setup, setup.app, 'v1.0.0', 'healthy');
    const undone = await released(setup, setup.app, 'v1.1.0', 'healthy');
    const { release: undo } = await setup.undo();
    await setup.store.advance(undone, 'undone', { undoneFrom: 'healthy' });
    for (const state of ['committed', 'rolling-out', 'healthy'] as const)
      await setup.store.advance(undo, state, { commit: 'c0ffee' });

    expect((await setup.undo()).release).toMatchObject({ tag: 'v1.1.0', undoes: undo.id });
    expect(await setup.store.holds(setup.app, 'production')).toEqual([]);
  });

  it('asks a second person whether the bad release shall really come back', async () => {
    const setup = arrange();
    await released(setup, setup.app, 'v1.0.0', 'healthy');
    const undone = await released(setup, setup.app, 'v1.1.0', 'healthy');
    const { release: undo } = await setup.undo();
    await setup.store.advance(undone, 'undone', { undoneFrom: 'healthy' });
    for (const state of ['committed', 'rolling-out', 'healthy'] as const)
      await setup.store.advance(undo, state, { commit: 'c0ffee' });
    setup.clock.advance(120_000);

    await expect(setup.undo({ by: actor('slack:bob') })).rejects.toThrow(
      `${setup.app} production was put back to v1.0.0 2 min ago; to bring v1.1.0 back, write /undo ${setup.app} production to v1.1.0`,
    );
    expect((await setup.undo({ by: actor('slack:bob'), to: 'v1.1.0' })).release.tag).toBe('v1.1.0');
  });

  it('never goes back to a tag that was undone, or is held', async () => {
    const setup = arrange();
    await released(setup, setup.app, 'v1.0.0', 'healthy');
    const bad = await released(setup, setup.app, 'v1.1.0', 'healthy');
    await setup.store.advance(bad, 'undone', { undoneFrom: 'healthy' });
    await released(setup, setup.app, 'v1.2.0', 'healthy');
    await setup.store.hold({
      app: setup.app,
      environment: 'production',
      tag: 'v1.2.0',
      by: actor('b'),
      reason: given('r'),
      createdAt: '',
    });
    await released(setup, setup.app, 'v1.3.0', 'failed');

    expect((await setup.undo()).release.tag).toBe('v1.0.0');
  });

  it('undoes what stands there, not the fix that still waits for its image', async () => {
    const setup = arrange();
    await released(setup, setup.app, 'v1.0.0', 'healthy');
    await released(setup, setup.app, 'v1.1.0', 'healthy');
    const fix = await released(setup, setup.app, 'v1.2.0', 'queued');
    await setup.store.advance(fix, 'waiting-for-image');

    expect((await setup.undo()).release.tag).toBe('v1.0.0');
    expect((await setup.store.holds(setup.app, 'production')).map(({ tag }) => tag)).toEqual(['v1.1.0']);
  });

  it('undoes what the config repo has, also where somebody changed the cluster by hand', async () => {
    const setup = arrange();
    await released(setup, setup.app, 'v1.0.0', 'healthy');
    const overtaken = await released(setup, setup.app, 'v1.1.0', 'rolling-out');
    await setup.store.advance(overtaken, 'superseded');

    expect((await setup.undo()).release).toMatchObject({ tag: 'v1.0.0', undoes: overtaken.id });
  });

  it('does not go back to what failed before, however it got there', async () => {
    const setup = arrange();
    await released(setup, setup.app, 'v1.1.0', 'failed', 'v1.0.0');
    await released(setup, setup.app, 'v1.2.0', 'failed', 'v1.1.0');

    expect((await setup.undo()).release.tag).toBe('v1.0.0');
  });

  it.each<[string, (setup: ReturnType<typeof arrange>) => Promise<unknown>]>([
    [
      'failed before it came to the cluster, and was healthy when it came again',
      async ({ app, store, record, clock }) => {
        const { release } = await record(requestFor('v1.1.0', { app, claim: 'too early' }));
        await store.advance(release, 'failed', { reason: { code: 'image-not-found', message: 'not there' } });
        clock.advance(1000);
      },
    ],
    [
      'failed in the cluster, and was healthy when it came again',
      async (setup) => released(setup, setup.app, 'v1.1.0', 'failed', undefined, 'first'),
    ],
  ])('goes back to what %s', async (_name, before) => {
    const setup = arrange();
    await released(setup, setup.app, 'v1.0.0', 'healthy');
    await before(setup);
    await released(setup, setup.app, 'v1.1.0', 'healthy');
    await released(setup, setup.app, 'v1.2.0', 'failed');

    expect((await setup.undo()).release.tag).toBe('v1.1.0');
  });

  it('holds an undo that turned out bad as well', async () => {
    const setup = arrange();
    await released(setup, setup.app, 'v0.9.0', 'healthy');
    await released(setup, setup.app, 'v1.0.0', 'healthy');
    const bad = await released(setup, setup.app, 'v1.1.0', 'failed');
    const { release: undo } = await setup.undo();
    await setup.store.advance(bad, 'undone', { undoneFrom: 'failed' });
    for (const state of ['committed', 'rolling-out', 'failed'] as const)
      await setup.store.advance(undo, state, { commit: 'c0ffee' });

    expect((await setup.undo()).release.tag).toBe('v0.9.0');
    const holds = await setup.store.holds(setup.app, 'production');
    expect(holds.map(({ tag }) => tag).toSorted()).toEqual(['v1.0.0', 'v1.1.0']);
  });

  it.each([
    ['nothing was ever released', [], {}, 'nothing-to-undo'],
    ['nothing healthy came before', [['v1.0.0', 'failed']], {}, 'nothing-to-undo'],
    ['the named tag is what stands there', [['v1.0.0', 'healthy']], { to: 'v1.0.0' }, 'command-invalid'],
    ['the named tag is none', [['v1.0.0', 'healthy']], { to: 'not a tag' }, 'command-invalid'],
    ['the environment is not configured', [], { environment: 'staging' }, 'environment-unknown'],
  ] as const)('says so when %s', async (_name, before, request, code) => {
    const setup = arrange();
    for (const [tag, state] of before) await released(setup, setup.app, tag, state);

    await expect(setup.undo(request)).rejects.toMatchObject({ code });
    expect(await setup.store.holds(setup.app, 'production')).toEqual([]);
    expect(setup.sent).toEqual([]);
  });
});
