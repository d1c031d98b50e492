import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export type Storage = ReturnType<typeof createStorage>;

/**
 * What the registry keeps its data in: files by relative path, whose parts the callers have checked, below a directory that
 * is made when the first is written.
 */
export const createStorage = (root: string) => {
  const at = (path: string): string => join(root, path);
  const parent = (path: string) => mkdir(dirname(path), { recursive: true });
  return {
    /** Bytes; undefined: there is none. */
    size: async (path: string): Promise<number | undefined> => (await ifExists(stat(at(path))))?.size,
    read: (path: string): Promise<Buffer | undefined> => ifExists(readFile(at(path))),
    stream: (path: string) => createReadStream(at(path)),
    /** Replaces the file, as a whole or not at all: a temporary file, renamed. */
    async write(path: string, bytes: Uint8Array): Promise<void> {
      // Beside the directories that are listed, so that no list ever shows half a file.
      const temporary = at(join('tmp', randomUUID()));
      await parent(temporary);
      try {
        await writeFile(temporary, bytes, { flag: 'wx' });
        await parent(at(path));
        await rename(temporary, at(path));
      } finally {
        await rm(temporary, { force: true });
      }
    },
    /**
     * Adds to the end of a file, or begins it. What had arrived stays where the source breaks off.
     * @returns the size afterwards; 'too-large' where the file would grow over `maxBytes`
     */
    async append(
      path: string,
      source: AsyncIterable<Buffer>,
      maxBytes: number,
    ): Promise<number | 'too-large'> {
      await parent(at(path));
      const file = await open(at(path), 'a');
      try {
        let { size } = await file.stat();
        for await (const chunk of source) {
          if (size + chunk.length > maxBytes) return 'too-large';
          await file.writeFile(chunk);
          size += chunk.length;
        }
        return size;
      } finally {
        await file.close();
      }
    },
    async move(from: string, to: string): Promise<void> {
      await parent(at(to));
      await rename(at(from), at(to));
    },
    /** Also a directory with all that is in it; nothing happens where there is none. */
    remove: (path: string): Promise<void> => rm(at(path), { recursive: true, force: true }),
    /** Names of the files directly in a directory; none where there is no such directory. */
    list: async (directory: string): Promise<readonly string[]> =>
      (await ifExists(readdir(at(directory)))) ?? [],
  };
};

const ifExists = async <T>(result: Promise<T>): Promise<T | undefined> => {
  try {
    return await result;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined;
    throw error;
  }
};
