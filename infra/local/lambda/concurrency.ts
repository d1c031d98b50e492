/** How many run, and how many wait for that, at the same time. */
export type Concurrency = { readonly running: number; readonly waiting: number };

/**
 * Runs so many at the same time, in the order of their coming, and refuses what comes while too many wait. Lambda would
 * start another environment for each; here they share one process, in which a hundred at once would all be slow together.
 * @param refuse what is answered to those for which there is no room
 */
export const atMost = <A, R>(
  limit: Concurrency,
  run: (argument: A) => Promise<R>,
  refuse: () => R,
): ((argument: A) => Promise<R>) => {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (argument) => {
    if (running < limit.running) running += 1;
    else if (waiting.length >= limit.waiting) return refuse();
    // The one that ends hands its place on, so that one that comes meanwhile does not take it.
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await run(argument);
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
};
