import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar } from 'yaml';
import type { Cursor, Hazard, ManifestDocument, ScalarCursor } from './document.ts';
import { keyOf, pairsByKey } from './keys.ts';

export type { Cursor, Hazard, ScalarCursor } from './document.ts';

export const rootOf = (document: ManifestDocument): Cursor | undefined =>
  document.root === null
    ? undefined
    : step({ document, path: document.within?.at.path ?? [], hazards: [] }, undefined, document.root, []);

/** Every value of that key: its own (two where the key is there twice), else those that a merge key brings. */
export const child = (cursor: Cursor, key: string): readonly Cursor[] => {
  if (!isMap(cursor.node)) return [];
  const own = ownChild(cursor, key);
  return own.length > 0 ? own : sourcesOf(cursor).flatMap((source) => broughtFrom(source, cursor, key));
};

const ownChild = (cursor: Cursor, key: string): readonly Cursor[] => {
  if (!isMap(cursor.node)) return [];
  const pairs = pairsByKey(cursor.node).get(key) ?? [];
  return pairs.flatMap((pair) => value(cursor, pair, key, pairs.length > 1));
};

/** Follows one key after the other. */
export const descend = (cursor: Cursor, ...keys: readonly string[]): readonly Cursor[] =>
  keys.reduce<readonly Cursor[]>(
    (cursors, key) => distinct(cursors.flatMap((at) => child(at, key))),
    [cursor],
  );

/** The items of a sequence, each node once; of anything else none. */
export const items = (cursor: Cursor): readonly Cursor[] =>
  isSeq(cursor.node)
    ? distinct(
        cursor.node.items.flatMap((item, index): readonly Cursor[] => {
          const at = step(cursor, index, item as Node | null, []);
          return at === undefined ? [] : [at];
        }),
      )
    : [];

/** Each node once: a thousand aliases of a list with a thousand aliases stand for a million items. */
export const distinct = <T extends Cursor>(cursors: readonly T[]): readonly T[] =>
  cursors.length < 2
    ? cursors
    : [...new Map(cursors.toReversed().map((cursor) => [cursor.node, cursor])).values()].reverse();

/** The pairs of a map in the order of the text. Values that are aliases are left out: what they name is elsewhere. */
export const entries = (cursor: Cursor): readonly { readonly key: string; readonly value: Cursor }[] => {
  const map = cursor.node;
  if (!isMap(map)) return [];
  return map.items
    .filter((pair) => !isAlias(pair.value))
    .flatMap((pair) => {
      const key = keyOf(pair);
      const isTwice = (pairsByKey(map).get(key)?.length ?? 0) > 1;
      return value(cursor, pair, key, isTwice).map((at) => ({ key, value: at }));
    });
};

/** The same with the values that are aliases, and with what merge keys bring under other keys. */
export const fieldsOf = (cursor: Cursor): readonly { readonly key: string; readonly value: Cursor }[] => {
  if (!isMap(cursor.node)) return [];
  const own = pairsByKey(cursor.node);
  return [
    ...[...own.keys()].filter((key) => key !== '<<').flatMap((key) => named(key, ownChild(cursor, key))),
    ...sourcesOf(cursor).flatMap((source) =>
      [...(isMap(source.node) ? pairsByKey(source.node).keys() : [])]
        .filter((key) => key !== '<<' && !own.has(key))
        .flatMap((key) => named(key, broughtFrom(source, cursor, key))),
    ),
  ];
};

const named = (key: string, values: readonly Cursor[]) => values.map((at) => ({ key, value: at }));

/** Every value below that is a scalar, in the order of the text. What stands behind an alias is found at its anchor. */
export const scalarsIn = (cursor: Cursor): readonly ScalarCursor[] => {
  const found: ScalarCursor[] = [];
  const walk = (at: Cursor): void => {
    if (isScalar(at.node)) found.push(at as ScalarCursor);
    for (const entry of entries(at)) walk(entry.value);
    for (const item of items(at)) if (item.hazards.at(-1)?.isAlias !== true) walk(item);
  };
  walk(cursor);
  return found;
};

/** The first of the cursors that is a scalar with something in it; `null` and `~` say that there is nothing. */
export const scalarOf = (cursors: readonly Cursor[]): ScalarCursor | undefined =>
  cursors.find((cursor): cursor is ScalarCursor => isScalar(cursor.node) && !isNull(cursor.node));

/** Nothing, `~` or `null`. */
export const isNull = (scalar: Scalar): boolean => scalar.value === null;

/** What a person reads there, whatever type YAML makes of it: `1.10`, not 1.1; nothing for `null`. */
export const textOf = ({ node }: ScalarCursor): string =>
  isNull(node) ? '' : (node.source ?? String(node.value));

/** The text under a key, where it is a scalar. */
export const textAt = (cursor: Cursor, ...keys: readonly string[]): string | undefined => {
  const scalar = scalarOf(descend(cursor, ...keys));
  return scalar === undefined ? undefined : textOf(scalar);
};

export const offsetOf = (node: Node): number => node.range?.[0] ?? 0;

export const isBlockScalar = ({ node }: ScalarCursor): boolean =>
  node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';

const value = (cursor: Cursor, pair: Pair, key: string, isTwice: boolean): readonly Cursor[] => {
  const hazards = isTwice
    ? [{ offset: offsetOf(pair.key as Node), reason: `the key "${key}" stands more than once in this map` }]
    : [];
  const at = step(cursor, key, pair.value as Node | null, hazards);
  return at === undefined ? [] : [isMap(cursor.node) ? { ...at, holder: cursor.node } : at];
};

/** The maps that merge keys name. Merges within them are not followed: an anchor that merges itself would never end. */
const sourcesOf = (cursor: Cursor): readonly Cursor[] =>
  isMap(cursor.node)
    ? (pairsByKey(cursor.node).get('<<') ?? [])
        .flatMap((pair) => value(cursor, pair, '<<', false))
        .flatMap((source) => (isSeq(source.node) ? items(source) : [source]))
    : [];

const broughtFrom = (source: Cursor, into: Cursor, key: string): readonly Cursor[] =>
  ownChild(source, key).map((found) => ({ ...found, path: [...into.path, key] }));

const step = (
  from: Pick<Cursor, 'document' | 'path' | 'hazards'>,
  key: string | number | undefined,
  node: Node | null,
  added: readonly Hazard[],
): Cursor | undefined => {
  if (node === null) return undefined;
  const { document } = from;
  const path = key === undefined ? from.path : [...from.path, key];
  const hazards = added.length === 0 ? from.hazards : [...from.hazards, ...added];
  if (isAlias(node)) {
    const shared = document.sharing.resolve(node);
    if (shared === undefined) return undefined;
    const reason = `the image comes through the alias *${node.source}; one edit would change several places`;
    return {
      document,
      path,
      node: shared,
      hazards: [...hazards, { offset: offsetOf(node), reason, shared, isAlias: true }],
    };
  }
  if (document.sharing.places(node) === undefined) return { document, path, node, hazards };
  const anchor = 'anchor' in node ? node.anchor : '';
  const reason = `aliases repeat what is under the anchor &${anchor}; one edit would change several places`;
  return { document, path, node, hazards: [...hazards, { offset: offsetOf(node), reason, shared: node }] };
};
