import type { Clock } from '../../clock.ts';

/** Wakes the one that waits. A ring while nobody waits is not lost: the next wait ends at once. */
export type WakeUp = {
  trigger(): void;
  /** Until the wakeUp rings, or for so many milliseconds (24 days at the most), or until the signal is aborted; never rejects. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
};

/** What timers take; with more they fire at once. */
const longest = 2 ** 31 - 1;

export const createWakeUp = (clock: Clock): WakeUp => {
  let rung = false;
  let waiting: AbortController | undefined;
  return {
    trigger: () => {
      rung = true;
      waiting?.abort();
    },
    wait: async (milliseconds, signal) => {
      if (!rung && milliseconds > 0) {
        waiting = new AbortController();
        await clock
          .sleep(Math.min(milliseconds, longest), AbortSignal.any([signal, waiting.signal]))
          .catch(() => undefined);
        waiting = undefined;
      }
      rung = false;
    },
  };
};
