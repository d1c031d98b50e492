import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import picomatch from 'picomatch';
import { describe, expect, test } from 'vitest';
import { formats } from '../../lib/manifests/catalog.ts';
import { type ImageTarget, inspect, rewrite } from '../../lib/manifests/rewrite.ts';

const root = join(import.meta.dirname, '../golden');
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const readTree = (directory: string): Record<string, string> =>
  Object.fromEntries(
    globSync('**', { cwd: directory, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(directory.length + 1), decoder.decode(readFileSync(path))]),
  );

const rewriteTree = (tree: Record<string, string>, target: ImageTarget): Record<string, string> =>
  Object.fromEntries(
    Object.entries(tree).map(([path, text]) => [path, rewrite({ path, text }, inFile(path, target)).text]),
  );

/** With those of its fields that are meant for the file. */
const inFile = (path: string, target: ImageTarget): ImageTarget => ({
  ...target,
  fields: (target.fields ?? []).filter(({ files }) => picomatch(files)(path)),
});

const cases = globSync('*/*/target.json', { cwd: root }).map((path) => path.replace('/target.json', ''));

test('every format has a golden case', () => {
  expect([...new Set(cases.map((name) => name.split('/')[0]))].sort()).toEqual(
    formats.map((format) => format.name).sort(),
  );
});

describe.each(cases)('golden %s', (name) => {
  const target = JSON.parse(readFileSync(join(root, name, 'target.json'), 'utf8')) as ImageTarget;
  const original = readTree(join(root, name, 'original'));
  const expected = readTree(join(root, name, 'expected'));

  test('becomes the expected tree', () => {
    expect(rewriteTree(original, target)).toEqual(expected);
  });

  test('does not change again', () => {
    expect(rewriteTree(expected, target)).toEqual(expected);
  });

  test('reads back as the target, in as many places as before', () => {
    const places = (tree: Record<string, string>) =>
      Object.entries(tree).flatMap(([path, text]) => inspect({ path, text }, inFile(path, target)).uses);
    const after = places(expected);
    expect(after.map(({ line, file, document }) => ({ line, file, document }))).toEqual(
      places(original).map(({ line, file, document }) => ({ line, file, document })),
    );
    expect(after.filter((use) => use.digest !== target.digest)).toEqual([]);
  });
});
