import type { Clock } from '../clock.ts';

/** Wakes the one that waits. A ring while nobody waits is not lost: the next wait ends at once. */
export type Bell = {
  ring(): void;
  /** Until the bell rings, or for so many milliseconds, or until the signal is aborted; never rejects. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
};

export const createBell = (clock: Clock): Bell => {
  let rung = false;
  let waiting: AbortController | undefined;
  return {
    ring: () => {
      rung = true;
      waiting?.abort();
    },
    wait: async (milliseconds, signal) => {
      if (!rung && milliseconds > 0) {
        waiting = new AbortController();
        await clock.sleep(milliseconds, AbortSignal.any([signal, waiting.signal])).catch(() => undefined);
        waiting = undefined;
      }
      rung = false;
    },
  };
};
