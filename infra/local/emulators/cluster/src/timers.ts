import type { Clock } from './clock.ts';

/** Work for later, on the clock that was handed in; all of it is dropped at once when the cluster closes. */
export type Timers = {
  /** Runs it after so many milliseconds; the answer cancels it. */
  after(milliseconds: number, run: () => void): () => void;
  close(): void;
};

export const createTimers = (clock: Clock, onError: (error: unknown) => void): Timers => {
  const pending = new Set<AbortController>();
  let closed = false;
  return {
    after: (milliseconds, run) => {
      const controller = new AbortController();
      if (closed) return () => {};
      pending.add(controller);
      const guarded = (): void => {
        pending.delete(controller);
        if (controller.signal.aborted) return;
        try {
          run();
        } catch (error) {
          onError(error);
        }
      };
      // The only rejection is the cancellation itself.
      clock.sleep(Math.max(0, milliseconds), controller.signal).then(guarded, () => {});
      return () => {
        pending.delete(controller);
        controller.abort();
      };
    },
    close: () => {
      closed = true;
      for (const controller of pending) controller.abort();
      pending.clear();
    },
  };
};
