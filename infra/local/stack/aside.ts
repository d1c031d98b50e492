import { existsSync, renameSync } from 'node:fs';
import { TagboatError } from '../../../lib/errors.ts';
import type { Logger } from '../../../lib/logger.ts';

/**
 * Opens a part of the state; where it is damaged, moves it aside and begins anew, so that the next start works whatever
 * the last one left, and nothing is thrown away.
 */
export const openOrMoveAside = async <T>(
  directory: string,
  logger: Logger,
  open: (directory: string) => Promise<T>,
): Promise<T> => {
  try {
    return await open(directory);
  } catch (error) {
    if (error instanceof TagboatError && error.code !== 'local-state-damaged') throw error;
    if (!existsSync(directory)) throw error;
    const aside = `${directory}.damaged-${Date.now()}`;
    renameSync(directory, aside);
    logger.warn('a part of the state could not be read and was moved aside', { aside, error });
    return open(directory);
  }
};
