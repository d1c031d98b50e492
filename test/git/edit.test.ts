import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editTree } from '../../lib/git/edit.ts';
import { type GitObject, oidOf } from '../../lib/git/object.ts';
import type { ObjectStore } from '../../lib/git/object-store.ts';
import { compareEntries, formatTree, isTree, parseTree, type TreeEntry } from '../../lib/git/tree.ts';
import { findFiles } from '../../lib/git/walk.ts';
import { bytes, text } from './support/remote-fixture.ts';

const memoryStore = (objects: ReadonlyMap<string, GitObject>): ObjectStore => {
  const read = (oid: string): Buffer => {
    const object = objects.get(oid);
    if (object === undefined) throw new Error(`no object ${oid}`);
    return object.data;
  };
  return {
    read,
    has: (oid) => objects.has(oid),
    needCommit: async () => {},
    needTrees: async () => {},
    needBlobs: async () => {},
  };
};

const emptyTree = { type: 'tree' as const, data: Buffer.alloc(0) };

/** Names among which Git's order and the alphabet's differ; files and directories never share one. */
const fileName = fc.constantFrom('f', 'f.', 'f-x', 'f0', 'é.yml', 'Z');
const directoryName = fc.constantFrom('d', 'd.', 'd-x', 'd0', 'f.d', 'ü');
const path = fc
  .tuple(fc.array(directoryName, { maxLength: 3 }), fileName)
  .map(([directories, name]) => [...directories, name].join('/'));
const edits = fc.array(fc.dictionary(path, fc.string({ maxLength: 5 }), { maxKeys: 6 }), { maxLength: 5 });

const everything = { matches: () => true, mayHold: () => true, depth: undefined };

const treesOf = (objects: ReadonlyMap<string, GitObject>): readonly (readonly TreeEntry[])[] =>
  [...objects.values()].filter(({ type }) => type === 'tree').map(({ data }) => parseTree(data));

describe('an edit', () => {
  it('leaves behind the files of all edits, in trees that are in order', async () => {
    await fc.assert(
      fc.asyncProperty(edits, async (sequence) => {
        const objects = new Map<string, GitObject>([[oidOf('tree', emptyTree.data), emptyTree]]);
        const store = memoryStore(objects);
        const model = new Map<string, string>();
        let root = oidOf('tree', emptyTree.data);
        for (const edit of sequence) {
          const changes = new Map(Object.entries(edit).map(([name, content]) => [name, bytes(content)]));
          const edited = await editTree(store, root, changes);
          for (const [oid, object] of edited.objects) objects.set(oid, object);
          for (const [name, content] of Object.entries(edit)) model.set(name, text(bytes(content)));
          root = edited.tree;
        }

        const found = await findFiles(store, root, everything);

        const actual = found.map((file) => [file.path, store.read(file.oid, 'blob').toString()]);
        expect(actual).toEqual([...model].sort(([a], [b]) => (a < b ? -1 : 1)));
        for (const entries of treesOf(objects)) expect(entries.toSorted(compareEntries)).toEqual(entries);
      }),
    );
  });

  it('that changes nothing makes nothing', async () => {
    const objects = new Map<string, GitObject>([[oidOf('tree', emptyTree.data), emptyTree]]);
    const store = memoryStore(objects);
    const first = await editTree(store, oidOf('tree', emptyTree.data), new Map([['a/b/c', bytes('x')]]));
    for (const [oid, object] of first.objects) objects.set(oid, object);

    const second = await editTree(store, first.tree, new Map([['a/b/c', bytes('x')]]));

    expect(second.tree).toBe(first.tree);
    expect(second.objects.size).toBe(0);
  });
});

describe('a walk', () => {
  const treeObject = (entries: readonly TreeEntry[]): GitObject => ({
    type: 'tree',
    data: formatTree(entries),
  });

  it('gives up in trees that hold each other many times over', async () => {
    const objects = new Map<string, GitObject>();
    let oid = oidOf('blob', Buffer.alloc(0));
    for (let level = 0; level < 12; level += 1) {
      const mode = level === 0 ? '100644' : '40000';
      const tree = treeObject('abcdefghij'.split('').map((rawName) => ({ mode, rawName, oid })));
      oid = oidOf('tree', tree.data);
      objects.set(oid, tree);
    }

    await expect(findFiles(memoryStore(objects), oid, everything)).rejects.toThrow(
      expect.objectContaining({ code: 'git-too-large' }),
    );
  });

  it('passes over names that no working tree could hold', async () => {
    const blob = oidOf('blob', Buffer.alloc(0));
    const names = ['.', '..', '.GIT', '.git', '\u00ff', 'a/b', 'fine'];
    const tree = treeObject(names.map((rawName) => ({ mode: '100644', rawName, oid: blob })));
    const root = oidOf('tree', tree.data);

    const found = await findFiles(memoryStore(new Map([[root, tree]])), root, everything);

    expect(found.map(({ path: name }) => name)).toEqual(['fine']);
    expect(parseTree(tree.data).some(isTree)).toBe(false);
  });
});
