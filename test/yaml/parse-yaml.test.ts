import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isScalar, visit } from 'yaml';
import { parseYaml } from '../../lib/yaml/parse-yaml.ts';

const readAs = (text: string): unknown => {
  const { document, error } = parseYaml(text);
  expect(error).toBeUndefined();
  return document.toJS();
};

/** What kubectl 1.32 and libyaml make of each. */
describe('takes what Kubernetes takes (eemeli/yaml#403)', () => {
  test.each<[string, string, unknown]>([
    [
      'a quoted scalar that is less indented',
      'a:\n  b: ["\n    exec shop\n  "]\n  c: 1\n',
      { a: { b: [' exec shop '], c: 1 } },
    ],
    ['one that is not indented', "a:\n  b: 'x\ny'\n  c: 1\n", { a: { b: 'x y', c: 1 } }],
    ['empty lines and escaped ends of lines', 'a:\n  b: "x\n\n\ny\\\n  z"\n', { a: { b: 'x\n\nyz' } }],
    ['a bracket that is less indented', 'a:\n  b: [\n    x,\n]\nc: 1\n', { a: { b: ['x'] }, c: 1 }],
    [
      'items that are less indented',
      'a:\n  b: {\n x: 1,\n y: 2}\n  c: 1\n',
      { a: { b: { x: 1, y: 2 }, c: 1 } },
    ],
    ['tabs in brackets', 'a:\n  b: [\n\t"x",\n\t{y: 1}\n\t]\n', { a: { b: ['x', { y: 1 }] } }],
    [
      'several, nested',
      'a:\n  - - k: [\nx]\n      l: [\ny, {z: "\n"}]\n  - d: e\n',
      { a: [[{ k: ['x'], l: ['y', { z: ' ' }] }], { d: 'e' }] },
    ],
    [
      'quotes and brackets that are none',
      "a:\n  b: [it's, \"]\",\n# \"\nx, 'it''s']\n",
      { a: { b: ["it's", ']', 'x', "it's"] } },
    ],
    ['a scalar with a tag and an anchor', 'a:\n  b: [!!str &x "\n1", *x]\n', { a: { b: [' 1', ' 1'] } }],
    [
      'one beside a block scalar that has quotes',
      'a: |\n  x: "\n  - [\n\n  y: z\nb:\n  - c: "\n"\n',
      { a: 'x: "\n- [\n\ny: z\n', b: [{ c: ' ' }] },
    ],
    [
      'one beside plain scalars of several lines that have quotes',
      'a: x\n  "y\ne:\n  - x\n   [y\n  - "\n"\nb: &q\n  c: "\n"\nd: z"\n',
      { a: 'x "y', e: ['x [y', ' '], b: { c: ' ' }, d: 'z"' },
    ],
    [
      'one behind what only looks like a quote',
      'k: &s x\n*s : a\n  "b\nc:\n  d: "\n"\ne: f"\n',
      { k: 'x', x: 'a "b', c: { d: ' ' }, e: 'f"' },
    ],
    ['a comment without a space', 'a: "v"#c\nb: [x]#d\n', { a: 'v', b: ['x'] }],
    ['a carriage return by itself', 'a: 1\rb: 2\r', { a: 1, b: 2 }],
    ['a key that stands twice', 'a: 1\na: 2\n', { a: 2 }],
    ['a directive of another version', '%YAML 1.3\n---\na: 1\n', { a: 1 }],
    ['tags that nobody knows', 'a: !Ref x\nb: !<y> [z]\n', { a: 'x', b: ['z'] }],
  ])('%s', (_name, text, expected) => {
    expect(readAs(text)).toEqual(expected);
  });
});

test.each<[string, string, number]>([
  ['a quote that is not closed', 'a: "x\nb: 1\n', 11],
  ['a bracket that is not closed', 'a: [x\nb: 1\n', 6],
  ['a document that begins within quotes', 'a: "x\n--- "\n', 5],
  ['a broken line behind one that could be mended', 'a:\n  b: "\n"\nc: d: e\n', 15],
  ['a quote that was forgotten', 'a: "x\nb: "y"\nc: 1\n', 5],
])('says where it ends: %s', (_name, text, offset) => {
  expect(parseYaml(text).error?.offset).toBe(offset);
});

test('ranges are those of the text, however much was indented for the parser', () => {
  const piece = fc.constantFrom(
    '"\n x"',
    "'a\n\n b'",
    '[\nx,\n y\n]',
    '{\nk: "v\n"}',
    '[x, {y: z}]',
    'plain',
    '"q"',
  );
  let mended = 0;
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 8 }),
      fc.constantFrom('\n', '\r\n'),
      (pieces, lineEnd) => {
        const text =
          `top:\n${pieces.map((one, at) => `  - key${at}: ${one}\n    ref: image${at}:v1 # c\n`).join('')}`.replaceAll(
            '\n',
            lineEnd,
          );
        const { document, error } = parseYaml(text);
        expect(error).toBeUndefined();
        const found: string[] = [];
        visit(document.contents, (key, node) => {
          if (!isScalar(node)) return;
          const [start = 0, end = 0] = node.range ?? [];
          if (node.type === 'PLAIN' && key === 'value' && String(node.value).startsWith('image'))
            found.push(text.slice(start, end));
          if (node.type === 'PLAIN' && node.source !== '') expect(text.slice(start, end)).toBe(node.source);
          if (node.type === 'QUOTE_DOUBLE') expect(text.slice(start, end)).toMatch(/^"[^"]*"$/);
        });
        expect(found).toEqual(pieces.map((_, at) => `image${at}:v1`));
        if (pieces.some((one) => one.includes('\n'))) mended += 1;
      },
    ),
    { numRuns: 200 },
  );
  expect(mended).toBeGreaterThan(20);
});
