import { TagboatError } from '../errors.ts';
import { type CommitMeta, formatCommit, treeOf } from './commit-object.ts';
import type { CommitSigner } from './commit-signer.ts';
import { editTree } from './edit.ts';
import { compileGlobs } from './globs.ts';
import { type GitObject, oidOf } from './object.ts';
import type { ObjectStore } from './object-store.ts';
import { findFiles, findLinks, type TreeFile } from './walk.ts';

export type CommitOutcome = { readonly type: 'pushed'; readonly commit: string } | { readonly type: 'moved' };

/** A commit of the branch: what can be read of it, and put on top of it. Every method throws what `Transport` throws, too. */
export type Snapshot = {
  /** The commit's id, 40 hex digits. */
  readonly revision: string;
  /**
   * The regular files that globs mean (picomatch's syntax; one that starts with `!` takes files out), sorted by path. Symlinks
   * and submodules never, nor what is behind them.
   * @throws TagboatError `manifest-path-refused` for a glob that leaves the repository; `git-protocol`, `git-too-large`
   */
  files(globs: readonly string[]): Promise<readonly TreeFile[]>;
  /** The symlinks that globs mean, sorted by path; to tell why a file is none. @throws TagboatError as `files` does */
  links(globs: readonly string[]): Promise<readonly string[]>;
  /**
   * A file's content, a copy. The first call fetches all files found so far, in one request.
   * @throws TagboatError `git-protocol`, `git-too-large`
   */
  read(file: TreeFile): Promise<Uint8Array>;
  /**
   * One commit on top of this one, pushed by compare-and-swap, never by force. `moved`: the branch is no longer at this commit,
   * and nothing happened. Where the changes change nothing, nothing is pushed, and the answer is this commit.
   * @param changes content by path, of regular files that exist or are new; modes stay
   * @throws TagboatError `manifest-path-refused`, `git-push-refused`, `git-denied`, `git-unreachable`, `git-protocol`
   */
  commit(changes: ReadonlyMap<string, Uint8Array>, meta: CommitMeta): Promise<CommitOutcome>;
};

/** Pushes the objects of a commit on top of the snapshot's. */
export type PushCommit = (
  commit: string,
  objects: ReadonlyMap<string, GitObject>,
) => Promise<'pushed' | 'moved'>;

const deepest = (paths: Iterable<string>): number =>
  Math.max(1, ...[...paths].map((path) => path.split('/').length));

export const createSnapshot = (
  revision: string,
  store: ObjectStore,
  pushCommit: PushCommit,
  sign?: CommitSigner,
): Snapshot => {
  const found = new Set<string>();
  let fetching: Promise<void> = Promise.resolve();

  /** One after the other, so that reads at the same time share the first one's request. */
  const needBlob = (oid: string): Promise<void> => {
    const needed = fetching.then(async () => {
      if (store.has(oid)) return;
      const others = [...found].filter((other) => other !== oid && !store.has(other));
      try {
        await store.needBlobs([...others, oid]);
      } catch (error) {
        const isTooMuch = error instanceof TagboatError && error.code === 'git-too-large';
        if (!isTooMuch || others.length === 0) throw error;
        // All at once, or one of them: from here on each comes by itself, and only that one fails.
        found.clear();
        await store.needBlobs([oid]);
      }
    });
    fetching = needed.catch(() => {});
    return needed;
  };

  const rootTree = async (depth: number | undefined): Promise<string> => {
    await store.needCommit(depth);
    return treeOf(store.read(revision, 'commit'));
  };

  return {
    revision,
    files: async (globs) => {
      const compiled = compileGlobs(globs);
      const files = await findFiles(store, await rootTree(compiled.depth), compiled);
      for (const { oid } of files) found.add(oid);
      return files;
    },
    links: async (globs) => {
      const compiled = compileGlobs(globs);
      return findLinks(store, await rootTree(compiled.depth), compiled);
    },
    read: async ({ oid }) => {
      await needBlob(oid);
      return new Uint8Array(store.read(oid, 'blob'));
    },
    commit: async (changes, meta) => {
      const root = await rootTree(deepest(changes.keys()));
      const edited = await editTree(store, root, changes);
      if (edited.tree === root) return { type: 'pushed', commit: revision };
      const data = formatCommit(edited.tree, revision, meta, sign);
      const oid = oidOf('commit', data);
      const outcome = await pushCommit(oid, new Map([[oid, { type: 'commit', data }], ...edited.objects]));
      return outcome === 'pushed' ? { type: 'pushed', commit: oid } : { type: 'moved' };
    },
  };
};
