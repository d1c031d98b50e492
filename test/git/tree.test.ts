import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oidOf } from '../../lib/git/object.ts';
import {
  compareEntries,
  fileMode,
  formatTree,
  isFile,
  isTree,
  nameOf,
  parseTree,
  rawNameOf,
  type TreeEntry,
} from '../../lib/git/tree.ts';
import { createWorkspace, gitBytes, type Workspace } from './support/repository.ts';
import { useShell } from './support/shell.ts';

const oid = fc
  .uint8Array({ minLength: 20, maxLength: 20 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));
const mode = fc.constantFrom('100644', '100755', '120000', '40000', '160000');

/** Any bytes but NUL and the slash. */
const rawName = fc
  .uint8Array({ minLength: 1, maxLength: 12 })
  .map((bytes) =>
    Buffer.from(bytes.map((byte) => (byte === 0 || byte === 0x2f ? 0x2e : byte))).toString('latin1'),
  );

/** Names that differ in what Git's order is about: what follows the common part, a slash or something before or after it. */
const trickyName = fc
  .array(fc.constantFrom('a', 'b', '-', '.', '0', '\u00e9', 'é'), { minLength: 1, maxLength: 3 })
  .map((parts) => rawNameOf(parts.join('')));

const entry = (name: fc.Arbitrary<string>): fc.Arbitrary<TreeEntry> =>
  fc.record({ mode, rawName: name, oid });

const byName = (one: TreeEntry) => one.rawName;

describe('a tree', () => {
  it('comes back as it went, whatever bytes its names are of', () => {
    fc.assert(
      fc.property(fc.array(entry(rawName)), (entries) => {
        expect(parseTree(formatTree(entries))).toEqual(entries);
      }),
    );
  });

  it.each([
    { name: 'no space', data: '100644' },
    { name: 'no NUL', data: '100644 name' },
    { name: 'an id cut short', data: '100644 name\0abc' },
    { name: 'a mode that is none', data: `rw-r--r-- name\0${'x'.repeat(20)}` },
  ])('is refused with $name', ({ data }) => {
    expect(() => parseTree(Buffer.from(data))).toThrow(expect.objectContaining({ code: 'git-protocol' }));
  });

  it.each([
    { mode: '100644', file: '100644' },
    { mode: '100664', file: '100644' },
    { mode: '100755', file: '100755' },
    { mode: '100775', file: '100755' },
  ])('reads the mode $mode of a file as $file', ({ mode: given, file }) => {
    const one = { mode: given, rawName: 'f', oid: '0'.repeat(40) };

    expect([isFile(one), isTree(one), fileMode(one)]).toEqual([true, false, file]);
  });

  it.each(['120000', '160000', '40000', '040000'])('takes the mode %s for no file', (given) => {
    expect(isFile({ mode: given, rawName: 'f', oid: '0'.repeat(40) })).toBe(false);
  });

  it('names what is UTF-8, and nothing else', () => {
    const named = (raw: string) => nameOf({ mode: '100644', rawName: raw, oid: '' });

    expect(named(rawNameOf('grüße.yml'))).toBe('grüße.yml');
    expect(named('\u00ff\u00fe.yml')).toBeUndefined();
  });
});

describe('the order of a tree', () => {
  useShell();
  let workspace: Workspace;
  let bare: string;
  beforeAll(async () => {
    workspace = await createWorkspace();
    bare = await workspace.createRepository('trees', {});
  });
  afterAll(() => workspace.remove());

  it('is that of git mktree', async () => {
    const entries = fc.uniqueArray(entry(trickyName), { selector: byName, minLength: 1, maxLength: 40 });
    const samples = fc.sample(entries, 100);
    const types: Record<string, string> = { '40000': 'tree', '160000': 'commit' };
    const lineOf = (one: TreeEntry): string =>
      `${one.mode.padStart(6, '0')} ${types[one.mode] ?? 'blob'} ${one.oid}\t${nameOf(one)}\0`;

    // A tree ends with an empty line: one process for all of them
    const made = await gitBytes(bare, ['mktree', '--missing', '--batch', '-z'], {
      input: Buffer.from(samples.map((unordered) => `${unordered.map(lineOf).join('')}\0`).join('')),
    });

    const expected = made.toString().trimEnd().split('\n');
    for (const [index, unordered] of samples.entries())
      expect(oidOf('tree', formatTree(unordered.toSorted(compareEntries))), JSON.stringify(unordered)).toBe(
        expected[index],
      );
  });
});
