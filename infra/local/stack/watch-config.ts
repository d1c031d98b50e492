import { readFileSync, watch } from 'node:fs';
import path from 'node:path';

const read = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // An editor may be about to put the new one in its place.
    return undefined;
  }
};

/**
 * Tells of each new content of a file while the stack runs, which goes on with the one it has read. Its directory is watched, since
 * editors put a new file in the place of the old one.
 * @returns ends it
 */
export const watchConfig = (file: string, onChange: (text: string) => void): (() => void) => {
  let known = read(file);
  const watcher = watch(path.dirname(file), { persistent: false }, (_event, name) => {
    if (name !== null && name !== path.basename(file)) return;
    const text = read(file);
    if (text === undefined || text === '' || text === known) return;
    known = text;
    onChange(text);
  });
  // A directory that goes away is no reason to end.
  watcher.on('error', () => watcher.close());
  return () => watcher.close();
};
