import { describe, expect, it } from 'vitest';
import { reconcile } from '../../../lib/release/lifecycle/reconcile.ts';
import { maxResends, pickUpMs } from '../../../lib/release/queue/schedule.ts';
import { createContext, requestFor } from '../support/context.ts';
import { memoryTable } from '../support/memory-table.ts';

/** A release whose job was sent, and may be on its way. */
const arrange = async () => {
  const all = createContext(memoryTable());
  const { release } = await all.record(requestFor('v1.0.0'), 'images');
  const dueAt = all.clock.now() + pickUpMs;
  const put = (attempts: number, at = dueAt) => all.store.outbox.add('images', release, at, attempts);
  await put(0);
  return { ...all, release, dueAt, put, pending: () => all.store.outbox.pending('images') };
};

describe('what is not overdue', () => {
  it('is left to whoever works on it', async () => {
    const { context, sent } = await arrange();

    expect(await reconcile(context)).toMatchObject({ images: 0 });
    expect(sent).toEqual([]);
  });

  it('is sent at once where nothing runs, which is no attempt', async () => {
    const { context, sent, release, dueAt, pending } = await arrange();

    expect(await reconcile(context, { nothingRuns: true })).toMatchObject({ images: 1, givenUp: 0 });

    expect(sent).toMatchObject([
      { queue: 'images', body: { type: 'check-image', release: release.id, round: 0 } },
    ]);
    expect(await pending()).toMatchObject([{ dueAt, attempts: 0 }]);
  });

  it('is not given up where nothing runs, however often it was sent', async () => {
    const { context, put } = await arrange();
    await put(maxResends);

    expect(await reconcile(context, { nothingRuns: true })).toMatchObject({ images: 1, givenUp: 0 });
  });
});

it('counts an attempt, and gives up after so many, also where nothing runs', async () => {
  const { context, put, clock, pending, release, store } = await arrange();
  await put(maxResends - 1, clock.now());
  await reconcile(context, { nothingRuns: true });
  expect(await pending()).toMatchObject([{ attempts: maxResends }]);
  clock.advance(pickUpMs);

  expect(await reconcile(context, { nothingRuns: true })).toMatchObject({ givenUp: 1 });

  expect(await store.require(release)).toMatchObject({ state: 'failed', reason: { code: 'given-up' } });
});
