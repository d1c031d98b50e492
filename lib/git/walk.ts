import { TagboatError } from '../errors.ts';
import type { Globs } from './globs.ts';
import type { ObjectStore } from './object-store.ts';
import { isSafeName } from './path.ts';
import { fileMode, isFile, isSymlink, isTree, nameOf, parseTree, type TreeEntry } from './tree.ts';

export type TreeFile = {
  /** From the root of the repository, with slashes. */
  readonly path: string;
  readonly mode: '100644' | '100755';
  readonly oid: string;
};

type Directory = { readonly components: readonly string[]; readonly oid: string };

/** Trees that contain one another several times over stand for an exponential number of paths. */
const maxVisited = 500_000;

/**
 * The regular files that globs mean, sorted by path. Only directories that may hold one are looked into; symlinks and submodules
 * are no files, and are not followed. One request at most for each level of trees that is not at hand.
 * @throws TagboatError `git-too-large`, `git-protocol`, and what fetching throws
 */
export const findFiles = async (
  store: ObjectStore,
  root: string,
  globs: Globs,
): Promise<readonly TreeFile[]> =>
  (await findEntries(store, root, globs, isFile)).map(({ path, entry }) => ({
    path,
    mode: fileMode(entry),
    oid: entry.oid,
  }));

/** The paths of the symlinks that globs mean, in the same way. */
export const findLinks = async (store: ObjectStore, root: string, globs: Globs): Promise<readonly string[]> =>
  (await findEntries(store, root, globs, isSymlink)).map(({ path }) => path);

type FoundEntry = { readonly path: string; readonly entry: TreeEntry };

const findEntries = async (
  store: ObjectStore,
  root: string,
  globs: Globs,
  isWanted: (entry: TreeEntry) => boolean,
): Promise<readonly FoundEntry[]> => {
  const files: FoundEntry[] = [];
  let visited = 0;
  let level: readonly Directory[] = [{ components: [], oid: root }];
  for (let depth = 0; level.length > 0; depth += 1) {
    const left = globs.depth === undefined ? undefined : globs.depth - depth;
    await store.needTrees(
      level.map(({ oid }) => oid),
      left,
    );
    const below: Directory[] = [];
    for (const { components, oid } of level) {
      for (const entry of parseTree(store.read(oid, 'tree'))) {
        visited += 1;
        if (visited > maxVisited)
          throw new TagboatError('git-too-large', `the globs lead through more than ${maxVisited} paths`);
        const name = nameOf(entry);
        if (name === undefined || !isSafeName(name)) continue;
        const path = [...components, name];
        if (isTree(entry)) {
          if (globs.mayHold(path)) below.push({ components: path, oid: entry.oid });
        } else if (isWanted(entry) && globs.matches(path.join('/')))
          files.push({ path: path.join('/'), entry });
      }
    }
    level = below;
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
};
