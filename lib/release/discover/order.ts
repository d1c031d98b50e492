import { isOlder, type TagScheme } from '../model/tag-scheme.ts';

/** Oldest first, as far as the order of the tags can tell; what it cannot compare stays as it is. Pure. */
export const oldestFirst = <T>(
  scheme: TagScheme,
  values: readonly T[],
  tagOf: (value: T) => string,
): readonly T[] =>
  values.toSorted((a, b) => {
    if (isOlder(scheme, tagOf(a), tagOf(b))) return -1;
    return isOlder(scheme, tagOf(b), tagOf(a)) ? 1 : 0;
  });
