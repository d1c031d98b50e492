import { asArray, equal, isObject, type JsonObject } from '../json.ts';
import { splitPath } from './field-set.ts';
import { isAtomicMap, keyOf, listType } from './list-types.ts';

type Names = readonly string[];

const mergeLists = (live: readonly unknown[], applied: readonly unknown[], names: Names): unknown[] => {
  const type = listType(names);
  if (type.type === 'atomic') return [...applied];
  const same = (a: unknown, b: unknown): boolean =>
    type.type === 'set' ? equal(a, b) : equal(keyOf(a, type.keys), keyOf(b, type.keys));
  const merged = [...live];
  for (const item of applied) {
    const index = merged.findIndex((existing) => same(existing, item));
    if (index === -1) merged.push(item);
    else merged[index] = mergeValues(merged[index], item, names);
  }
  return merged;
};

const mergeValues = (live: unknown, applied: unknown, names: Names): unknown => {
  if (Array.isArray(applied)) return mergeLists(asArray(live), applied, names);
  if (!isObject(applied) || !isObject(live) || isAtomicMap(names)) return applied;
  const merged: JsonObject = { ...live };
  for (const [name, value] of Object.entries(applied))
    merged[name] = mergeValues(live[name], value, [...names, name]);
  return merged;
};

/** An applied configuration laid over the live object. Source: structured-merge-diff/typed/merge.go */
export const typedMerge = (live: JsonObject, applied: JsonObject): JsonObject =>
  mergeValues(live, applied, []) as JsonObject;

const isEmpty = (value: unknown): boolean =>
  Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;

const removeFrom = (value: unknown, path: readonly string[], names: Names): unknown => {
  const [element = '', ...rest] = path;
  const last = rest.length === 0;
  if (element.startsWith('f:')) {
    const name = element.slice(2);
    if (!isObject(value) || value[name] === undefined) return value;
    const copy = { ...value };
    const left = last ? undefined : removeFrom(copy[name], rest, [...names, name]);
    // A container that is left with nothing in it goes too, as upstream's removingWalker has it.
    if (left === undefined || (isEmpty(left) && !isEmpty(copy[name]))) delete copy[name];
    else copy[name] = left;
    return copy;
  }
  if (!Array.isArray(value)) return value;
  const type = listType(names);
  const wanted: unknown = JSON.parse(element.slice(2));
  const matches = (item: unknown): boolean =>
    type.type === 'map' ? equal(keyOf(item, type.keys), wanted) : equal(item, wanted);
  return last
    ? value.filter((item) => !matches(item))
    : value.map((item) => (matches(item) ? removeFrom(item, rest, names) : item));
};

/** The object without the field, or list item, at a path of FieldsV1 elements. */
export const withoutField = (object: JsonObject, path: string): JsonObject =>
  removeFrom(object, splitPath(path), []) as JsonObject;
