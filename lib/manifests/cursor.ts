import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar } from 'yaml';
import { type ManifestDocument, templateReason } from './parse.ts';
import { refuse } from './refusal.ts';

/** Why a place cannot be edited, found on the way to it. It matters only once the image turns out to stand there. */
type Hazard = { readonly offset: number; readonly reason: string; readonly isAlias?: boolean };

/** A node, the way to it, and what is wrong with the way. Never an alias: those are followed. */
export type Cursor<T extends Node = Node> = {
  readonly document: ManifestDocument;
  readonly node: T;
  readonly path: readonly (string | number)[];
  readonly hazards: readonly Hazard[];
};

export type ScalarCursor = Cursor<Scalar>;

export const rootOf = (document: ManifestDocument): Cursor | undefined =>
  document.root === null
    ? undefined
    : step({ document, path: [], hazards: [] }, undefined, document.root, []);

/** Every value of that key: its own (two where the key is there twice), else those that a merge key brings. */
export const child = (cursor: Cursor, key: string): readonly Cursor[] => {
  if (!isMap(cursor.node)) return [];
  const own = ownChild(cursor, key);
  return own.length > 0
    ? own
    : cursor.node.items.filter((pair) => keyOf(pair) === '<<').flatMap((pair) => merged(cursor, pair, key));
};

const ownChild = (cursor: Cursor, key: string): readonly Cursor[] => {
  if (!isMap(cursor.node)) return [];
  const pairs = cursor.node.items.filter((pair) => keyOf(pair) === key);
  return pairs.flatMap((pair) => value(cursor, pair, key, pairs.length > 1));
};

/** Follows one key after the other. */
export const descend = (cursor: Cursor, ...keys: readonly string[]): readonly Cursor[] =>
  keys.reduce<readonly Cursor[]>((cursors, key) => cursors.flatMap((at) => child(at, key)), [cursor]);

/** The items of a sequence; of anything else none. */
export const items = (cursor: Cursor): readonly Cursor[] =>
  isSeq(cursor.node)
    ? cursor.node.items.flatMap((item, index): readonly Cursor[] => {
        const at = step(cursor, index, item as Node | null, []);
        return at === undefined ? [] : [at];
      })
    : [];

/** The pairs of a map in the order of the text. Values that are aliases are left out: what they name is elsewhere. */
export const entries = (cursor: Cursor): readonly { readonly key: string; readonly value: Cursor }[] => {
  if (!isMap(cursor.node)) return [];
  const counts = new Map<string, number>();
  for (const pair of cursor.node.items) counts.set(keyOf(pair), (counts.get(keyOf(pair)) ?? 0) + 1);
  return cursor.node.items
    .filter((pair) => !isAlias(pair.value))
    .flatMap((pair) => {
      const key = keyOf(pair);
      return value(cursor, pair, key, (counts.get(key) ?? 0) > 1).map((at) => ({ key, value: at }));
    });
};

/** Every value below that is a scalar, in the order of the text. What stands behind an alias is found at its anchor. */
export const scalarsIn = (cursor: Cursor): readonly ScalarCursor[] =>
  isScalar(cursor.node)
    ? [cursor as ScalarCursor]
    : [...entries(cursor).map(({ value: at }) => at), ...items(cursor)]
        .filter((at) => at.hazards.at(-1)?.isAlias !== true)
        .flatMap(scalarsIn);

/** The first of the cursors that is a scalar with something in it. */
export const scalarOf = (cursors: readonly Cursor[]): ScalarCursor | undefined =>
  cursors.find((cursor): cursor is ScalarCursor => isScalar(cursor.node) && !isEmpty(cursor.node));

/** What a person reads there, whatever type YAML makes of it: `1.10`, not 1.1. */
export const textOf = (cursor: ScalarCursor): string => cursor.node.source ?? String(cursor.node.value);

/** The text under a key, where it is a scalar. */
export const textAt = (cursor: Cursor, ...keys: readonly string[]): string | undefined => {
  const scalar = scalarOf(descend(cursor, ...keys));
  return scalar === undefined ? undefined : textOf(scalar);
};

export const offsetOf = (node: Node): number => node.range?.[0] ?? 0;

/**
 * To be called for every scalar that is about to be edited, or reported as carrying the image.
 * @throws TagboatError `manifest-refused` where an edit would change more than this one place, or not what is meant
 */
export const claim = (cursor: ScalarCursor): void => {
  const { document, node, hazards } = cursor;
  const hazard = hazards[0];
  if (hazard !== undefined) refuse(document, hazard.offset, hazard.reason);
  if (document.template !== undefined) refuse(document, document.template, templateReason);
  if (isBlockScalar(cursor))
    refuse(document, offsetOf(node), 'the image is a block scalar; write it on one line');
};

export const isBlockScalar = ({ node }: ScalarCursor): boolean =>
  node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';

/** `key:` with nothing behind it. */
const isEmpty = (scalar: Scalar): boolean => scalar.range?.[0] === scalar.range?.[1];

const keyOf = (pair: Pair): string => (isScalar(pair.key) ? (pair.key.source ?? String(pair.key.value)) : '');

const value = (cursor: Cursor, pair: Pair, key: string, isTwice: boolean): readonly Cursor[] => {
  const hazards = isTwice
    ? [{ offset: offsetOf(pair.key as Node), reason: `the key "${key}" stands more than once in this map` }]
    : [];
  const at = step(cursor, key, pair.value as Node | null, hazards);
  return at === undefined ? [] : [at];
};

/** Merges within merges are not followed: an anchor that merges itself would never end. */
const merged = (cursor: Cursor, pair: Pair, key: string): readonly Cursor[] =>
  value(cursor, pair, '<<', false)
    .flatMap((source) => (isSeq(source.node) ? items(source) : [source]))
    .flatMap((source) => ownChild(source, key))
    .map((found) => ({ ...found, path: [...cursor.path, key] }));

const step = (
  from: Pick<Cursor, 'document' | 'path' | 'hazards'>,
  key: string | number | undefined,
  node: Node | null,
  added: readonly Hazard[],
): Cursor | undefined => {
  if (node === null) return undefined;
  const { document } = from;
  const path = key === undefined ? from.path : [...from.path, key];
  const hazards = [...from.hazards, ...added];
  if (isAlias(node)) {
    const target = document.resolve(node);
    const reason = `the image comes through the alias *${node.source}; one edit would change several places`;
    hazards.push({ offset: offsetOf(node), reason, isAlias: true });
    return target === undefined ? undefined : { document, path, node: target, hazards };
  }
  if (document.shared.has(node)) {
    const anchor = 'anchor' in node ? node.anchor : '';
    const reason = `aliases repeat what is under the anchor &${anchor}; one edit would change several places`;
    hazards.push({ offset: offsetOf(node), reason });
  }
  return { document, path, node, hazards };
};
