import { renameSync, statSync } from 'node:fs';
import { TagboatError } from '../../../lib/errors.ts';
import type { Logger } from '../../../lib/logger.ts';
import type { StateDirectory } from './directory.ts';
import { stateUnusable } from './unusable.ts';

/**
 * Opens a part of the state; where it is damaged (`local-state-damaged`), moves it aside and begins anew, so that the
 * next start works whatever the last one left, and nothing is thrown away. What has other reasons stays where it is.
 * @throws TagboatError `local-state-unusable`, and whatever `open` throws
 */
export const openOrMoveAside = async <T>(
  directory: string,
  logger: Logger,
  open: (directory: string) => Promise<T>,
): Promise<T> => {
  try {
    return await open(directory);
  } catch (error) {
    const unusable = error instanceof TagboatError ? undefined : stateUnusable(error, directory);
    if (unusable !== undefined) throw unusable;
    if (!(error instanceof TagboatError) || error.code !== 'local-state-damaged') throw error;
    if (statSync(directory, { throwIfNoEntry: false }) === undefined) throw error;
    moveAside(directory, logger, error);
    return open(directory);
  }
};

const moveAside = (file: string, logger: Logger, error: unknown): void => {
  const aside = `${file}.damaged-${Date.now()}`;
  renameSync(file, aside);
  logger.warn('a part of the state could not be read and was moved aside', { aside, error });
};

const directories = ['cluster', 'dynamodb', 'git', 'kms', 'registry', 'tls'];
const files = ['kubeconfig', 'queues.json', 'secrets.json', 'stack.json', 'log.jsonl'];

/** Moves aside what is a file and should be a directory, or the other way round. */
export const moveMisfitsAside = (state: StateDirectory, logger: Logger): void => {
  for (const name of [...directories, ...files]) {
    const entry = statSync(state.file(name), { throwIfNoEntry: false });
    if (entry === undefined || entry.isDirectory() === directories.includes(name)) continue;
    const kind = entry.isDirectory() ? 'a directory' : 'a file';
    moveAside(
      state.file(name),
      logger,
      new TagboatError('local-state-damaged', `${state.file(name)} is ${kind}`),
    );
  }
};
