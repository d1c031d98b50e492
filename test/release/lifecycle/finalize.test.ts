import { describe, expect, it } from 'vitest';
import { TagboatError } from '../../../lib/errors.ts';
import { fail, finalize } from '../../../lib/release/lifecycle/finalize.ts';
import type { Release, ReleasePatch } from '../../../lib/release/model/release.ts';
import { requestUndo, withUndo } from '../../../lib/release/undo/request-undo.ts';
import type { ReleaseState } from '../../../lib/view/release.ts';
import { actor, given } from '../../support/records.ts';
import { configWith, createContext, requestFor } from '../support/context.ts';
import { memoryTable } from '../support/memory-table.ts';

const place = { app: 'okeydokey', environment: 'production' } as const;

const arrange = (onFailure: 'undo' | 'notify' = 'undo') => {
  const all = createContext(memoryTable(), configWith({ onFailure }));
  const { store, record, clock, context } = all;
  /** Brings a release into the states, one after the other. */
  const released = async (
    tag: string,
    states: readonly ReleaseState[],
    patch: ReleasePatch = {},
  ): Promise<Release> => {
    clock.advance(1000);
    const { release } = await record(requestFor(tag, { claim: tag }));
    for (const state of states)
      await store.advance(release, state, {
        ...(state === 'failed' ? { diagnosis: [] } : {}),
        ...patch,
        ...(state === 'committed' ? { commit: 'c0ffee' } : {}),
      });
    return store.require(release);
  };
  const undos = async () =>
    (await store.list('okeydokey', 'production')).filter(({ kind }) => kind === 'undo');
  const undo = (to?: string) =>
    requestUndo(
      { ...place, by: actor('slack:alice'), reason: given('bad'), source: 'slack', delivery: `d-${to}`, to },
      context,
    );
  return { ...all, released, undos, undo };
};

const healthy = ['committed', 'rolling-out', 'healthy'] as const;
const failed = ['committed', 'rolling-out', 'failed'] as const;

describe('a release that has ended', () => {
  it.each(['healthy', 'failed', 'skipped', 'superseded'] as const)(
    'is told, and owed nothing any more: %s',
    async (state) => {
      const { released, context, store, sent } = arrange('notify');
      const release = await released('v1.0.0', [state === 'skipped' ? 'skipped' : 'committed']);
      for (const next of ['rolling-out', state] as const) await store.advance(release, next);
      await store.outbox.add('rollouts', release, 0);
      await store.outbox.add(`work#${release.group}`, release, 0);

      await finalize(await store.require(release), context);

      expect(sent.map(({ queue, body }) => [queue, body.state])).toEqual([['notifications', state]]);
      expect([
        await store.outbox.pending('rollouts'),
        await store.outbox.pending(`work#${release.group}`),
      ]).toEqual([[], []]);
    },
  );
});

