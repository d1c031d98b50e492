import { createHash } from 'node:crypto';

/**
 * Which tags were seen, in six bytes each: a row of DynamoDB holds 400 KB. Of 20,000 tags, one in ten thousand million new ones is
 * taken for a tag that was seen.
 */
export type TagMemory = {
  has(name: string): boolean;
  /** What was seen before, and these: a registry that leaves tags out for a moment makes none of them new. */
  withAll(names: readonly string[]): TagMemory;
  readonly bytes: Uint8Array;
  readonly isEmpty: boolean;
};

const width = 6;
/** More than are read of any list; then what is not listed any more is forgotten. */
const maxTags = 40_000;

const hashOf = (name: string): string =>
  createHash('sha256').update(name).digest().subarray(0, width).toString('latin1');

const memoryOf = (known: ReadonlySet<string>): TagMemory => ({
  has: (name) => known.has(hashOf(name)),
  withAll: (names) => {
    const listed = new Set(names.map(hashOf));
    const all = new Set([...known, ...listed]);
    return memoryOf(all.size > maxTags ? listed : all);
  },
  isEmpty: known.size === 0,
  get bytes() {
    return Buffer.from([...known].join(''), 'latin1');
  },
});

export const noTags: TagMemory = memoryOf(new Set());

/** @param bytes of an earlier memory */
export const readTagMemory = (bytes: Uint8Array): TagMemory => {
  const text = Buffer.from(bytes).toString('latin1');
  const known = new Set<string>();
  for (let at = 0; at + width <= text.length; at += width) known.add(text.slice(at, at + width));
  return memoryOf(known);
};
