import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments, parseDocument } from 'yaml';
import { splitDocuments } from '../../lib/yaml/split-documents.ts';

const textsOf = (text: string) => splitDocuments(text).map((range) => range.text);

describe('splitDocuments', () => {
  test.each<[string, string, readonly string[]]>([
    ['nothing', '', []],
    ['one document without markers', 'a: 1\n', ['a: 1\n']],
    ['two documents', 'a: 1\n---\nb: 2', ['a: 1\n', '---\nb: 2']],
    ['comments before the first marker', '# c\n\n---\na: 1\n', ['# c\n\n---\na: 1\n']],
    ['directives', '%YAML 1.2\n# c\n---\na: 1\n', ['%YAML 1.2\n# c\n---\na: 1\n']],
    [
      'comments between documents go with the one before',
      'a: 1\n# c\n---\nb: 2\n',
      ['a: 1\n# c\n', '---\nb: 2\n'],
    ],
    ['an empty document', '---\n---\na: 1\n', ['---\n', '---\na: 1\n']],
    ['a last marker', 'a: 1\n---\n', ['a: 1\n', '---\n']],
    ['content behind the marker', '--- {a: 1}\n--- # c\nb: 2\n', ['--- {a: 1}\n', '--- # c\nb: 2\n']],
    ['end markers', 'a: 1\n...\n# c\n---\nb: 2\n...\n', ['a: 1\n...\n', '# c\n---\nb: 2\n...\n']],
    ['comments behind the last end marker', 'a: 1\n...\n# c\n', ['a: 1\n...\n# c\n']],
    ['CRLF', 'a: 1\r\n---\r\nb: 2\r\n', ['a: 1\r\n', '---\r\nb: 2\r\n']],
    ['a byte order mark', '\ufeff---\na: 1\n---\nb: 2\n', ['\ufeff---\na: 1\n', '---\nb: 2\n']],
    ['what only looks like a marker', 'a: |\n  ---\n  x\n---x: 1\n', ['a: |\n  ---\n  x\n---x: 1\n']],
    ['a marker in a block scalar ends it', '--- |\na\n---b\n--- \nc\n', ['--- |\na\n---b\n', '--- \nc\n']],
    ['a tab behind the marker', 'a: 1\n---\tb\n', ['a: 1\n', '---\tb\n']],
    ['JSON', '{\n"a": "---"\n}', ['{\n"a": "---"\n}']],
  ])('%s', (_name, text, expected) => {
    expect(textsOf(text)).toEqual(expected);
  });

  const line = fc.constantFrom(
    ...['---', '--- ', '---\t', '--- # c', '--- |', '...', '... # c', '---x', '----', '# c', '', '  ', '\t'],
    ...['a: 1', 'b: |', '  x', '  ---', 'c: "x', '  y"', '- z', '%YAML 1.2', 'd: [', '  1]', ' ...', '--'],
  );
  const stream = fc
    .tuple(
      fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n')), { maxLength: 12 }),
      fc.boolean(),
      fc.boolean(),
    )
    .map(([lines, bom, cut]) => {
      const text = (bom ? '\ufeff' : '') + lines.map(([content, end]) => content + end).join('');
      return cut ? text.replace(/\r?\n$/, '') : text;
    });

  test('the ranges are the stream, whatever it is', () => {
    fc.assert(
      fc.property(stream, (text) => {
        const ranges = splitDocuments(text);
        expect(ranges.map((range) => range.text).join('')).toBe(text);
        for (const { start, end, text: part } of ranges) expect(text.slice(start, end)).toBe(part);
      }),
      { numRuns: 1000 },
    );
  });

  test('cuts where the parser does', () => {
    const options = { prettyErrors: false, uniqueKeys: false, logLevel: 'error' } as const;
    let compared = 0;
    fc.assert(
      fc.property(stream, (text) => {
        const whole = parseAllDocuments(text, options);
        if (whole.some((document) => document.errors.length > 0)) return;
        if (whole.length === 0) return; // comments only
        compared += 1;
        const parts = textsOf(text).map((part) => parseDocument(part, options));
        expect(parts.flatMap((part) => part.errors)).toEqual([]);
        expect(parts.map((part) => part.toJS())).toEqual([...whole].map((document) => document.toJS()));
      }),
      { numRuns: 3000 },
    );
    expect(compared).toBeGreaterThan(200);
  });
});
