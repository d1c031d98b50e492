/**
 * Runs at most so many at the same time; the others wait for their turn. Lambda would start another environment for each;
 * here they share one process, in which a hundred at once would all be slow, and time out, together.
 */
export const atMost = <A, R>(
  limit: number,
  run: (argument: A) => Promise<R>,
): ((argument: A) => Promise<R>) => {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (argument) => {
    // The one that ends hands its place on, so that one that comes meanwhile does not take it.
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await run(argument);
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
};
