import { treeOf } from '../../../lib/git/commit-object.ts';
import { type GitObject, type ObjectType, oidOf } from '../../../lib/git/object.ts';
import { compareEntries, formatTree, parseTree, rawNameOf, type TreeEntry } from '../../../lib/git/tree.ts';
import { type Content, type Files, modeAndText } from './repository.ts';

/** A repository of one branch without a file or a process: what most tests push to. `exportToGit` hands it to Git itself. */
export type MemoryRepository = {
  readonly objects: Map<string, GitObject>;
  readonly refs: Map<string, string>;
  /** @returns its id */
  put(type: ObjectType, data: Buffer): string;
  /** Where its branch is. */
  tip(): string;
  /** The entry of the branch at that path, all of the tree where it is empty. */
  entry(path: string): TreeEntry | undefined;
  /** The file of the branch at that path. */
  text(path: string): string | undefined;
  /** The commits of the branch, the last one first. */
  history(): readonly string[];
  /** Another first commit with the same files: a history that was rewritten. */
  rewrite(): string;
};

/** The same commit as the one that `Workspace.createRepository` makes of these files. */
const firstCommit = (tree: string, message = 'first'): Buffer => {
  const mona = 'Mona <mona@example.com> 1767323045 +0000';
  return Buffer.from(`tree ${tree}\nauthor ${mona}\ncommitter ${mona}\n\n${message}`);
};

export const parentOf = (commit: Buffer): string | undefined =>
  /^tree .{40}\nparent (.{40})\n/.exec(commit.toString('latin1', 0, 100))?.[1];

export const createMemoryRepository = (files: Files, branch = 'main'): MemoryRepository => {
  const ref = `refs/heads/${branch}`;
  const objects = new Map<string, GitObject>();
  const refs = new Map<string, string>();
  const put = (type: ObjectType, data: Buffer): string => {
    const oid = oidOf(type, data);
    objects.set(oid, { type, data });
    return oid;
  };
  const data = (oid: string): Buffer => {
    const object = objects.get(oid);
    if (object === undefined) throw new Error(`there is no object ${oid}`);
    return object.data;
  };

  const putTree = (contents: readonly (readonly [string, Content])[]): string => {
    const below = new Map<string, [string, Content][]>();
    const entries: TreeEntry[] = [];
    for (const [path, content] of contents) {
      const slash = path.indexOf('/');
      if (slash === -1) {
        const [mode, text] = modeAndText(content);
        entries.push({ mode, rawName: rawNameOf(path), oid: put('blob', Buffer.from(text)) });
        continue;
      }
      const name = path.slice(0, slash);
      below.set(name, [...(below.get(name) ?? []), [path.slice(slash + 1), content]]);
    }
    for (const [name, inside] of below)
      entries.push({ mode: '40000', rawName: rawNameOf(name), oid: putTree(inside) });
    return put('tree', formatTree(entries.toSorted(compareEntries)));
  };

  const tip = (): string => refs.get(ref) ?? '';
  const entry = (path: string): TreeEntry | undefined => {
    let found: TreeEntry | undefined = { mode: '40000', rawName: '', oid: treeOf(data(tip())) };
    for (const name of path === '' ? [] : path.split('/'))
      found = found && parseTree(data(found.oid)).find(({ rawName }) => rawName === rawNameOf(name));
    return found;
  };
  refs.set(ref, put('commit', firstCommit(putTree(Object.entries(files)))));

  return {
    objects,
    refs,
    put,
    tip,
    entry,
    text: (path) => {
      const found = entry(path);
      return found && data(found.oid).toString();
    },
    history: () => {
      const commits: string[] = [];
      for (let at: string | undefined = tip(); at !== undefined; at = parentOf(data(at))) commits.push(at);
      return commits;
    },
    rewrite: () => {
      const again = put('commit', firstCommit(treeOf(data(tip())), 'again'));
      refs.set(ref, again);
      return again;
    },
  };
};
