/** How many run, and how many wait for that, at the same time. */
export type Concurrency = { readonly running: number; readonly waiting: number };

/**
 * Runs so many at the same time, in the order of their coming, and refuses what comes while too many wait. Lambda would
 * start another environment for each; here they share one process, in which a hundred at once would all be slow together.
 * @param refuse what is answered to those for which there is no room
 */
export const atMost = <A, R>(limit: Concurrency, run: (argument: A) => Promise<R>, refuse: () => R) => {
  let running = 0;
  let isClosed = false;
  const waiting: { readonly begin: () => void; readonly ended: Promise<void> }[] = [];
  return {
    run: async (argument: A): Promise<R> => {
      if (isClosed || (running >= limit.running && waiting.length >= limit.waiting)) return refuse();
      const { promise: ended, resolve: end } = Promise.withResolvers<void>();
      if (running < limit.running) running += 1;
      // The one that ends hands its place on, so that one that comes meanwhile does not take it.
      else await new Promise<void>((begin) => waiting.push({ begin, ended }));
      try {
        return isClosed ? refuse() : await run(argument);
      } finally {
        const next = waiting.shift();
        if (next === undefined) running -= 1;
        else next.begin();
        end();
      }
    },
    /** Resolves once what waits now has run; at once where nothing waits. */
    caughtUp: async (): Promise<void> => waiting.at(-1)?.ended,
    /** From now on everything is refused, what waits included. */
    close: (): void => {
      isClosed = true;
      for (const { begin } of waiting.splice(0)) begin();
    },
  };
};
