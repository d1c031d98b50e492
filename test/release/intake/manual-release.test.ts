import { expect, it } from 'vitest';
import { TagboatError } from '../../../lib/errors.ts';
import {
  type ManualReleaseRequest,
  requestManualRelease,
} from '../../../lib/release/intake/manual-release.ts';
import { actor, given } from '../../support/records.ts';
import { createContext, requestFor } from '../support/context.ts';
import { memoryTable } from '../support/memory-table.ts';

const place = { app: 'okeydokey', environment: 'production' } as const;

const arrange = () => {
  const all = createContext(memoryTable());
  const ask = (request: Partial<ManualReleaseRequest> = {}, context = all.context) =>
    requestManualRelease(
      {
        ...place,
        tag: 'v1.0.0',
        by: actor('slack:alice'),
        source: 'slack',
        delivery: 'request-1',
        confirmed: false,
        ...request,
      },
      context,
    );
  const hold = (tag: string) =>
    all.store.hold({
      ...place,
      tag,
      by: actor('slack:bob'),
      reason: given('bad'),
      createdAt: new Date(all.clock.now()).toISOString(),
    });
  const list = () => all.store.list('okeydokey', 'production');
  return { ...all, ask, hold, list };
};

it('is one release for one request, and another for another', async () => {
  const { ask, list } = arrange();

  await Promise.all([ask(), ask(), ask()]);
  await ask();
  expect(await list()).toHaveLength(1);
  await ask({ delivery: 'request-2', tag: 'v1.1.0' });

  expect((await list()).map(({ tag }) => tag)).toEqual(['v1.1.0', 'v1.0.0']);
});

it('is a new release also where a hook has brought the same tag before', async () => {
  const { ask, list, record, store } = arrange();
  const { release } = await record(requestFor('v1.0.0', { claim: 'v1.0.0@' }));
  await store.advance(release, 'committed');
  await store.advance(release, 'undone');

  await ask();

  expect((await list()).map(({ byHand, state }) => [byHand, state])).toEqual([
    [true, 'queued'],
    [undefined, 'undone'],
  ]);
});

it('does nothing about a tag that is held until somebody says so', async () => {
  const { ask, hold, list, sent } = arrange();
  await hold('v1.0.0');

  expect(await ask()).toMatchObject({ type: 'held', hold: { tag: 'v1.0.0' } });
  expect([await list(), sent]).toEqual([[], []]);
  expect(await ask({ confirmed: true })).toMatchObject({ type: 'recorded', lifted: { tag: 'v1.0.0' } });
});

it('lifts the hold the second time where the function died before it could', async () => {
  const { ask, hold, store, context } = arrange();
  await hold('v1.0.0');
  const liftHold = () => Promise.reject(new TagboatError('store-unreachable', 'no answer'));
  await expect(ask({ confirmed: true }, { ...context, store: { ...store, liftHold } })).rejects.toMatchObject(
    { code: 'store-unreachable' },
  );

  await ask({ confirmed: true });

  expect(await store.holds('okeydokey', 'production')).toEqual([]);
});

it('is recorded although the queue does not answer', async () => {
  const { ask, context, store } = arrange();
  const checkImage = () => Promise.reject(new TagboatError('queue-unreachable', 'no answer'));

  const accepted = await ask({}, { ...context, jobs: { ...context.jobs, checkImage } });

  expect((await store.outbox.pending('images')).map(({ id }) => id)).toEqual([
    accepted.type === 'recorded' ? accepted.release.id : 'none',
  ]);
});

it('is refused where tagboat.yml does not have the place any more', async () => {
  await expect(arrange().ask({ environment: 'staging' })).rejects.toMatchObject({
    code: 'environment-unknown',
  });
});
