import { isAlias, isMap, isScalar, isSeq, type Node } from 'yaml';
import { parseYaml } from '../yaml/parse-yaml.ts';
import { offsetOf } from './cursor.ts';
import type { ManifestDocument } from './document.ts';
import type { Edit } from './format.ts';
import { refuse } from './refusal.ts';

/**
 * Reads the new text back: every edited scalar must read as intended, as text, and everything else as before.
 * @throws TagboatError `manifest-refused` (nothing is known that gets here; it is the last line of defence)
 */
export const confirm = (document: ManifestDocument, newText: string, edits: readonly Edit[]): void => {
  const intended = new Map<unknown, string>(edits.map((edit) => [edit.at.node, edit.to]));
  const { document: tree, error } = parseYaml(newText);
  if (error !== undefined || !isSame(document.root, tree.contents, intended)) {
    const offset = Math.min(...edits.map((edit) => offsetOf(edit.at.node)));
    refuse(document, offset, 'the image is written in a way that cannot be changed without changing more');
  }
};

const isSame = (before: unknown, after: unknown, intended: ReadonlyMap<unknown, string>): boolean => {
  if (before === null || after === null) return before === after;
  if (isScalar(before)) {
    if (!isScalar(after) || !hasSameProperties(before, after)) return false;
    const to = intended.get(before);
    if (to !== undefined) return after.value === to;
    return before.type === after.type && before.source === after.source;
  }
  if (isAlias(before)) return isAlias(after) && before.source === after.source;
  if (isSeq(before)) {
    return (
      isSeq(after) &&
      hasSameProperties(before, after) &&
      before.items.length === after.items.length &&
      before.items.every((item, index) => isSame(item, after.items[index] ?? null, intended))
    );
  }
  if (!isMap(before) || !isMap(after) || !hasSameProperties(before, after)) return false;
  return (
    before.items.length === after.items.length &&
    before.items.every((pair, index) => {
      const other = after.items[index];
      return (
        other !== undefined &&
        isSame(pair.key, other.key, intended) &&
        isSame(pair.value, other.value, intended)
      );
    })
  );
};

const hasSameProperties = (before: Properties, after: Properties): boolean =>
  before.tag === after.tag && before.anchor === after.anchor;

type Properties = Pick<Node, 'tag'> & { readonly anchor?: string | undefined };
