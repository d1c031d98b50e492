import { isSeq } from 'yaml';
import { formatFieldPath, type PathStep } from '../field-path.ts';
import { type Cursor, child, items, rootOf, type ScalarCursor, textAt } from './cursor.ts';
import { followPath } from './follow-path.ts';

/**
 * The path of keys to a value as a person would write it in `fields`, entries of lists by their names; undefined for what
 * stands in a text, and where no path leads there alone.
 */
export const fieldPathTo = ({ document, node, path }: ScalarCursor): string | undefined => {
  const root = rootOf(document);
  if (root === undefined || document.within !== undefined) return undefined;
  let at: Cursor | undefined = root;
  const steps: PathStep[] = [];
  for (const key of path) {
    if (at === undefined) return undefined;
    steps.push(stepTo(at, key));
    at = typeof key === 'number' ? itemAt(at, key) : child(at, key)[0];
  }
  const found = followPath(root, steps);
  return found.length === 1 && found[0]?.node === node ? formatFieldPath(steps) : undefined;
};

const itemAt = (list: Cursor, index: number): Cursor | undefined =>
  items(list).find((item) => item.path.at(-1) === index);

const stepTo = (at: Cursor, key: string | number): PathStep => {
  if (typeof key === 'string') return { type: 'key', key };
  const item = isSeq(at.node) ? itemAt(at, key) : undefined;
  const name = item === undefined ? undefined : textAt(item, 'name');
  const isOnly = items(at).filter((one) => textAt(one, 'name') === name).length === 1;
  return name === undefined || !isOnly
    ? { type: 'index', index: key }
    : { type: 'entry', key: 'name', text: name };
};
