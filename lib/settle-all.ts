/**
 * Waits for all of them, also where one fails, and only then throws the first failure. A function that returned while
 * some of its work was still going on would be frozen, and that work would go on in a later invocation.
 */
export const settleAll = async <T>(promises: Iterable<Promise<T>>): Promise<T[]> => {
  const all = [...promises];
  await Promise.allSettled(all);
  return Promise.all(all);
};
