import type { Clock } from '../../../lib/clock.ts';

export type VirtualClock = Clock & {
  /** What the promise comes to, with as much time going by as that takes: from one timer to the next, and no real time. */
  run<T>(promise: Promise<T>): Promise<T>;
};

type Timer = { readonly at: number; readonly ring: () => void };

/** Everything that is ready to go on does so before this resolves. */
const quiet = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const virtualClock = (start = Date.parse('2026-11-23T12:00:00Z')): VirtualClock => {
  let now = start;
  const timers = new Set<Timer>();
  const sleep: Clock['sleep'] = (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason);
      const timer: Timer = {
        at: now + milliseconds,
        ring: () => {
          timers.delete(timer);
          resolve();
        },
      };
      timers.add(timer);
      signal?.addEventListener('abort', () => {
        timers.delete(timer);
        reject(signal.reason);
      });
    });
  const run: VirtualClock['run'] = async (promise) => {
    let isSettled = false;
    const settle = () => {
      isSettled = true;
    };
    promise.then(settle, settle);
    for (;;) {
      await quiet();
      if (isSettled) return promise;
      const next = [...timers].toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined) throw new Error('it waits for something that is no timer');
      now = Math.max(now, next.at);
      next.ring();
    }
  };
  return { now: () => now, sleep, run };
};
