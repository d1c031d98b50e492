import type { Clock } from '../../../lib/clock.ts';

/** Says how long something took, for a person to read: nothing is decided by it. */
export const stopwatch = (clock: Clock) => {
  const start = clock.now();
  return { seconds: (): string => ((clock.now() - start) / 1000).toFixed(1) };
};
