import { TagboatError } from '../errors.ts';
import { type GitObject, type ObjectType, oidOf } from './object.ts';
import type { ObjectStore } from './object-store.ts';
import { splitPath } from './path.ts';
import { compareEntries, formatTree, isFile, isTree, parseTree, rawNameOf, type TreeEntry } from './tree.ts';

/** Changes by path component: what to write in a directory, and the directories below that something is written in. */
type Directory = {
  readonly path: string;
  readonly files: Map<string, Buffer>;
  readonly below: Map<string, Directory>;
};

type Edited = {
  /** The root tree; the one given where nothing changed. */
  readonly tree: string;
  /** Trees and blobs that the change consists of, by id. */
  readonly objects: Map<string, GitObject>;
};

const refuse = (path: string, why: string): TagboatError =>
  new TagboatError('manifest-path-refused', `${JSON.stringify(path)} cannot be written: ${why}`);

const newDirectory = (path: string): Directory => ({ path, files: new Map(), below: new Map() });

const plan = (changes: ReadonlyMap<string, Uint8Array>): Directory => {
  const root = newDirectory('');
  for (const [path, content] of changes) {
    const components = splitPath(path);
    let directory = root;
    for (const name of components.slice(0, -1)) {
      const raw = rawNameOf(name);
      if (directory.files.has(raw)) throw refuse(path, 'a part of the path is written as a file');
      const known = directory.below.get(raw) ?? newDirectory(`${directory.path}${name}/`);
      directory.below.set(raw, known);
      directory = known;
    }
    const raw = rawNameOf(components.at(-1) ?? '');
    if (directory.below.has(raw)) throw refuse(path, 'it is a directory of another file');
    directory.files.set(raw, Buffer.from(content));
  }
  return root;
};

const entryOf = (entries: readonly TreeEntry[], rawName: string): TreeEntry | undefined =>
  entries.find((entry) => entry.rawName === rawName);

/** Fetches the trees that the changes lead through, level by level, each level in one request. */
const needTrees = async (store: ObjectStore, root: string, changes: Directory): Promise<void> => {
  let level: readonly { readonly oid: string; readonly directory: Directory }[] = [
    { oid: root, directory: changes },
  ];
  while (level.length > 0) {
    await store.needTrees(
      level.map(({ oid }) => oid),
      1,
    );
    level = level.flatMap(({ oid, directory }) => {
      const entries = parseTree(store.read(oid, 'tree'));
      return [...directory.below].flatMap(([rawName, below]) => {
        const entry = entryOf(entries, rawName);
        return entry !== undefined && isTree(entry) ? [{ oid: entry.oid, directory: below }] : [];
      });
    });
  }
};

/** In the place of the entry of that name, or where Git's order wants a new one; the others stay as and where they are. */
const withEntry = (entries: readonly TreeEntry[], entry: TreeEntry): readonly TreeEntry[] => {
  const index = entries.findIndex(({ rawName }) => rawName === entry.rawName);
  if (index !== -1) return entries.with(index, entry);
  const before = entries.findIndex((other) => compareEntries(entry, other) < 0);
  return entries.toSpliced(before === -1 ? entries.length : before, 0, entry);
};

/**
 * Makes the trees and blobs of a change. Modes stay; entries that are not changed stay byte for byte; a new file is 100644.
 * @throws TagboatError `manifest-path-refused` for a path that leaves the repository, or at which something else than a regular
 * file stands; what fetching throws
 */
export const editTree = async (
  store: ObjectStore,
  root: string,
  changes: ReadonlyMap<string, Uint8Array>,
): Promise<Edited> => {
  const objects = new Map<string, GitObject>();
  const put = (type: ObjectType, data: Buffer): string => {
    const oid = oidOf(type, data);
    objects.set(oid, { type, data });
    return oid;
  };
  const write = (oid: string | undefined, directory: Directory): string => {
    const original = oid === undefined ? [] : parseTree(store.read(oid, 'tree'));
    let entries: readonly TreeEntry[] = original;
    let changed = oid === undefined;
    const place = (entry: TreeEntry): void => {
      if (entryOf(entries, entry.rawName)?.oid === entry.oid) return;
      entries = withEntry(entries, entry);
      changed = true;
    };
    for (const [rawName, below] of directory.below) {
      const existing = entryOf(original, rawName);
      if (existing !== undefined && !isTree(existing)) throw refuse(below.path, 'it is not a directory');
      place({ mode: existing?.mode ?? '40000', rawName, oid: write(existing?.oid, below) });
    }
    for (const [rawName, content] of directory.files) {
      const existing = entryOf(original, rawName);
      if (existing !== undefined && !isFile(existing))
        throw refuse(
          directory.path + Buffer.from(rawName, 'latin1').toString('utf8'),
          'it is not a regular file',
        );
      const blob = oidOf('blob', content);
      if (existing?.oid !== blob)
        place({ mode: existing?.mode ?? '100644', rawName, oid: put('blob', content) });
    }
    return changed || oid === undefined ? put('tree', formatTree(entries)) : oid;
  };
  const planned = plan(changes);
  await needTrees(store, root, planned);
  return { tree: write(root, planned), objects };
};
