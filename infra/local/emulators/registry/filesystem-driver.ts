import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { StorageDriver } from './storage-driver.ts';

/** Files below a directory, which is made when the first is written. Writes are atomic: a temporary file, renamed. */
export const createFilesystemDriver = (root: string): StorageDriver => {
  const at = (path: string): string => join(root, path);
  const parent = (path: string) => mkdir(dirname(path), { recursive: true });
  return {
    size: async (path) => (await ifExists(stat(at(path))))?.size,
    read: (path) => ifExists(readFile(at(path))),
    stream: (path, range) =>
      createReadStream(at(path), range === undefined ? {} : { start: range.first, end: range.last }),
    async write(path, bytes) {
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
    async append(path, source, maxBytes) {
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
    async move(from, to) {
      await parent(at(to));
      await rename(at(from), at(to));
    },
    remove: (path) => rm(at(path), { recursive: true, force: true }),
    async list(directory) {
      const entries = (await ifExists(readdir(at(directory), { withFileTypes: true }))) ?? [];
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => entry.name)
        .sort();
    },
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
