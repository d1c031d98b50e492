import fs from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  add,
  clone,
  commit,
  push,
  readBlob,
  readTree,
  resolveRef,
  writeBlob,
  writeTree,
} from 'isomorphic-git';
import http from 'isomorphic-git/http/node';
import { branch, released } from './repository.ts';

const author = { name: 'Mona', email: 'mona@example.com' };

const withTag = (text: string, tag: string): string => text.replace(/(image: example\/\S+):\S+/, `$1:${tag}`);

/** A repository in a directory that goes away. `cache`: packs are parsed once, and not for every object. */
const inDirectory = async (write: (repo: Repo) => Promise<void>): Promise<void> => {
  const dir = await mkdtemp(path.join(tmpdir(), 'tagboat-isomorphic-'));
  try {
    await write({ fs, dir, cache: {} });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
};

type Repo = { readonly fs: typeof fs; readonly dir: string; readonly cache: object };

const pushed = async (repo: Repo, url: string): Promise<void> => {
  const { ok } = await push({ ...repo, http, url, ref: branch });
  if (!ok) throw new Error('isomorphic-git did not push');
};

/** As its documentation has it: a shallow clone of one branch, a file written, `add`, `commit`, `push`. */
export const writeIsomorphic = (url: string, tag: string): Promise<void> =>
  inDirectory(async (repo) => {
    await clone({ ...repo, http, url, ref: branch, depth: 1, singleBranch: true });
    const file = path.join(repo.dir, released.file);
    await writeFile(file, withTag(await readFile(file, 'utf8'), tag));
    await add({ ...repo, filepath: released.file });
    await commit({ ...repo, author, message: `Release ${tag}` });
    await pushed(repo, url);
  });

/**
 * Its shortest way: no checkout, and the few trees that change written by hand, since `add` and `commit` need an index of
 * all files.
 */
export const writeIsomorphicByHand = (url: string, tag: string): Promise<void> =>
  inDirectory(async (repo) => {
    await clone({ ...repo, http, url, ref: branch, depth: 1, singleBranch: true, noCheckout: true });
    const replace = async (oid: string, components: readonly string[]): Promise<string> => {
      const [name, ...rest] = components;
      if (name === undefined) {
        const text = Buffer.from((await readBlob({ ...repo, oid })).blob).toString('utf8');
        return writeBlob({ ...repo, blob: Buffer.from(withTag(text, tag)) });
      }
      const { tree } = await readTree({ ...repo, oid });
      const index = tree.findIndex((entry) => entry.path === name);
      const entry = tree[index];
      if (entry === undefined) throw new Error(`${released.file} is not there`);
      return writeTree({
        ...repo,
        tree: tree.with(index, { ...entry, oid: await replace(entry.oid, rest) }),
      });
    };
    const parent = await resolveRef({ ...repo, ref: branch });
    const { oid: root } = await readTree({ ...repo, oid: parent });
    const tree = await replace(root, released.file.split('/'));
    await commit({ ...repo, ref: branch, tree, author, message: `Release ${tag}` });
    await pushed(repo, url);
  });
