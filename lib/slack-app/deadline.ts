import type { Clock } from '../clock.ts';

/** What a promise comes to that has not settled when the time is over. */
export const late = Symbol('late');
export type Late = typeof late;

/** The time in which a request has to be answered. */
export type Turn = {
  /** True where there is time for more than to put the request on record. */
  readonly hasTime: boolean;
  /** What the promise comes to, or `late` when the answer has to leave. */
  within<T>(promise: Promise<T>): Promise<T | Late>;
  /** The same, with so little patience that time is left for another way. */
  shortly<T>(promise: Promise<T>): Promise<T | Late>;
  readonly isOver: () => boolean;
  /** Once the answer is there. Nothing may be started after that. */
  end(): void;
};

/** Even a request that comes too late is given so much, in milliseconds: it has to be put on record. */
const atLeastMs = 800;
/** Patience with one of the parts, in milliseconds, where there is time. */
const patienceMs = 600;

/** @param deadline milliseconds since 1970 */
export const createTurn = (deadline: number, clock: Clock): Turn => {
  const left = deadline - clock.now();
  const hasTime = left >= atLeastMs;
  const budget = Math.max(left, atLeastMs);
  const timers = new AbortController();
  const after = (ms: number): Promise<Late> =>
    clock.sleep(ms, timers.signal).then(
      () => late,
      () => late,
    );
  let isOver = false;
  const over = after(budget).finally(() => {
    isOver = true;
  });
  return {
    hasTime,
    within: (promise) => Promise.race([promise, over]),
    shortly: (promise) => Promise.race([promise, over, after(Math.min(patienceMs, budget / 4))]),
    isOver: () => isOver,
    end: () => {
      isOver = true;
      timers.abort();
    },
  };
};
