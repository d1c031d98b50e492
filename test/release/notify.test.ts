import { expect, it } from 'vitest';
import { TagboatError } from '../../lib/errors.ts';
import type { Notification, Notifier } from '../../lib/notifiers/notifier.ts';
import { notify } from '../../lib/release/notify.ts';
import { createContext, requestFor } from './support/context.ts';
import { memoryTable } from './support/memory-table.ts';

const arrange = async (send: () => Promise<void> = async () => {}) => {
  const all = createContext(memoryTable());
  const { release } = await all.record(requestFor('v1.0.0'));
  const told: Notification[] = [];
  const notifier: Notifier = {
    name: 'test',
    targets: (notification) => [
      {
        name: 'test:one',
        send: async () => {
          await send();
          told.push(notification);
        },
      },
    ],
  };
  const context = { ...all.context, notifiers: [notifier] };
  return { ...all, release, told, tell: (state: string) => notify(release, state, context) };
};

it('tells each target once of each state, however often the message comes', async () => {
  const { tell, told } = await arrange();

  await tell('healthy');
  await tell('healthy');
  await tell('failed');

  expect(told.map(({ state }) => state)).toEqual(['healthy', 'failed']);
});

it('is told again what could not be told', async () => {
  let fails = true;
  const { tell, told } = await arrange(async () => {
    if (fails) throw new TagboatError('notifier-failed', 'Slack did not answer');
  });
  await expect(tell('healthy')).rejects.toThrow('Slack did not answer');
  fails = false;

  await tell('healthy');

  expect(told).toHaveLength(1);
});

it('gives up on a target that refuses for good', async () => {
  let calls = 0;
  const { tell } = await arrange(async () => {
    calls += 1;
    throw new TagboatError('notifier-failed', 'channel_not_found', { retry: 'terminal' });
  });

  await tell('healthy');
  await tell('healthy');

  expect(calls).toBe(1);
});

it('waits for another invocation that is at it, and takes over when that one died', async () => {
  const { tell, told, release, store, clock } = await arrange();
  await store.take(release, 'test:one#healthy', 60_000);

  await expect(tell('healthy')).rejects.toMatchObject({ code: 'notifier-failed', retry: 'retryable' });
  clock.advance(60_001);
  await tell('healthy');

  expect(told).toHaveLength(1);
});

it('says where the commit can be looked at, and tells an earlier state without the reason of a later one', async () => {
  const { tell, told, release, store } = await arrange();
  await store.advance(release, 'committed', { commit: 'c0ffee' });
  await store.advance(release, 'failed', { reason: 'it crashes', code: 'crash-loop' });

  await tell('rolling-out');
  await tell('failed');

  expect(told.map(({ state, reason, commitUrl }) => ({ state, reason, commitUrl }))).toEqual([
    { state: 'rolling-out', reason: undefined, commitUrl: 'https://git.example.com/o/commit/c0ffee' },
    { state: 'failed', reason: 'it crashes', commitUrl: 'https://git.example.com/o/commit/c0ffee' },
  ]);
});
