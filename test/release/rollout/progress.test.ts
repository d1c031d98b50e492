import { expect, it } from 'vitest';
import type { RolloutProgress } from '../../../lib/cluster/watch/watch-rollout.ts';
import { createProgress } from '../../../lib/release/rollout/progress.ts';
import { createContext, requestFor } from '../support/context.ts';
import { memoryTable } from '../support/memory-table.ts';

const at = (message: string, phase: RolloutProgress['phase'] = 'rolling-out'): RolloutProgress => ({
  phase,
  message,
  workload: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'x' },
  updated: 0,
  available: 0,
  desired: 3,
});

/** A release that is rolling out, and a clock whose sleepers wake when they are told to. */
const arrange = async () => {
  const all = createContext(memoryTable());
  const sleepers: (() => void)[] = [];
  const clock = {
    ...all.clock,
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        sleepers.push(() => {
          all.clock.advance(ms);
          resolve();
        });
        signal?.addEventListener('abort', () => reject(signal.reason));
      }),
  };
  const { release } = await all.record(requestFor('v1.0.0'));
  await all.store.advance(release, 'committed', { commit: 'c0ffee' });
  const rolling = await all.store.advance(release, 'rolling-out');
  if (rolling === undefined) throw new Error('it does not roll');
  const written = async () => (await all.store.require(release)).progress;
  return {
    progress: createProgress(rolling, { ...all.context, clock }),
    written,
    told: () => all.sent.filter(({ body }) => body.type === 'state').length,
    /** Lets a second go by. */
    second: async (): Promise<void> => {
      await expect.poll(() => sleepers.length).toBe(1);
      sleepers.shift()?.();
    },
  };
};

it('writes the first at once, then the last of every second', async () => {
  const { progress, written, second } = await arrange();

  progress.note(at('one'));
  await expect.poll(written).toBe('one');
  progress.note(at('two'));
  progress.note(at('three'));
  progress.note(at('four'));
  expect(await written()).toBe('one');
  await second();

  await expect.poll(written).toBe('four');
  await progress.end();
});

it('has people told where the phase is another one, and otherwise every fifteen seconds', async () => {
  const { progress, written, told, second } = await arrange();
  const go = async (message: string, phase?: RolloutProgress['phase']): Promise<number> => {
    progress.note(at(message, phase));
    await expect.poll(written).toBe(message);
    await second();
    return told();
  };

  const counts = [await go('1'), await go('2', 'paused'), await go('3', 'paused')];
  for (let n = 4; n < 20; n++) counts.push(await go(String(n), 'paused'));

  expect(counts.slice(0, 3)).toEqual([0, 1, 1]);
  expect(counts.at(-1)).toBe(2);
  await progress.end();
});
