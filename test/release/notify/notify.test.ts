import { describe, expect, it } from 'vitest';
import { TagboatError } from '../../../lib/errors.ts';
import type { Memory, Notifier } from '../../../lib/notifiers/notifier.ts';
import type { Release } from '../../../lib/release/model/release.ts';
import { notify } from '../../../lib/release/notify/notify.ts';
import type { ReleaseView } from '../../../lib/view/release.ts';
import { actor } from '../../support/records.ts';
import { createContext, requestFor } from '../support/context.ts';
import { memoryTable } from '../support/memory-table.ts';

type Tell = Notifier['tell'];
const remembers =
  (told: ReleaseView[]): Tell =>
  async (release, _recipients, memory, remember) => {
    told.push(release);
    remember({ times: Number(memory?.times ?? 0) + 1 });
  };

const arrange = async (...tells: readonly Tell[]) => {
  const all = createContext(memoryTable());
  const { release } = await all.record(requestFor('v1.0.0'));
  const told: ReleaseView[] = [];
  const notifiers = (tells.length === 0 ? [remembers(told)] : tells).map(
    (tell, index): Notifier => ({ name: `test-${index}`, concerns: () => true, tell }),
  );
  const context = { ...all.context, notifiers };
  /** Everything the last turn remembered. */
  const memory = async (name = 'test-0'): Promise<Memory | undefined | 'busy'> => {
    const lease = await all.store.leaseNotifications(release, name, 0);
    return lease.type === 'busy' ? 'busy' : (lease.state.memory as Memory | undefined);
  };
  return { ...all, context, release, told, memory, tell: (key = release) => notify(key, context) };
};

describe('notify', () => {
  it('tells of the release as it is now, and hands back what was remembered', async () => {
    const { tell, told, release, store, memory } = await arrange();

    await tell();
    await store.advance(release, 'committed', { commit: 'c0ffee' });
    await store.advance(release, 'rolling-out');
    await tell();

    expect(told.map(({ state }) => state)).toEqual(['queued', 'rolling-out']);
    expect(await memory()).toEqual({ times: 2 });
  });

  it('says nothing of what is not on record, or concerns nobody', async () => {
    const { tell, told, context, release } = await arrange();
    const nobody = { ...context.notifiers[0], concerns: () => false } as Notifier;

    await tell({ ...release, id: '01KARV00000000000000000000' });
    await notify(release, { ...context, notifiers: [nobody] });

    expect(told).toEqual([]);
  });

  it('comes back where somebody could not be told now; whoever was told is not told again', async () => {
    let isDown = true;
    const { tell, memory } = await arrange(async (_release, _recipients, given, remember) => {
      if (given?.first !== true) remember({ first: true });
      if (isDown) throw new TagboatError('notifier-failed', 'Slack did not answer');
      remember({ ...given, second: true });
    }, remembers([]));

    await expect(tell()).rejects.toThrow('Slack did not answer');
    expect([await memory(), await memory('test-1')]).toEqual([{ first: true }, { times: 1 }]);
    isDown = false;
    await tell();

    expect(await memory()).toEqual({ first: true, second: true });
  });

  it('does not come back where nobody could be told ever, and keeps what was remembered', async () => {
    const { tell, memory } = await arrange(async (_release, _recipients, _memory, remember) => {
      remember({ said: 'something' });
      throw new TagboatError('notifier-failed', 'channel_not_found', { retry: 'terminal' });
    });

    await tell();

    expect(await memory()).toEqual({ said: 'something' });
  });

  it('waits for whoever is at it, and then tells what is true by then', async () => {
    const { context, told, release, store } = await arrange();
    const other = await store.leaseNotifications(release, 'test-0', 60_000);
    let naps = 0;
    const sleep = async () => {
      naps += 1;
      if (naps < 3) return;
      await store.advance(release, 'skipped', { reason: { code: 'held', message: 'held' } });
      if (other.type === 'acquired') await other.giveBack({ memory: { times: 7 } });
    };

    await notify(release, { ...context, clock: { ...context.clock, sleep } });

    expect(told).toMatchObject([{ state: 'skipped', reason: { message: 'held' } }]);
    expect(naps).toBe(3);
  });

  it('goes back to the queue where the other one takes long, and takes over once that one must have died', async () => {
    const { tell, told, release, store, clock } = await arrange();
    await store.leaseNotifications(release, 'test-0', 60_000);

    await expect(tell()).rejects.toMatchObject({ code: 'notifier-failed', retry: 'retryable' });
    clock.advance(60_001);
    await tell();

    expect(told).toHaveLength(1);
  });

  it('tells one after the other however many jobs come at once', async () => {
    let atOnce = 0;
    let most = 0;
    const { tell, memory } = await arrange(async (_release, _recipients, given, remember) => {
      most = Math.max(most, ++atOnce);
      await Promise.resolve();
      remember({ times: Number(given?.times ?? 0) + 1 });
      atOnce -= 1;
    });

    await Promise.all(Array.from({ length: 5 }, () => tell()));

    expect([most, await memory()]).toEqual([1, { times: 5 }]);
  });
});

