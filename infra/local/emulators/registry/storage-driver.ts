import type { Readable } from 'node:stream';

/**
 * What the registry keeps its data in: files by relative path, whose parts the callers have checked. There are two, as in
 * CNCF Distribution: `filesystem-driver.ts` and `memory-driver.ts`.
 */
export type StorageDriver = {
  /** Bytes; undefined: there is none. */
  size(path: string): Promise<number | undefined>;
  read(path: string): Promise<Buffer | undefined>;
  /** @param range first and last byte, both included */
  stream(path: string, range?: { readonly first: number; readonly last: number }): Readable;
  /** Replaces the file, as a whole or not at all. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /**
   * Adds to the end of a file, or begins it. What had arrived stays where the source breaks off.
   * @returns the size afterwards; 'too-large' where the file would grow over `maxBytes`
   */
  append(path: string, source: AsyncIterable<Buffer>, maxBytes: number): Promise<number | 'too-large'>;
  move(from: string, to: string): Promise<void>;
  /** Also a directory with all that is in it; nothing happens where there is none. */
  remove(path: string): Promise<void>;
  /** Names of the files directly in a directory, sorted; none where there is no such directory. */
  list(directory: string): Promise<readonly string[]>;
};
