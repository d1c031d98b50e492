import { expect, test } from 'vitest';
import { placesAtPath, tryParseJsonPath, valueAtPath } from '../lib/json-path.ts';

const pathOf = (text: string) => {
  const path = tryParseJsonPath(text);
  if (path === undefined) throw new Error(`${text} is no path`);
  return path;
};

test.each([
  ['$.tag', ['tag']],
  ['$.push-data.$ref', ['push-data', '$ref']],
  ['$.events[*].target.tag', ['events', '[*]', 'target', 'tag']],
  ['$[0][12].a', [0, 12, 'a']],
])('%s is a path', (text, path) => {
  expect(tryParseJsonPath(text)).toEqual(path);
});

test.each([
  '',
  '$',
  'tag',
  '.tag',
  '$tag',
  '$.',
  '$..tag',
  '$.a b',
  "$['a']",
  '$.a[',
  '$.a[-1]',
  '$.a[1:2]',
  '$.a[?(1)]',
  `$${'.a'.repeat(200)}`,
])('%j is none', (text) => {
  expect(tryParseJsonPath(text)).toBeUndefined();
});

test.each([
  ['$.a', { a: 1 }, [], 1],
  ['$.a[1]', { a: [1, 2] }, [], 2],
  ['$.a[1]', { a: { 1: 2 } }, [], undefined],
  ['$.length', [1, 2], [], undefined],
  ['$.__proto__', {}, [], undefined],
  ['$.constructor', {}, [], undefined],
  ['$.a.b', { a: null }, [], undefined],
  ['$.a[*].b', { a: [{ b: 1 }, { b: 2 }] }, [1], 2],
  ['$.a[*].b', { a: [{ b: 1 }] }, [], undefined],
])('at %s of %j stands, by %j, %j', (text, data, indices, value) => {
  expect(valueAtPath(data, pathOf(text), indices)).toEqual(value);
});

test.each([
  ['$.a', {}, [[]]],
  ['$.a[*]', { a: [7, 8] }, [[0], [1]]],
  [
    '$.a[*].b[*]',
    { a: [{ b: [1] }, {}, { b: [2, 3] }] },
    [
      [0, 0],
      [2, 0],
      [2, 1],
    ],
  ],
  ['$.a[*]', { a: { length: 3 } }, []],
  ['$.a[*]', { a: Array(1001).fill(0) }, undefined],
])('%s in %j leads to %j', (text, data, places) => {
  expect(placesAtPath(data, pathOf(text))).toEqual(places);
});
