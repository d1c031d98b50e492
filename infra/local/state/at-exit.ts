const pending = new Set<() => void>();

const runAll = (): void => {
  for (const undo of [...pending].reverse()) undo();
};

/**
 * Sees to it that something is undone, at the latest when the process ends in whatever way it still can run code: an
 * uncaught error, or a shutdown that ran out of patience.
 * @param undo must not wait for anything
 * @returns a function that undoes it now
 */
export const atExit = (undo: () => void): (() => void) => {
  if (pending.size === 0) process.once('exit', runAll);
  const run = (): void => {
    if (!pending.delete(run)) return;
    if (pending.size === 0) process.off('exit', runAll);
    undo();
  };
  pending.add(run);
  return run;
};
