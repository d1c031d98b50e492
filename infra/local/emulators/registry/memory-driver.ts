import { Readable } from 'node:stream';
import type { StorageDriver } from './storage-driver.ts';

/** Files in memory, gone with the process. */
export const createMemoryDriver = (): StorageDriver => {
  const files = new Map<string, Buffer>();
  return {
    size: async (path) => files.get(path)?.length,
    read: async (path) => files.get(path),
    stream(path, range) {
      const bytes = files.get(path) ?? Buffer.alloc(0);
      return Readable.from([range === undefined ? bytes : bytes.subarray(range.first, range.last + 1)], {
        objectMode: false,
      });
    },
    async write(path, bytes) {
      files.set(path, Buffer.from(bytes));
    },
    async append(path, source, maxBytes) {
      const chunks = [files.get(path) ?? Buffer.alloc(0)];
      let size = chunks[0]?.length ?? 0;
      try {
        for await (const chunk of source) {
          if (size + chunk.length > maxBytes) return 'too-large';
          chunks.push(chunk);
          size += chunk.length;
        }
        return size;
      } finally {
        files.set(path, Buffer.concat(chunks));
      }
    },
    async move(from, to) {
      const bytes = files.get(from);
      if (bytes !== undefined) files.set(to, bytes);
      files.delete(from);
    },
    async remove(path) {
      for (const key of files.keys()) if (key === path || key.startsWith(`${path}/`)) files.delete(key);
    },
    async list(directory) {
      return [...files.keys()]
        .filter((path) => path.startsWith(`${directory}/`))
        .map((path) => path.slice(directory.length + 1))
        .filter((name) => !name.includes('/'))
        .sort();
    },
  };
};
