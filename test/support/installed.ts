import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** Whether a program can be run; looked up and not tried, since a process costs more than many a test. */
export const isInstalled = (program: string): boolean => {
  const directories = isAbsolute(program) ? [''] : (process.env.PATH ?? '').split(delimiter);
  return directories.some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
};
