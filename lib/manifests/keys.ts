import { isScalar, type Pair, type YAMLMap } from 'yaml';

const indexes = new WeakMap<YAMLMap, ReadonlyMap<string, readonly Pair[]>>();

/** The text of a pair's key; '' where the key is no scalar. */
export const keyOf = (pair: Pair): string =>
  isScalar(pair.key) ? (pair.key.source ?? String(pair.key.value)) : '';

/** The pairs of a map under each key, in the order of the text; indexed once, so that asking takes no time. */
export const pairsByKey = (map: YAMLMap): ReadonlyMap<string, readonly Pair[]> => {
  const known = indexes.get(map);
  if (known !== undefined) return known;
  const index = Map.groupBy(map.items, keyOf);
  indexes.set(map, index);
  return index;
};
