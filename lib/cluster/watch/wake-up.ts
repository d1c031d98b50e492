import type { Clock } from '../../clock.ts';

/** The longest delay of a timer; with more it fires at once. */
const longest = 2 ** 31 - 1;

/** Ends a wait. A trigger that comes while nothing waits is kept: the next wait ends at once. */
export const createWakeUp = (clock: Clock) => {
  let rung = false;
  let waiting: AbortController | undefined;
  return {
    trigger: (): void => {
      rung = true;
      waiting?.abort();
    },
    /** Until it is triggered, or for so many milliseconds (24 days at the most), or until the signal is aborted; never rejects. */
    wait: async (milliseconds: number, signal: AbortSignal): Promise<void> => {
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
