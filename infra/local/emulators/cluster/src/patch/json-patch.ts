import { equal, isObject } from '../json.ts';
import { ApiError, badRequest } from '../status.ts';

const refuse = (message: string): ApiError => new ApiError(422, 'Invalid', message);

const segments = (pointer: unknown): string[] => {
  if (typeof pointer !== 'string' || (pointer !== '' && !pointer.startsWith('/')))
    throw badRequest(`invalid JSON pointer: ${JSON.stringify(pointer)}`);
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
};

const indexIn = (list: readonly unknown[], key: string, last: number): number => {
  const index = key === '-' ? list.length : Number(key);
  if (!/^(?:-|0|[1-9]\d*)$/.test(key) || index > last)
    throw refuse(`index "${key}" is out of bounds of the array`);
  return index;
};

const child = (container: unknown, key: string, pointer: string): unknown => {
  const found: unknown = Array.isArray(container)
    ? container[indexIn(container, key, container.length - 1)]
    : isObject(container)
      ? container[key]
      : undefined;
  if (found === undefined) throw refuse(`the path "${pointer}" does not exist`);
  return found;
};

type Edit = (container: unknown, key: string, pointer: string) => void;

const add =
  (value: unknown): Edit =>
  (container, key, pointer) => {
    if (Array.isArray(container)) container.splice(indexIn(container, key, container.length), 0, value);
    else if (isObject(container)) container[key] = value;
    else throw refuse(`the path "${pointer}" does not exist`);
  };

const remove: Edit = (container, key, pointer) => {
  child(container, key, pointer);
  if (Array.isArray(container)) container.splice(Number(key), 1);
  else if (isObject(container)) delete container[key];
};

const replace =
  (value: unknown): Edit =>
  (container, key, pointer) => {
    child(container, key, pointer);
    if (Array.isArray(container)) container[Number(key)] = value;
    else if (isObject(container)) container[key] = value;
  };

const read = (root: unknown, pointer: unknown): unknown =>
  segments(pointer).reduce<unknown>((current, key) => child(current, key, String(pointer)), root);

const edit = (root: unknown, pointer: unknown, change: Edit): void => {
  const path = segments(pointer);
  const key = path.pop();
  if (key === undefined) throw refuse('the whole object cannot be replaced');
  const container = path.reduce<unknown>((current, part) => child(current, part, String(pointer)), root);
  change(container, key, String(pointer));
};

/**
 * JSON Patch, RFC 6902.
 * @throws ApiError 422 where an operation does not apply, 400 where it is none
 */
export const applyJsonPatch = (target: unknown, patch: unknown): unknown => {
  if (!Array.isArray(patch)) throw badRequest('a JSON patch is a list of operations');
  const root: unknown = structuredClone(target);
  for (const operation of patch as readonly unknown[]) {
    if (!isObject(operation)) throw badRequest('an operation of a JSON patch is an object');
    const { op, path, from, value } = operation;
    if (op === 'add') edit(root, path, add(structuredClone(value)));
    else if (op === 'remove') edit(root, path, remove);
    else if (op === 'replace') edit(root, path, replace(structuredClone(value)));
    else if (op === 'copy') edit(root, path, add(structuredClone(read(root, from))));
    else if (op === 'move') {
      const moved = read(root, from);
      edit(root, from, remove);
      edit(root, path, add(moved));
    } else if (op === 'test') {
      if (!equal(read(root, path), value)) throw refuse(`testing value ${String(path)} failed`);
    } else throw badRequest(`"${String(op)}" is not an operation of a JSON patch`);
  }
  return root;
};
