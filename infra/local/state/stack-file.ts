import { rmSync } from 'node:fs';
import path from 'node:path';
import { atExit } from './at-exit.ts';
import { readJson, type StateDirectory, writePrivately } from './directory.ts';

/**
 * Writes down that a stack runs on this state directory, and where, for the commands that talk to it. Only who holds the
 * lock may.
 * @param config absolute path of the tagboat.yml that it runs; undefined: the example
 * @returns a function that removes it, where it is still this stack's
 */
export const writeStackFile = (
  state: StateDirectory,
  url: string,
  config: string | undefined,
): (() => void) => {
  const file = state.file('stack.json');
  writePrivately(file, `${JSON.stringify({ url, pid: process.pid, config }, null, 2)}\n`);
  return atExit(() => {
    const now = readStackFile(state.path);
    if (now?.pid === process.pid && now.url === url) rmSync(file, { force: true });
  });
};

/** The stack that runs on this state directory, as far as `stack.json` knows. */
export const readStackFile = (directory: string) => {
  const { url, pid, config } = readJson(path.join(directory, 'stack.json'));
  if (typeof url !== 'string' || typeof pid !== 'number') return undefined;
  return { url, pid, config: typeof config === 'string' ? config : undefined };
};
