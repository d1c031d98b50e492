import { TagboatError } from '../errors.ts';
import { applyDelta, deltaResultSize } from './delta.ts';
import type { Limits } from './limits.ts';
import { type GitObject, oidOf } from './object.ts';
import { readPackEntries } from './pack-entries.ts';
import { protocolError } from './protocol-error.ts';

/**
 * Reads a pack into objects by id. The ids are computed from the content, so an object is what its id says or is not found.
 * Deltas are resolved from a queue, not by recursion: a chain may be as long as the pack.
 * @param known objects from earlier, which deltas by id may be based on
 * @throws TagboatError `git-protocol`, `git-too-large`
 */
export const readPack = (
  pack: Buffer,
  limits: Pick<Limits, 'objectBytes' | 'inflatedBytes'>,
  known: (oid: string) => GitObject | undefined = () => undefined,
): ReadonlyMap<string, GitObject> => {
  const entries = readPackEntries(pack, limits);
  const objects = new Map<string, GitObject>();
  const waiting = Map.groupBy(
    entries.filter((entry) => entry.kind === 'delta'),
    ({ base }) => base,
  );
  const ready: { readonly object: GitObject; readonly offset: number }[] = [];
  let total = 0;

  const settle = (object: GitObject, offset: number): void => {
    total += object.data.length;
    if (object.data.length > limits.objectBytes || total > limits.inflatedBytes)
      throw new TagboatError('git-too-large', 'the objects that the server sent are too large');
    ready.push({ object, offset });
  };
  const resolve = (base: number | string, object: GitObject): void => {
    const group = waiting.get(base);
    if (group === undefined) return;
    waiting.delete(base);
    for (const delta of group) {
      if (deltaResultSize(delta.data) > limits.objectBytes)
        throw new TagboatError('git-too-large', 'the objects that the server sent are too large');
      settle({ type: object.type, data: applyDelta(object.data, delta.data) }, delta.offset);
    }
  };
  const drain = (): void => {
    for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
      const oid = oidOf(next.object.type, next.object.data);
      objects.set(oid, next.object);
      resolve(next.offset, next.object);
      resolve(oid, next.object);
    }
  };

  for (const entry of entries) {
    if (entry.kind !== 'whole') continue;
    settle({ type: entry.type, data: entry.data }, entry.offset);
    drain();
  }
  for (const base of [...waiting.keys()]) {
    const object = typeof base === 'string' ? known(base) : undefined;
    if (object !== undefined) resolve(base, object);
    drain();
  }
  if (waiting.size > 0) throw protocolError('the pack is damaged: a delta has no base');
  return objects;
};