describe('the notification', () => {
  const undoing = async () => {
    const all = await arrange();
    const { store, release, record, clock } = all;
    await store.advance(release, 'committed', { commit: 'c0ffee', previous: { tag: 'v0.9.0' } });
    await store.advance(release, 'rolling-out', {
      workloads: [{ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'x' }],
    });
    clock.advance(90_000);
    await store.advance(release, 'healthy');
    const undo = async (undoes: Release, claim: string, holdsUndone = true) => {
      clock.advance(1000);
      const requestedBy = actor('slack:U024BE7LH');
      return (
        await record(
          requestFor('v0.9.0', { kind: 'undo', holdsUndone, undoes: undoes.id, claim, requestedBy }),
        )
      ).release;
    };
    const of = async (key: Release) => {
      await all.tell(key);
      return all.told.at(-1);
    };
    return { ...all, undo, of };
  };

  it('says where commit and changes can be looked at, when it was, and that it stands', async () => {
    const { of, release } = await undoing();

    expect(await of(release)).toMatchObject({
      commitUrl: 'https://git.example.com/o/commit/c0ffee',
      diffUrl: 'https://github.com/devops-with-kubernetes/okeydokey/compare/v0.9.0...v1.0.0',
      startedAt: Date.parse('2026-11-23T12:00:00Z'),
      endedAt: Date.parse('2026-11-23T12:01:30Z'),
      offers: ['undo'],
      undoneTag: undefined,
    });
  });

  it('shows what an undo takes away, which a comparison the other way round would not', async () => {
    const { of, release, undo, store } = await undoing();
    const putBack = await undo(release, 'undo');
    await store.amend(putBack, ['queued'], { previous: { tag: 'v1.0.0' } });

    expect(await of(putBack)).toMatchObject({
      diffUrl: 'https://github.com/devops-with-kubernetes/okeydokey/compare/v0.9.0...v1.0.0',
    });
  });

  it('says who undid it, and that it stands no more', async () => {
    const { of, release, undo, store } = await undoing();
    const putBack = await undo(release, 'undo');
    await store.advance(release, 'undone', { undoneFrom: 'healthy' });

    expect(await of(release)).toMatchObject({
      state: 'undone',
      undoneBy: actor('slack:U024BE7LH'),
      offers: [],
    });
    expect(await of(putBack)).toMatchObject({ isUndo: true, undoneTag: 'v1.0.0' });
  });

  it('names no tag as taken away by an undo that came to nothing, or that brings back what an undo took away', async () => {
    const { of, release, undo, store } = await undoing();
    const failed = await undo(release, 'one');
    await store.advance(failed, 'failed');
    const first = await undo(release, 'two');
    const second = await undo(first, 'three', false);

    expect([await of(failed), await of(first), await of(second)].map((one) => one?.undoneTag)).toEqual([
      undefined,
      'v1.0.0',
      undefined,
    ]);
  });
});
