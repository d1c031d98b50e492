import { rmSync } from 'node:fs';
import { atExit } from './at-exit.ts';
import { readStackFile, type StateDirectory, writePrivately } from './state.ts';

/**
 * Writes down that a stack runs on this state directory, and where. Whoever calls it holds the lock.
 * @returns a function that takes it back, where it is still ours
 */
export const claimState = (state: StateDirectory, url: string, config: string | undefined): (() => void) => {
  const file = state.file('stack.json');
  writePrivately(file, `${JSON.stringify({ url, pid: process.pid, config }, null, 2)}\n`);
  return atExit(() => {
    const now = readStackFile(state.path);
    if (now?.pid === process.pid && now.url === url) rmSync(file, { force: true });
  });
};
