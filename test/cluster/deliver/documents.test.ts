import { expect, test } from 'vitest';
import { readDocuments } from '../../../lib/cluster/deliver/documents.ts';

const read = (text: string) => readDocuments({ path: 'a.yml', text });

test('every document with its line; empty ones are skipped; lists are unpacked', () => {
  const text = `# header
apiVersion: v1
kind: ConfigMap
metadata: { name: a }
---
# nothing
---
---
{"apiVersion": "v1", "kind": "List", "items": [
  {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b"}},
  {"apiVersion": "v1", "kind": "ConfigMapList", "items": [
    {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}]}]}
`;
  expect(read(text).map(({ object, at }) => [object.metadata.name, at])).toEqual([
    ['a', { file: 'a.yml', line: 2 }],
    ['b', { file: 'a.yml', line: 9 }],
    ['c', { file: 'a.yml', line: 9 }],
  ]);
});

test('scalars are read as Kubernetes reads them', () => {
  const text = `apiVersion: v1
kind: X
metadata: { name: a }
octal: 0644
hex: 0x1F
yes: on
exponent: 1e3
date: 2020-01-01
time: 1:30
ports: 8080:80
base: &base { a: 1 }
merged: { <<: *base, b: 2 }
`;
  expect(read(text)[0]?.object).toEqual({
    apiVersion: 'v1',
    kind: 'X',
    metadata: { name: 'a' },
    octal: 420,
    hex: 31,
    true: true,
    exponent: 1000,
    date: '2020-01-01',
    time: '1:30',
    ports: '8080:80',
    base: { a: 1 },
    merged: { a: 1, b: 2 },
  });
});

test.each([
  ['', 0],
  ['# only a comment\n', 0],
  ['---\n---\n', 0],
])('%j holds no objects', (text, count) => {
  expect(read(text)).toHaveLength(count);
});

test.each([
  ['broken YAML', 'a: 1\n b: 2\n', 'manifest-unparsable', /^a\.yml:1:4: Nested mappings/],
  [
    'aliases without end',
    `a: &a [x,x,x,x,x,x,x,x,x,x]\n${['b', 'c', 'd', 'e', 'f'].map((key, index) => `${key}: &${key} [${`*${'abcde'[index]},`.repeat(10)}]`).join('\n')}\n`,
    'manifest-unparsable',
    /^a\.yml:1: its aliases cannot be resolved$/,
  ],
  [
    'Helm values',
    'image: { tag: 1 }\n',
    'manifest-not-applicable',
    /^a\.yml:1: is not a Kubernetes object: apiVersion or kind is missing\./,
  ],
  ['a sequence', '- a\n', 'manifest-not-applicable', /^a\.yml:1: is not a Kubernetes object$/],
  [
    'a Kustomization',
    'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n',
    'manifest-not-applicable',
    /^a\.yml:1: a Kustomization cannot be applied as it is/,
  ],
  [
    'no name',
    'apiVersion: v1\nkind: Pod\nmetadata: { generateName: a- }\n',
    'manifest-not-applicable',
    /^a\.yml:1: Pod has no metadata\.name$/,
  ],
  [
    'a number as namespace',
    'apiVersion: v1\nkind: Pod\nmetadata: { name: a, namespace: 1 }\n',
    'manifest-not-applicable',
    /namespace is not text/,
  ],
  [
    'a name that goes up the path',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: .. }\n',
    'manifest-not-applicable',
    /^a\.yml:1: Kubernetes has no ConfigMap of the name "\.\."$/,
  ],
  [
    'a group that goes up the path, in a List',
    'apiVersion: v1\nkind: List\nitems: [{ apiVersion: ../v1, kind: ConfigMap, metadata: { name: a } }]\n',
    'manifest-not-applicable',
    /^a\.yml:1: apiVersion "\.\.\/v1" is none$/,
  ],
])('%s is refused with its place', (_, text, code, message) => {
  expect(() => read(text)).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) }),
  );
});

// https://github.com/eemeli/yaml/issues/403: kubectl takes all of these.
test.each<[string, string, unknown]>([
  ['quoted lines that are not indented', 'a:\n  b: ["\n    exec shop\n  "]\n', { b: [' exec shop '] }],
  ['brackets that are not indented', 'a:\n  b: [\n1,\n2\n]\n', { b: [1, 2] }],
  ['a key that stands twice, of which the last counts', 'a: {b: 1, b: 2}\n', { b: 2 }],
  ['a comment without a space', 'a: {b: "x"}#c\n', { b: 'x' }],
])('takes %s', (_, text, expected) => {
  const [, document] = read(
    `kind: A\napiVersion: v1\nmetadata: {name: a}\n---\nkind: B\napiVersion: v1\nmetadata: {name: b}\n${text}`,
  );
  expect(document).toMatchObject({ object: { a: expected }, at: { line: 5 } });
});

test('a place is that of the file, in the second document too', () => {
  expect(() => read('# a\n---\nb: [x\nc: 1\n')).toThrow(
    expect.objectContaining({ at: { file: 'a.yml', line: 4, column: 1 } }),
  );
});
