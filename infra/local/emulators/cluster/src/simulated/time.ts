import type { Clock } from '../clock.ts';

/**
 * A clock whose time stands still, but for when it is let go by: then it goes from one timer to the next, each time
 * after all that could be done without it has been done. However slow the machine is, nothing comes too late.
 */
export type SimulatedTime = {
  readonly clock: Clock;
  /**
   * Lets time go by until the promise is settled, which must not wait for anything outside of this process.
   * @param atMost milliseconds; once they have gone by, time stands still again
   */
  run<T>(promise: Promise<T>, atMost?: number): Promise<T>;
  close(): void;
};

type Timer = { readonly at: number; readonly ring: () => void };

/** What is ready to go on does so before this resolves, and what that makes ready as well. */
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

/**
 * @param activity of those who work without timers: `busy` as long as they have not finished, `count` goes up with what
 *   they begin
 */
export const createSimulatedTime = (
  activity: () => { readonly busy: boolean; readonly count: number },
  start = Date.parse('2026-11-23T10:00:00Z'),
): SimulatedTime => {
  const timers = new Set<Timer>();
  let now = start;
  let slept = 0;
  let closed = false;
  /** Up to when time may go by, of each that lets it. */
  const limits = new Set<{ readonly until: number }>();
  let wake = Promise.withResolvers<void>();
  const changed = (): void => {
    wake.resolve();
    wake = Promise.withResolvers();
  };

  const sleep: Clock['sleep'] = (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason);
      slept += 1;
      const onAbort = (): void => {
        timers.delete(timer);
        reject(signal?.reason);
      };
      const timer: Timer = {
        at: now + Math.max(0, milliseconds),
        ring: () => {
          timers.delete(timer);
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      timers.add(timer);
      changed();
    });

  const first = (): Timer | undefined => {
    let found: Timer | undefined;
    for (const timer of timers) if (found === undefined || timer.at < found.at) found = timer;
    return found;
  };
  const due = (): Timer | undefined => {
    const timer = first();
    const until = Math.max(now, ...[...limits].map((limit) => limit.until));
    return timer !== undefined && timer.at <= until ? timer : undefined;
  };
  const quiet = async (): Promise<void> => {
    for (;;) {
      const before = activity().count + slept;
      await turns();
      const { busy, count } = activity();
      if (closed || (!busy && count + slept === before)) return;
    }
  };
  const go = async (): Promise<void> => {
    while (!closed) {
      const next = wake.promise;
      if (due() === undefined) {
        await next;
        continue;
      }
      await quiet();
      const timer = due();
      if (timer === undefined || closed) continue;
      now = Math.max(now, timer.at);
      timer.ring();
    }
  };
  void go();

  return {
    clock: { now: () => now, sleep },
    run: async (promise, atMost = Number.POSITIVE_INFINITY) => {
      const limit = { until: now + atMost };
      limits.add(limit);
      changed();
      try {
        return await promise;
      } finally {
        limits.delete(limit);
      }
    },
    close: () => {
      closed = true;
      changed();
    },
  };
};