describe('onFailure: undo', () => {
  it('records one undo, however often it is concluded', async () => {
    const { released, context, undos, store } = arrange();
    await released('v1.0.0', healthy);
    const bad = await released('v1.1.0', failed, { reason: { code: 'crash-loop', message: 'it crashes' } });

    await Promise.all([finalize(bad, context), finalize(bad, context)]);
    await finalize(bad, context);

    expect(await undos()).toMatchObject([
      { tag: 'v1.0.0', undoes: bad.id, source: 'tagboat', requestedBy: actor('tagboat:onFailure') },
    ]);
    expect(await store.holds('okeydokey', 'production')).toMatchObject([
      { tag: 'v1.1.0', reason: { code: 'rollout-failed', message: 'it crashes' } },
    ]);
  });

  it.each<[string, (harness: ReturnType<typeof arrange>) => Promise<Release>]>([
    ['was never written', ({ released }) => released('v1.1.0', ['failed'])],
    [
      'another release has taken the place of',
      async ({ released }) => {
        const bad = await released('v1.1.0', failed);
        await released('v1.2.0', ['committed']);
        return bad;
      },
    ],
    [
      'is somewhere that tagboat.yml does not have any more',
      async ({ released }) => ({ ...(await released('v1.1.0', failed)), environment: 'staging' }),
    ],
  ])('does not undo what %s, and says how it ended', async (_name, arrangeBad) => {
    const harness = arrange();
    await harness.released('v1.0.0', healthy);
    const bad = await arrangeBad(harness);

    await finalize(bad, harness.context);

    expect(await harness.undos()).toEqual([]);
    expect(harness.sent).toMatchObject([{ queue: 'notifications', body: { release: bad.id } }]);
  });

  it('takes its hold back where it died before it had recorded the undo, and another release took its place', async () => {
    const { released, context, undos, store } = arrange();
    await released('v1.0.0', healthy);
    const bad = await released('v1.1.0', failed);
    const record = async () => {
      throw new TagboatError('store-unreachable', 'no answer');
    };
    const dying = withUndo({ ...context, store: { ...store, record } });
    await expect(finalize(bad, dying)).rejects.toThrow('no answer');
    expect(await store.holds('okeydokey', 'production')).toMatchObject([{ tag: 'v1.1.0' }]);
    await released('v1.2.0', ['committed']);

    await finalize(bad, context);

    expect(await undos()).toEqual([]);
    expect(await store.holds('okeydokey', 'production')).toEqual([]);
  });

  it('says how it ended also where there is nothing to go back to', async () => {
    const { released, context, undos, sent } = arrange();
    const bad = await released('v1.0.0', failed);

    await finalize(bad, context);

    expect([(await undos()).length, sent.length]).toEqual([0, 1]);
  });

  it('leaves it to whoever is undoing it already', async () => {
    const { released, context, undos, undo } = arrange();
    await released('v0.9.0', healthy);
    await released('v1.0.0', healthy);
    const bad = await released('v1.1.0', failed);
    await undo('v0.9.0');

    await finalize(bad, context);

    expect((await undos()).map(({ tag }) => tag)).toEqual(['v0.9.0']);
  });

  it('is tried again where the table does not answer', async () => {
    const { released, context } = arrange();
    await released('v1.0.0', healthy);
    const bad = await released('v1.1.0', failed);
    const hold = () => Promise.reject(new TagboatError('store-unreachable', 'no answer'));

    const failing = withUndo({ ...context, store: { ...context.store, hold } });
    await expect(finalize(bad, failing)).rejects.toMatchObject({
      code: 'store-unreachable',
    });
  });

  it('does nothing where the environment does not want it', async () => {
    const { released, context, undos } = arrange('notify');
    await released('v1.0.0', healthy);

    await finalize(await released('v1.1.0', failed), context);

    expect(await undos()).toEqual([]);
  });
});

describe('an undo that fails', () => {
  const fault = new TagboatError('image-not-found', 'the registry has no such tag');

  it('gives back the tag that it held, where it was never written', async () => {
    const { released, context, undo, store, undos } = arrange();
    await released('v1.0.0', healthy);
    await released('v1.1.0', healthy);
    const { release } = await undo('v0.5.0');
    expect(await store.holds('okeydokey', 'production')).toHaveLength(1);

    await fail(release, fault, context);
    await fail(release, fault, context);

    expect(await store.require(release)).toMatchObject({
      state: 'failed',
      reason: { code: 'image-not-found' },
    });
    expect(await store.holds('okeydokey', 'production')).toEqual([]);
    expect(await undos()).toHaveLength(1);
  });

  it.each([
    ['of somebody', 'v1.1.0'],
    ['of everything', '*'],
  ])('takes nothing from the hold %s', async (_name, tag) => {
    const { released, context, undo, store } = arrange();
    await released('v1.1.0', healthy);
    await store.hold({ ...place, tag, by: actor('slack:bob'), reason: given('mine'), createdAt: '' });
    const { release } = await undo('v0.5.0');

    await fail(release, fault, context);

    expect(await store.holds('okeydokey', 'production')).toMatchObject([{ tag, reason: given('mine') }]);
  });

  it('keeps the tag away where the config repo has the old one, and is not undone itself', async () => {
    const { released, context, undo, store, undos } = arrange();
    await released('v1.0.0', healthy);
    await released('v1.1.0', healthy);
    const { release } = await undo();
    for (const state of ['committed', 'rolling-out'] as const)
      await store.advance(release, state, { commit: 'c0ffee' });

    await fail(release, fault, context);

    expect(await store.holds('okeydokey', 'production')).toMatchObject([{ tag: 'v1.1.0' }]);
    expect(await undos()).toHaveLength(1);
  });
});
