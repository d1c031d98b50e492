import { asArray, equal, isObject, type JsonObject } from '../json.ts';
import { badRequest } from '../status.ts';
import { listType } from './list-types.ts';

const orderDirective = '$setElementOrder/';
const deleteDirective = '$deleteFromPrimitiveList/';

type Path = readonly string[];

/** The strategic merge key: the first of the apply keys (`containerPort` for container ports). */
const mergeKey = (path: Path): string | undefined => {
  const type = listType(path);
  return type.type === 'map' ? type.keys[0] : undefined;
};

const sameKey = (a: unknown, b: unknown, key: string): boolean =>
  isObject(a) && isObject(b) && equal(a[key], b[key]);

/** Items in the order that `$setElementOrder` names; others stay behind the one they followed. */
const reorder = (
  items: readonly unknown[],
  order: readonly unknown[],
  key: string | undefined,
): unknown[] => {
  const rank = (item: unknown): number =>
    order.findIndex((entry) => (key === undefined ? equal(item, entry) : sameKey(item, entry, key)));
  let last = -1;
  return items
    .map((item, index) => {
      const own = rank(item);
      if (own !== -1) last = own;
      return { item, index, rank: own === -1 ? last + 0.5 : own };
    })
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map(({ item }) => item);
};

const mergeList = (
  target: readonly unknown[],
  patch: readonly unknown[],
  path: Path,
  key: string,
): unknown[] => {
  if (patch.some((item) => isObject(item) && item.$patch === 'replace'))
    return patch.filter((item) => !(isObject(item) && item.$patch === 'replace'));
  let merged = [...target];
  for (const item of patch) {
    if (!isObject(item) || item[key] === undefined)
      throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`);
    if (item.$patch === 'delete') {
      merged = merged.filter((existing) => !sameKey(existing, item, key));
      continue;
    }
    const index = merged.findIndex((existing) => sameKey(existing, item, key));
    if (index === -1) merged.push(mergeObject({}, item, path));
    else merged[index] = mergeObject(merged[index], item, path);
  }
  return merged;
};

const mergeField = (target: unknown, patch: unknown, path: Path): unknown => {
  if (isObject(patch)) return mergeObject(target, patch, path);
  if (!Array.isArray(patch)) return patch;
  const key = mergeKey(path);
  if (key !== undefined && patch.every(isObject)) return mergeList(asArray(target), patch, path, key);
  if (listType(path).type !== 'set') return patch;
  const existing = asArray(target);
  return [
    ...existing,
    ...(patch as unknown[]).filter((item) => !existing.some((other) => equal(other, item))),
  ];
};

const mergeObject = (target: unknown, patch: JsonObject, path: Path): unknown => {
  if (patch.$patch === 'delete') return {};
  const base = isObject(target) && patch.$patch !== 'replace' ? target : {};
  const merged: JsonObject = { ...base };
  const orders: [string, unknown][] = [];
  for (const [field, value] of Object.entries(patch)) {
    if (field === '$patch' || field === '$retainKeys') continue;
    if (field.startsWith(orderDirective)) {
      orders.push([field.slice(orderDirective.length), value]);
    } else if (field.startsWith(deleteDirective)) {
      const name = field.slice(deleteDirective.length);
      merged[name] = asArray(merged[name]).filter(
        (item) => !asArray(value).some((gone) => equal(gone, item)),
      );
    } else if (value === null) delete merged[field];
    else merged[field] = mergeField(merged[field], value, [...path, field]);
  }
  for (const [name, order] of orders)
    if (Array.isArray(merged[name]))
      merged[name] = reorder(merged[name] as unknown[], asArray(order), mergeKey([...path, name]));
  if (!Array.isArray(patch.$retainKeys)) return merged;
  const retained = patch.$retainKeys as readonly unknown[];
  return Object.fromEntries(Object.entries(merged).filter(([field]) => retained.includes(field)));
};

/**
 * Strategic merge patch: a merge patch that knows lists by their merge key, with the directives `$patch`, `$retainKeys`,
 * `$setElementOrder/…` and `$deleteFromPrimitiveList/…`.
 * Source: k8s.io/apimachinery/pkg/util/strategicpatch
 */
export const applyStrategicMergePatch = (target: unknown, patch: unknown): unknown => {
  if (!isObject(patch)) throw badRequest('a strategic merge patch is an object');
  return mergeObject(target, patch, []);
};
