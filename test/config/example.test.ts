import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { problemsOf } from './support.ts';

const example = readFileSync('tagboat.yml', 'utf8').split('\n');

/** What has to be another one where an alternative is taken, as its comment says. */
const along: Readonly<Record<string, readonly [string, string]>> = {
  imageTag: ['on: image-push', 'on: tag-push'],
};

const indentOf = (line: string): number => line.length - line.trimStart().length;
const isWithin = (line: string, indent: number): boolean => line.trim() === '' || indentOf(line) > indent;

/** How many of the lines from there on are more deeply indented than the first. */
const lengthOfBlock = (lines: readonly string[], start: number): number => {
  const indent = indentOf(lines[start] ?? '');
  const rest = lines.slice(start + 1).findIndex((line) => !isWithin(line, indent));
  return rest === -1 ? lines.length - start : rest + 1;
};

/** The lines without another entry of that name in the same mapping. */
const without = (lines: readonly string[], key: string, kept: number): readonly string[] => {
  const indent = indentOf(lines[kept] ?? '');
  const isOutside = (line: string) => line.trim() !== '' && indentOf(line) < indent;
  const start = lines.slice(0, kept).findLastIndex(isOutside);
  const after = lines.slice(kept).findIndex(isOutside);
  const end = after === -1 ? lines.length : kept + after;
  const other = lines.findIndex(
    (line, index) =>
      index > start &&
      index < end &&
      index !== kept &&
      indentOf(line) === indent &&
      line.trimStart().startsWith(`${key}:`),
  );
  return other === -1 ? lines : lines.toSpliced(other, lengthOfBlock(lines, other));
};

type Alternative = { readonly name: string; readonly text: string };

/** Every `# key: value` of the lines from `start` to `end` taken, each by itself, and those within it. */
const alternatives = (
  lines: readonly string[],
  start: number,
  end: number,
  name: string,
): readonly Alternative[] =>
  lines.flatMap((line, index) => {
    const [, indent, key = ''] = /^( *)# ([\w.-]+):(?: |$)/.exec(line) ?? [];
    if (indent === undefined || index < start || index >= end) return [];
    const deeper = lines.slice(index + 1).findIndex((next) => !next.startsWith(`${indent}#   `));
    const last = deeper === -1 ? lines.length : index + 1 + deeper;
    const taken = lines.map((one, at) =>
      at < index || at >= last ? one : indent + one.slice(indent.length + 2),
    );
    const [from = '', to = ''] = along[key] ?? [];
    const text = without(taken, key, index).join('\n').replace(from, to);
    const named = `${name}${key}`;
    return [
      { name: `${named} in line ${index + 1}`, text },
      ...alternatives(taken, index + 1, last, `${named}.`),
    ];
  });

// The first line is for editors.
const all = alternatives(example, 1, example.length, '');

it('the example has alternatives to what it says', () => {
  expect(all.length).toBeGreaterThan(30);
});

it.each(all)('the example is valid with $name', ({ text }) => {
  expect(problemsOf(text)).toEqual([]);
});
