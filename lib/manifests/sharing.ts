import {
  type Alias,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  visit,
  type YAMLMap,
} from 'yaml';
import { keyOf, pairsByKey } from './keys.ts';

/** Where a node shows: at its anchor, or through an alias. `map` and `key` are what it is the value of, if anything. */
export type Place = {
  readonly map?: YAMLMap | undefined;
  readonly key?: string | undefined;
  /** It is one of several in a list of merged maps (`<<: [*a, *b]`). */
  readonly isOneOfSeveral?: boolean | undefined;
};

/** Which nodes show in several places. */
export type Sharing = {
  /** The node an alias stands for; undefined where there is no such anchor before it. */
  resolve(alias: Alias): Node | undefined;
  /** All places of a node to which aliases refer; undefined for any other. */
  places(node: Node): readonly Place[] | undefined;
};

const nothing: Sharing = { resolve: () => undefined, places: () => undefined };

/** Follows anchors and aliases in the order of the text, as an anchor may be given twice. */
export const sharingIn = (root: Node | null, text: string): Sharing => {
  if (!text.includes('*')) return nothing;
  const anchors = new Map<string, { readonly node: Node; readonly place: Place }>();
  const targets = new Map<Alias, Node>();
  const places = new Map<Node, Place[]>();
  visit(root, (_key, node, ancestors) => {
    if (!isNode(node)) return;
    if (isAlias(node)) {
      const anchor = anchors.get(node.source);
      if (anchor === undefined) return;
      targets.set(node, anchor.node);
      const known = places.get(anchor.node) ?? [anchor.place];
      places.set(anchor.node, known);
      known.push(placeOf(ancestors));
    } else if ('anchor' in node && typeof node.anchor === 'string')
      anchors.set(node.anchor, { node, place: placeOf(ancestors) });
  });
  return { resolve: (alias) => targets.get(alias), places: (node) => places.get(node) };
};

type Ancestors = Parameters<Extract<Parameters<typeof visit>[1], (...args: never[]) => unknown>>[2];

const placeOf = (ancestors: Ancestors): Place => {
  const [grandparent, parent] = ancestors.slice(-2);
  if (isPair(parent) && isMap(grandparent)) return { map: grandparent, key: keyOf(parent) };
  const [map, pair, list] = ancestors.slice(-3);
  return isSeq(list) && isPair(pair) && isMap(map) && keyOf(pair) === '<<'
    ? { map, key: '<<', isOneOfSeveral: list.items.length > 1 }
    : {};
};

/**
 * Whether all places of a shared node are about the same image: those of a part of it (`tag`), or of the map that has the
 * part and the name. What contains such a map as a whole says the same thing wherever it is repeated.
 * @param map that has the part as its own
 * @param names keys of that map that say which image it is
 * @param resolve what an alias stands for
 */
export const isSameImageEverywhere = (
  shared: Node,
  places: readonly Place[],
  map: YAMLMap,
  names: readonly string[],
  resolve: Sharing['resolve'] = () => undefined,
): boolean => {
  if (isScalar(shared)) {
    const first = places[hasDefinition(places, names) ? 1 : 0];
    const isSame = once(places, 'named', names, () => arePlacesOfOneName(places, names, resolve));
    return isSame && (first?.map === undefined || isSameName(first.map, map, names, resolve));
  }
  return shared !== map || once(places, 'merged', names, () => areMergedWithoutName(places, names));
};

/** A thousand maps that share a tag all ask about the same thousand places. */
const answers = new WeakMap<readonly Place[], Map<string, boolean>>();

const once = (
  places: readonly Place[],
  question: string,
  names: readonly string[],
  answer: () => boolean,
): boolean => {
  const known = answers.get(places) ?? new Map<string, boolean>();
  answers.set(places, known);
  const key = JSON.stringify([question, names]);
  const result = known.get(key) ?? answer();
  known.set(key, result);
  return result;
};

const arePlacesOfOneName = (
  places: readonly Place[],
  names: readonly string[],
  resolve: Sharing['resolve'],
): boolean => {
  const used = places.slice(hasDefinition(places, names) ? 1 : 0);
  const first = used[0]?.map;
  return used.every(
    ({ map }) => map !== undefined && first !== undefined && isSameName(map, first, names, resolve),
  );
};

/** Whether the anchor is of a tag in a map that is no image, and there for its aliases: `global: {tag: &tag v1}`. */
const hasDefinition = (places: readonly Place[], names: readonly string[]): boolean =>
  once(places, 'defined', names, () => {
    const { map, key = '' } = places[0] ?? {};
    const own = names.filter((name) => !/registry$/i.test(name));
    return map !== undefined && /tag$|^[._]|^x-/i.test(key) && !hasAny(map, own);
  });

const areMergedWithoutName = (places: readonly Place[], names: readonly string[]): boolean =>
  places
    .filter(({ key }) => key === '<<')
    .every(({ map: into, isOneOfSeveral }) => into !== undefined && !isOneOfSeveral && !hasAny(into, names));

const hasAny = (map: YAMLMap, keys: readonly string[]): boolean =>
  keys.some((key) => pairsByKey(map).has(key));

const isSameName = (a: YAMLMap, b: YAMLMap, names: readonly string[], resolve: Sharing['resolve']): boolean =>
  hasAny(a, names) && names.every((name) => textUnder(a, name, resolve) === textUnder(b, name, resolve));

const textUnder = (map: YAMLMap, key: string, resolve: Sharing['resolve']): string | undefined => {
  const [pair] = pairsByKey(map).get(key) ?? [];
  const value = isAlias(pair?.value) ? resolve(pair.value) : pair?.value;
  return isScalar(value) ? value.source : undefined;
};
