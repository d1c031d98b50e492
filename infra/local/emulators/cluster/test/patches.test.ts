import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFields, encodeFields, fieldsOf } from '../src/patch/field-set.ts';
import { applyJsonPatch } from '../src/patch/json-patch.ts';
import { applyMergePatch } from '../src/patch/merge-patch.ts';
import { applyStrategicMergePatch } from '../src/patch/strategic-merge-patch.ts';

describe('a JSON patch', () => {
  it.each([
    { name: 'adds', patch: [{ op: 'add', path: '/b', value: 2 }], expected: { a: [1, 2], b: 2 } },
    {
      name: 'inserts into a list',
      patch: [{ op: 'add', path: '/a/1', value: 9 }],
      expected: { a: [1, 9, 2] },
    },
    { name: 'appends', patch: [{ op: 'add', path: '/a/-', value: 3 }], expected: { a: [1, 2, 3] } },
    { name: 'removes', patch: [{ op: 'remove', path: '/a/0' }], expected: { a: [2] } },
    { name: 'replaces', patch: [{ op: 'replace', path: '/a', value: {} }], expected: { a: {} } },
    { name: 'moves', patch: [{ op: 'move', from: '/a', path: '/c' }], expected: { c: [1, 2] } },
    { name: 'copies', patch: [{ op: 'copy', from: '/a/0', path: '/c' }], expected: { a: [1, 2], c: 1 } },
    { name: 'tests', patch: [{ op: 'test', path: '/a/1', value: 2 }], expected: { a: [1, 2] } },
    {
      name: 'unescapes',
      patch: [{ op: 'add', path: '/x~1y~0z', value: 1 }],
      expected: { a: [1, 2], 'x/y~z': 1 },
    },
  ])('$name', ({ patch, expected }) => {
    expect(applyJsonPatch({ a: [1, 2] }, patch)).toEqual(expected);
  });

  it.each([
    { name: 'a path that is not there', patch: [{ op: 'remove', path: '/b' }] },
    { name: 'a test that fails', patch: [{ op: 'test', path: '/a', value: 1 }] },
    { name: 'an index out of bounds', patch: [{ op: 'add', path: '/a/7', value: 1 }] },
    { name: 'an unknown operation', patch: [{ op: 'swap', path: '/a' }] },
  ])('refuses $name', ({ patch }) => {
    expect(() => applyJsonPatch({ a: [1, 2] }, patch)).toThrow();
  });
});

describe('a merge patch', () => {
  it('merges objects, removes nulls, replaces lists', () => {
    expect(applyMergePatch({ a: { b: 1, c: 2 }, l: [1] }, { a: { c: null, d: 3 }, l: [2] })).toEqual({
      a: { b: 1, d: 3 },
      l: [2],
    });
  });
});

const pod = (...containers: readonly Record<string, unknown>[]) => ({ spec: { containers } });

describe('a strategic merge patch', () => {
  it.each([
    {
      name: 'merges containers by name',
      patch: pod({ name: 'a', image: 'x:2' }),
      expected: pod(
        { name: 'a', image: 'x:2', env: [{ name: 'A', value: '1' }] },
        { name: 'b', image: 'y:1' },
      ),
    },
    {
      name: 'deletes a container',
      patch: pod({ name: 'b', $patch: 'delete' }),
      expected: pod({ name: 'a', image: 'x:1', env: [{ name: 'A', value: '1' }] }),
    },
    {
      name: 'replaces a list',
      patch: pod({ $patch: 'replace' }, { name: 'c', image: 'z:1' }),
      expected: pod({ name: 'c', image: 'z:1' }),
    },
    {
      name: 'replaces an object',
      patch: { spec: { $patch: 'replace', containers: [{ name: 'c', image: 'z:1' }] } },
      expected: pod({ name: 'c', image: 'z:1' }),
    },
    {
      name: 'merges variables by name, in the order asked for',
      patch: pod({
        name: 'a',
        '$setElementOrder/env': [{ name: 'B' }, { name: 'A' }],
        env: [{ name: 'B', value: '2' }],
      }),
      expected: pod(
        {
          name: 'a',
          image: 'x:1',
          env: [
            { name: 'B', value: '2' },
            { name: 'A', value: '1' },
          ],
        },
        { name: 'b', image: 'y:1' },
      ),
    },
  ])('$name', ({ patch, expected }) => {
    const target = pod(
      { name: 'a', image: 'x:1', env: [{ name: 'A', value: '1' }] },
      { name: 'b', image: 'y:1' },
    );
    expect(applyStrategicMergePatch(target, patch)).toEqual(expected);
  });

  it('knows lists of plain values and keys to retain', () => {
    const target = {
      metadata: { finalizers: ['a', 'b'] },
      strategy: { type: 'RollingUpdate', rollingUpdate: {} },
    };
    const patch = {
      metadata: { '$deleteFromPrimitiveList/finalizers': ['a'], finalizers: ['c'] },
      strategy: { $retainKeys: ['type'], type: 'Recreate' },
    };
    expect(applyStrategicMergePatch(target, patch)).toEqual({
      metadata: { finalizers: ['b', 'c'] },
      strategy: { type: 'Recreate' },
    });
  });
});

describe('field sets', () => {
  it('come back from FieldsV1 as they were', () => {
    const name = fc.string({ minLength: 1, maxLength: 6 }).filter((text) => !text.includes('\u0000'));
    const container = fc.record({ name, image: name });
    const object = fc.record({
      data: fc.dictionary(name, name, { minKeys: 1 }),
      spec: fc.record({
        replicas: fc.nat(),
        containers: fc.uniqueArray(container, { selector: (item) => item.name }),
      }),
    });
    fc.assert(
      fc.property(object, (value) => {
        const paths = new Set(fieldsOf(value).keys());
        expect(decodeFields(encodeFields(paths))).toEqual(paths);
      }),
    );
  });
});
