import { equal, isObject, type JsonObject } from '../json.ts';
import { isAtomicMap, keyOf, listType } from './list-types.ts';

/**
 * The fields of an object as server-side apply sees them: a path of FieldsV1 elements (`f:spec`, `k:{"name":"app"}`,
 * `v:"x"`), joined, to the value that stands there. A list item is itself a member, with the value true.
 * Source: sigs.k8s.io/structured-merge-diff/v6/fieldpath
 */
type FieldSet = ReadonlyMap<string, unknown>;

const separator = '\u0000';

/** Fields that have no manager. Source: managedfields/internal/stripmeta.go */
const stripped = new Set(
  [
    ['apiVersion'],
    ['kind'],
    ['metadata'],
    ...[
      'name',
      'namespace',
      'creationTimestamp',
      'selfLink',
      'uid',
      'clusterName',
      'generation',
      'managedFields',
      'resourceVersion',
    ].map((name) => ['metadata', name]),
  ].map((path) => path.map((name) => `f:${name}`).join(separator)),
);

const walkList = (
  items: readonly unknown[],
  names: readonly string[],
  path: string,
  set: Map<string, unknown>,
): void => {
  const type = listType(names);
  if (type.type === 'atomic' || items.length === 0) {
    set.set(path, items);
    return;
  }
  for (const item of items) {
    const element =
      type.type === 'set' ? `v:${JSON.stringify(item)}` : `k:${JSON.stringify(keyOf(item, type.keys))}`;
    const itemPath = path + separator + element;
    set.set(itemPath, true);
    if (type.type === 'map' && isObject(item)) walkObject(item, names, itemPath, set);
  }
};

const walkObject = (
  object: JsonObject,
  names: readonly string[],
  path: string,
  set: Map<string, unknown>,
): void => {
  for (const [name, value] of Object.entries(object)) {
    if (value === undefined) continue;
    const fieldPath = path === '' ? `f:${name}` : `${path}${separator}f:${name}`;
    const fieldNames = [...names, name];
    if (Array.isArray(value)) walkList(value, fieldNames, fieldPath, set);
    else if (isObject(value) && Object.keys(value).length > 0 && !isAtomicMap(fieldNames))
      walkObject(value, fieldNames, fieldPath, set);
    else set.set(fieldPath, value);
  }
};

/** Every field of an object, without those that have no manager. */
export const fieldsOf = (object: JsonObject): FieldSet => {
  const set = new Map<string, unknown>();
  walkObject(object, [], '', set);
  for (const path of set.keys()) if (stripped.has(path)) set.delete(path);
  return set;
};

/** Paths that are in `to` and not in `from`, or have another value there. */
export const changedFields = (from: FieldSet, to: FieldSet): ReadonlySet<string> =>
  new Set(
    [...to].filter(([path, value]) => !from.has(path) || !equal(from.get(path), value)).map(([path]) => path),
  );

/** The tree that `managedFields[].fieldsV1` holds. */
export const encodeFields = (paths: Iterable<string>): JsonObject => {
  const root: JsonObject = {};
  for (const path of [...paths].sort()) {
    const elements = path.split(separator);
    let node = root;
    for (const [index, element] of elements.entries()) {
      const known = node[element];
      const next: JsonObject = isObject(known) ? known : {};
      // A leaf that gets children after all is a member of its own: `.`
      if (index < elements.length - 1 && known !== undefined && Object.keys(next).length === 0)
        next['.'] = {};
      node[element] = next;
      node = next;
    }
  }
  return root;
};

/** The inverse of `encodeFields`. */
export const decodeFields = (tree: JsonObject): Set<string> => {
  const paths = new Set<string>();
  const walk = (node: JsonObject, path: string): void => {
    const entries = Object.entries(node);
    if (path !== '' && entries.length === 0) paths.add(path);
    for (const [element, child] of entries)
      if (element === '.') paths.add(path);
      else if (isObject(child)) walk(child, path === '' ? element : path + separator + element);
  };
  walk(tree, '');
  return paths;
};

export const splitPath = (path: string): readonly string[] => path.split(separator);

/** True where `path` lies below `ancestor`. */
export const isBelow = (path: string, ancestor: string): boolean => path.startsWith(ancestor + separator);

/** For messages: `.spec.template.spec.containers[name="app"].image`. */
export const formatPath = (path: string): string =>
  splitPath(path)
    .map((element) => {
      const rest = element.slice(2);
      if (element.startsWith('f:')) return `.${rest}`;
      if (element.startsWith('v:')) return `[=${rest}]`;
      const keys = Object.entries(JSON.parse(rest) as JsonObject);
      return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
    })
    .join('');
