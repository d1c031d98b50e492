import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultLimits } from '../../lib/git/limits.ts';
import { type GitObject, type ObjectType, oidOf } from '../../lib/git/object.ts';
import { readPack } from '../../lib/git/pack-read.ts';
import { writePack } from '../../lib/git/pack-write.ts';
import { deltaSize, packEntry, packOf, packTypes } from './support/packs.ts';
import { createWorkspace, git, gitBytes, type Workspace } from './support/repository.ts';
import { useShell } from './support/shell.ts';

/** On both sides of what an entry's size takes one, two and three bytes for. */
const size = fc.oneof(fc.constantFrom(0, 1, 15, 16, 17, 2047, 2048, 2049), fc.nat(5000));
const data = fc
  .tuple(size, fc.uint8Array({ minLength: 1, maxLength: 40 }))
  .map(([length, pattern]) => Buffer.alloc(length, pattern));

const object: fc.Arbitrary<GitObject> = fc.record({
  type: fc.constantFrom<ObjectType>('commit', 'tree', 'blob', 'tag'),
  data,
});

const byId = (objects: readonly GitObject[]): ReadonlyMap<string, GitObject> =>
  new Map(objects.map((each) => [oidOf(each.type, each.data), each]));

const read = (pack: Buffer) => readPack(pack, defaultLimits);

/** Copies the whole base (less than 256 bytes), then appends. */
const appendingDelta = (base: Buffer, tail: string): Buffer =>
  Buffer.concat([
    deltaSize(base.length),
    deltaSize(base.length + tail.length),
    Buffer.from([0x90, base.length, tail.length]),
    Buffer.from(tail),
  ]);

