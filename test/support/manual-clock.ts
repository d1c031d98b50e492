import type { Clock } from '../../lib/clock.ts';

export type ManualClock = Clock & {
  /** Lets so many milliseconds go by, at once: who sleeps until then wakes up. */
  advance(milliseconds: number): void;
};

/** A clock that stands still until it is told otherwise. */
export const manualClock = (start = Date.parse('2026-11-23T12:00:00Z')): ManualClock => {
  let now = start;
  const sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();
  return {
    now: () => now,
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason);
        if (milliseconds <= 0) return resolve();
        const sleeper = {
          until: now + milliseconds,
          wake: () => {
            sleepers.delete(sleeper);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        });
      }),
    advance: (milliseconds) => {
      const end = now + milliseconds;
      const due = [...sleepers].filter(({ until }) => until <= end).sort((a, b) => a.until - b.until);
      for (const { until, wake } of due) {
        now = until;
        wake();
      }
      now = end;
    },
  };
};
