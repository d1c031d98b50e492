import { expect, test } from 'vitest';
import { isMap, isNode } from 'yaml';
import { readDocuments } from '../../lib/cluster/deliver/documents.ts';
import { entries, items, rootOf } from '../../lib/manifests/cursor.ts';
import { parseManifest } from '../../lib/manifests/parse.ts';
import { placesIn } from '../../lib/manifests/refusal.ts';
import { rewrite } from '../../lib/manifests/rewrite.ts';
import { isSameImageEverywhere } from '../../lib/manifests/sharing.ts';

const target = { image: 'docker.io/org/app', tag: 'v2' };
const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{image: "org/app:v1"}]}\n';
const rewriteText = (text: string) => rewrite({ path: 'a.yml', text }, target).text;

// Comparing every key with every other took 12.8 s here, and half an hour for ten times as many.
test('a ConfigMap of 40,000 keys beside the workload, or with the image in it', () => {
  const keys = Array.from({ length: 40_000 }, (_, at) => `  key${at}: "v${at}"\n`).join('');
  const data = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n${keys}`;
  const text = `${data}  self: org/app:v1\n---\n${pod}`;

  expect(rewriteText(text)).toBe(`${data}  self: org/app:v1\n---\n${pod.replace('v1"', 'v2"')}`);
  expect(readDocuments({ path: 'a.yml', text })).toHaveLength(2);
});

test('a document without the image is not parsed', () => {
  const text = `broken: [ {{ "\n---\n${pod}---\n%#!\n`;
  expect(rewriteText(text)).toBe(text.replace('app:v1', 'app:v2'));
});

test('aliases of lists of aliases of lists are looked at once each', () => {
  const many = (alias: string) => `[${Array(300).fill(alias).join(', ')}]`;
  const text = `x: &c {image: "org/other:v1"}
y: &p {apiVersion: v1, kind: Pod, spec: {containers: ${many('*c')}, initContainers: ${many('*c')}}}
apiVersion: v1
kind: List
items: ${many('*p')}
z: org/app
`;
  const root = rootOf(
    parseManifest({ file: 'a.yml', places: placesIn(text), index: 0, toFile: (at) => at }, text),
  );
  const list = root === undefined ? undefined : entries(root).find(({ key }) => key === 'items');
  expect(list === undefined ? 0 : items(list.value).length).toBe(1);
  expect(rewriteText(text)).toBe(text);
});

// Each map that has the tag asked about the places of all of them: 70 s of CPU for 6,000.
test.each([
  ['a tag', '{repository: org/app, tag: *v}'],
  ['a map', '{<<: *m}'],
])('the places of %s that many share are compared once', (_name, value) => {
  const count = 200;
  const maps = Array.from({ length: count }, (_, at) => `k${at}: ${value}\n`).join('');
  const text = `first: &m {repository: org/app, tag: &v v1}\n${maps}`;
  const { root, sharing } = parseManifest(
    { file: 'a.yml', places: placesIn(text), index: 0, toFile: (at) => at },
    text,
  );
  const first = isMap(root) ? root.get('first') : undefined;
  const shared = isMap(first) ? (value.includes('<<') ? first : first.get('tag', true)) : undefined;
  if (!isMap(first) || !isNode(shared)) throw new Error('the text has other nodes');
  let reads = 0;
  const places = (sharing.places(shared) ?? []).map((place) => ({
    ...place,
    get map() {
      reads += 1;
      return place.map;
    },
  }));
  expect(places).toHaveLength(count + 1);
  for (const { map } of sharing.places(shared) ?? [])
    expect(
      isSameImageEverywhere(shared, places, shared === first ? first : (map ?? first), ['repository']),
    ).toBe(true);
  expect(reads).toBeLessThan(6 * count);
  expect(rewriteText(text)).toBe(text.replace('v1', 'v2'));
  expect(() => rewriteText(`${text}x: {<<: *m, repository: org/other, tag: *v}\n`)).toThrow(
    expect.objectContaining({ code: 'manifest-refused' }),
  );
});

test.each([
  ['braces', `a: org/app\nb: ${'{a: '.repeat(20_000)}`],
  ['anchors within anchors', `a: org/app\n${'- '.repeat(20_000)}x\n`],
])('what is nested without end is refused: %s', (_name, text) => {
  expect(() => rewriteText(text)).toThrow(expect.objectContaining({ code: 'manifest-unparsable' }));
});

test.each([
  ['400', 400, ''],
  ['40 of a mebibyte', 40, `${'# nothing\n'.repeat(110_000)}`],
])('%s loose lines are mended', (_name, count, filler) => {
  const loose =
    `%YAML 1.2\n---\n${pod}` +
    filler +
    Array.from({ length: count }, (_, at) => `k${at}:\n  v: "\n"\n`).join('');
  expect(rewriteText(loose)).toBe(loose.replace('v1"', 'v2"'));
});

test('a fault behind many loose lines is reported where it is', () => {
  const loose = pod + Array.from({ length: 200 }, (_, at) => `k${at}:\n  v: "\n"\n`).join('');
  expect(() => rewriteText(`${loose}c: d: e\n`)).toThrow(
    expect.objectContaining({
      code: 'manifest-unparsable',
      message: expect.stringMatching(/^a\.yml:605:4: /),
    }),
  );
});

test('what the look of the lines does not tell is mended a bounded number of times', () => {
  const loose = (count: number) => `${pod}x: &s y\nk:\n${'  - *s : "\n"\n'.repeat(count)}`;
  expect(rewriteText(loose(40))).toBe(loose(40).replace('v1"', 'v2"'));
  expect(() => rewriteText(loose(400))).toThrow(expect.objectContaining({ code: 'manifest-unparsable' }));
});