describe('a pack', () => {
  it('comes back as it went', () => {
    fc.assert(
      fc.property(fc.array(object, { maxLength: 12 }), (objects) => {
        const actual = read(writePack(objects));
        const expected = byId(objects);
        expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
        for (const [oid, { type, data }] of expected) {
          expect(actual.get(oid)?.type).toBe(type);
          expect(actual.get(oid)?.data.equals(data)).toBe(true);
        }
      }),
    );
  });

  it('refuses any single byte that is changed', () => {
    const pack = writePack([
      { type: 'blob', data: Buffer.from('image: okeydokey:1.0.0\n') },
      { type: 'blob', data: Buffer.from('image: okeydokey:1.0.1\n') },
    ]);
    fc.assert(
      fc.property(fc.nat({ max: pack.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const damaged = Buffer.from(pack);
        damaged[at] = (damaged[at] ?? 0) ^ mask;
        expect(() => read(damaged)).toThrow(expect.objectContaining({ code: 'git-protocol' }));
      }),
    );
  });

  it('resolves a long chain of deltas without recursion, in the order it comes', () => {
    const length = 12_000;
    const blobs = [Buffer.from('start')];
    const entries = [packEntry(packTypes.blob, Buffer.from('start'))];
    let base = Buffer.from('start');
    for (let index = 1; index < length; index += 1) {
      const next = Buffer.from(`${'start'}${index}`);
      const delta = Buffer.concat([
        deltaSize(base.length),
        deltaSize(next.length),
        Buffer.from([0x90, 5, next.length - 5]),
        next.subarray(5),
      ]);
      const id = Buffer.from(oidOf('blob', base), 'hex');
      entries.push(packEntry(packTypes.refDelta, delta, { base: id }));
      blobs.push(next);
      base = next;
    }

    const objects = read(packOf(entries));

    expect(objects.size).toBe(length);
    expect(objects.get(oidOf('blob', base))?.data.toString()).toBe(`start${length - 1}`);
  });

  it('resolves a delta whose base comes after it', () => {
    const base = Buffer.from('image: okeydokey');
    const id = Buffer.from(oidOf('blob', base), 'hex');
    const pack = packOf([
      packEntry(packTypes.refDelta, appendingDelta(base, ':2'), { base: id }),
      packEntry(packTypes.blob, base),
    ]);

    expect([...read(pack).values()].map(({ data }) => data.toString()).sort()).toEqual([
      'image: okeydokey',
      'image: okeydokey:2',
    ]);
  });

  it('resolves a delta whose base is known from earlier', () => {
    const base = Buffer.from('image: okeydokey');
    const id = oidOf('blob', base);
    const delta = packEntry(packTypes.refDelta, appendingDelta(base, ':3'), { base: Buffer.from(id, 'hex') });

    const objects = readPack(packOf([delta]), defaultLimits, (oid) =>
      oid === id ? { type: 'blob', data: base } : undefined,
    );

    expect([...objects.values()].map(({ data }) => data.toString())).toEqual(['image: okeydokey:3']);
  });

  const blob = packEntry(packTypes.blob, Buffer.from('content'));
  const unknownBase = Buffer.alloc(20, 7);
  const contentId = Buffer.from(oidOf('blob', Buffer.from('content')), 'hex');
  it.each([
    { name: 'nothing', pack: Buffer.alloc(0) },
    { name: 'something else', pack: Buffer.from('<html>'.repeat(20)) },
    { name: 'a pack without its end', pack: packOf([blob]).subarray(0, -21) },
    { name: 'fewer objects than it says', pack: packOf([blob], 2) },
    { name: 'more bytes than it says', pack: packOf([blob, blob], 1) },
    { name: 'an unknown version', pack: Buffer.concat([Buffer.from('PACK\0\0\0\u0009'), Buffer.alloc(30)]) },
    { name: 'an unknown type', pack: packOf([packEntry(5, Buffer.from('x'))]) },
    { name: 'an object longer than it says', pack: packOf([packEntry(3, Buffer.from('xyz'), { size: 2 })]) },
    { name: 'an object shorter than it says', pack: packOf([packEntry(3, Buffer.from('x'), { size: 200 })]) },
    {
      name: 'a delta with no base',
      pack: packOf([
        packEntry(packTypes.refDelta, appendingDelta(Buffer.from('a'), 'b'), { base: unknownBase }),
      ]),
    },
    {
      name: 'a delta that starts before the pack',
      pack: packOf([packEntry(packTypes.offsetDelta, Buffer.from([0, 0]), { base: Buffer.from([0x7f]) })]),
    },
    {
      name: 'a delta of itself',
      pack: packOf([packEntry(packTypes.offsetDelta, Buffer.from([0, 0]), { base: Buffer.from([0]) })]),
    },
    {
      name: 'a delta for a base of another size',
      pack: packOf([blob, packEntry(packTypes.refDelta, Buffer.from([3, 1, 1, 65]), { base: contentId })]),
    },
    {
      name: 'a delta that copies from beyond its base',
      pack: packOf([blob, packEntry(packTypes.refDelta, Buffer.from([7, 9, 0x90, 9]), { base: contentId })]),
    },
    {
      name: 'a delta that writes more than it says',
      pack: packOf([
        blob,
        packEntry(packTypes.refDelta, Buffer.from([7, 1, 2, 65, 66]), { base: contentId }),
      ]),
    },
    {
      name: 'a delta that writes less than it says',
      pack: packOf([blob, packEntry(packTypes.refDelta, Buffer.from([7, 9, 1, 65]), { base: contentId })]),
    },
    {
      name: 'the reserved delta instruction',
      pack: packOf([blob, packEntry(packTypes.refDelta, Buffer.from([7, 1, 0]), { base: contentId })]),
    },
    {
      name: 'a delta cut within an instruction',
      pack: packOf([blob, packEntry(packTypes.refDelta, Buffer.from([7, 5, 5, 65]), { base: contentId })]),
    },
  ])('refuses $name', ({ pack }) => {
    expect(() => read(pack)).toThrow(expect.objectContaining({ code: 'git-protocol' }));
  });

  const huge = deltaSize(2 ** 40);
  it.each([
    { name: 'one object is', pack: packOf([packEntry(3, Buffer.alloc(5000))]) },
    {
      name: 'all together are',
      pack: packOf(Array.from({ length: 5 }, () => packEntry(3, Buffer.alloc(900)))),
    },
    { name: 'an object says it is', pack: packOf([packEntry(3, Buffer.from('x'), { size: 2 ** 40 })]) },
    {
      name: 'a delta would become',
      pack: packOf([
        blob,
        packEntry(packTypes.refDelta, Buffer.concat([Buffer.from([7]), huge, Buffer.from([1, 65])]), {
          base: contentId,
        }),
      ]),
    },
    { name: 'the number of objects is', pack: packOf([blob], 4_000_000_000) },
  ])('is too large where $name too large', ({ pack }) => {
    const limits = { objectBytes: 1000, inflatedBytes: 4000 };

    expect(() => readPack(pack, limits)).toThrow(expect.objectContaining({ code: 'git-too-large' }));
  });
});

describe('a pack of Git itself', () => {
  useShell();
  let workspace: Workspace;
  let bare: string;
  let listed: readonly string[];
  beforeAll(async () => {
    workspace = await createWorkspace();
    const lines = Array.from({ length: 400 }, (_, index) => `key-${index}: value\n`);
    const files = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`f/${index}.yml`, `${lines.join('')}own: ${index}\n`]),
    );
    bare = await workspace.createRepository('deltas', files);
    const format = '--batch-check=%(objectname) %(objecttype)';
    listed = (await git(bare, 'cat-file', '--batch-all-objects', format)).split('\n').sort();
  });
  afterAll(() => workspace.remove());

  it.each([
    { name: 'deltas by offset', options: ['--delta-base-offset', '--depth=50'] },
    { name: 'deltas by id', options: ['--depth=50'] },
    { name: 'no deltas', options: ['--depth=0'] },
  ])('is read object by object: $name', async ({ options }) => {
    const objects = read(await gitBytes(bare, ['pack-objects', '--stdout', '--all', '-q', ...options]));

    const actual = [...objects].map(([oid, { type }]) => `${oid} ${type}`).sort();
    expect(actual).toEqual(listed);
  });
});
