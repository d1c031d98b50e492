import { rmSync } from 'node:fs';
import { TagboatError } from '../../../lib/errors.ts';
import { readStackFile, type StateDirectory, writePrivately } from './state.ts';

/**
 * Writes down that a stack runs on this state directory, and where.
 * @throws TagboatError `local-state-busy` where one that answers has done so already
 * @returns a function that takes it back
 */
export const claimState = async (
  state: StateDirectory,
  url: string,
  config: string | undefined,
): Promise<() => void> => {
  const other = readStackFile(state.path);
  if (other !== undefined && other.url !== url && (await answers(other.url, state.path)))
    throw new TagboatError(
      'local-state-busy',
      `a local stack runs at ${other.url} with the state in ${state.path}`,
    );
  const file = state.file('stack.json');
  writePrivately(file, `${JSON.stringify({ url, pid: process.pid, config }, null, 2)}\n`);
  return () => rmSync(file, { force: true });
};

/** True where a stack on that very directory is up; a process id alone may long belong to somebody else. */
const answers = async (url: string, directory: string): Promise<boolean> => {
  try {
    const response = await fetch(new URL('/healthz', url), { signal: AbortSignal.timeout(1000) });
    const body: unknown = await response.json();
    return typeof body === 'object' && body !== null && 'state' in body && body.state === directory;
  } catch {
    return false;
  }
};
