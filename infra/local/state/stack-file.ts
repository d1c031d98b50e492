import { rmSync } from 'node:fs';
import path from 'node:path';
import { mapping } from '../../../lib/mapping.ts';
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
  const file = fileIn(state.path);
  writePrivately(file, `${JSON.stringify({ url, pid: process.pid, config }, null, 2)}\n`);
  return atExit(() => {
    const now = readStackFile(state.path);
    if (now?.pid === process.pid && now.url === url) rmSync(file, { force: true });
  });
};

/**
 * Adds what the commands that talk to this stack sign with: they run in another environment, which may not have what `env:…` in
 * its tagboat.yml means. Only its owner can read the file, and it goes with the stack.
 */
export const writeStackSecrets = (state: StateDirectory, secrets: StackSecrets): void => {
  const file = fileIn(state.path);
  writePrivately(file, `${JSON.stringify({ ...readJson(file), secrets }, null, 2)}\n`);
};

/** By slot: `slack/signingSecret`. */
type StackSecrets = Readonly<Record<string, string>>;

const fileIn = (directory: string): string => path.join(directory, 'stack.json');

export type RunningStack = NonNullable<ReturnType<typeof readStackFile>>;

/** The stack that runs on this state directory, as far as `stack.json` knows. */
export const readStackFile = (directory: string) => {
  const { url, pid, config, secrets } = readJson(fileIn(directory));
  if (typeof url !== 'string' || typeof pid !== 'number') return undefined;
  const texts = Object.entries(mapping(secrets)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return {
    url,
    pid,
    config: typeof config === 'string' ? config : undefined,
    secrets: Object.fromEntries(texts) satisfies StackSecrets,
  };
};
