import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findImage, rewrite } from '../../lib/manifests/rewrite.ts';

/** All of them where PROPERTY_RUNS=all, as in .ci/run; in everyday use a tenth, other ones every time. */
const runs = (thousands: number): number =>
  process.env.PROPERTY_RUNS === 'all' ? thousands : Math.ceil(thousands / 10);

/**
 * Files are made of pieces in which `@IMAGE@`, `@TAG@` and the like stand for what the rewriter changes, so that the
 * same file can be written down with any tag: what it makes of one must be, to the byte, the other.
 */
type Version = { readonly tag: string; readonly digest?: string | undefined };

const image = 'docker.io/org/app';
const spellings = ['org/app', 'docker.io/org/app', 'index.docker.io/org/app'] as const;
const strangers = [
  'org/app-proxy:v1',
  'org/app2',
  'app:v1',
  'other/app:v1',
  'ghcr.io/org/app:v1',
  `x/org/app@sha256:${'a'.repeat(64)}`,
];

/** Tags that need no quotes; quoting has tests of its own. */
const tag = fc
  .tuple(fc.constantFrom('v', 'x', 'rel-', 'V'), fc.stringMatching(/^[a-zA-Z0-9_.-]{0,12}$/))
  .map(([first, rest]) => first + rest);
const digest = fc.nat(0xffff).map((n) => `sha256:${n.toString(16).padStart(4, '0').repeat(16)}`);
const version = (pinned: boolean) =>
  pinned ? fc.record({ tag, digest }) : tag.map((only): Version => ({ tag: only }));

const quote = fc.constantFrom('', '"', "'");
const spaces = fc.constantFrom(' ', '  ', '    ');
const comment = fc.constantFrom(
  '',
  ' # org/app:v0',
  '\t# tab\tand "quote',
  ' #',
  ` # ${'x'.repeat(10_000)}`,
  '  ',
);

const reference = fc
  .tuple(quote, fc.constantFrom(...spellings))
  .map(([q, name]) => `${q}${name}:@TAGDIGEST@${q}`);
const stranger = fc.tuple(quote, fc.constantFrom(...strangers)).map(([q, name]) => `${q}${name}${q}`);

const container = fc
  .tuple(fc.oneof(reference, stranger), spaces, comment, fc.integer({ min: 0, max: 3 }))
  .map(([value, space, after, shape]) =>
    shape === 0
      ? [`- {name: a,${space}image:${space}${value}, args: ["org/app:v0"]}${after}`]
      : shape === 1
        ? [`-${space}image:${space}${value}${after}`]
        : [
            '- name: a # org/app:v0',
            `  image:${space}${value}${after}`,
            '  args: ["--image", \'org/app:v0\']',
            '  note: |',
            '    image: org/app:v0',
            '     --- org/app',
          ],
  );

const indent = (lines: readonly string[], by: number) => lines.map((line) => ' '.repeat(by) + line);

const podSpec = fc
  .tuple(fc.array(container, { minLength: 1, maxLength: 3 }), fc.array(container, { maxLength: 2 }))
  .map(([main, init]) => [
    ...(init.length > 0 ? ['initContainers:', ...init.flat()] : []),
    'containers:',
    ...main.flatMap((lines) => indent(lines, 2)),
  ]);

const workload = fc
  .tuple(
    fc.constantFrom('Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'Rollout', 'CronJob', 'Pod'),
    podSpec,
  )
  .map(([kind, spec]) => [
    `apiVersion: any/v1`,
    `kind:   ${kind}   # a kind`,
    'metadata: {name: app, labels: {image: org/app}}',
    'spec:',
    ...(kind === 'Pod'
      ? indent(spec, 2)
      : kind === 'CronJob'
        ? ['  jobTemplate:', '    spec:', '      template:', '        spec:', ...indent(spec, 10)]
        : ['  template:', '    spec:', ...indent(spec, 6)]),
  ]);

const kustomizeEntry = fc
  .tuple(fc.constantFrom(...spellings, 'org/app-proxy', 'app'), quote, quote, comment, fc.boolean())
  .map(([name, q, r, after, isRenamed]) =>
    name.endsWith('/app')
      ? [
          isRenamed ? `- name: placeholder` : `- name: ${name}${after}`,
          `  newTag: ${q}@TAG@${q}${after}`,
          ...(isRenamed ? [`  newName: ${name}`] : []),
          `  @DIGESTKEY@: ${r}@DIGEST@${r}`,
        ]
      : [`- {name: ${name}, newTag: ${q}v1${q}}${after}`],
  );
const kustomization = fc
  .array(kustomizeEntry, { minLength: 1, maxLength: 4 })
  .map((entries) => ['kind: Kustomization', 'images:', ...indent(entries.flat(), 1)]);

const values = fc
  .tuple(fc.constantFrom(...spellings), quote, comment, fc.oneof(reference, stranger))
  .map(([name, q, after, plain]) => [
    'web:',
    '  image:',
    `    repository: ${name}`,
    `    tag: ${q}@TAGDIGEST@${q}${after}`,
    `  sidecars: [{image: ${plain}}, {image: {repository: org/app-proxy, tag: v1}}]`,
  ]);

const flux = 'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n  values:';
const argo = `apiVersion: argoproj.io/v1alpha1
kind: Application
spec: # inline
  source:
   helm:
    valuesObject:`;
const inlineValues = fc
  .tuple(fc.constantFrom(flux, argo), values)
  .map(([head, lines]) => [...head.split('\n'), ...indent(lines, 6)]);

const other = fc.constantFrom(
  ['kind: ConfigMap', 'apiVersion: v1', 'data:', '  script: |', '    image: org/app:v0', '    ---'],
  ["# a broken document is nobody's business where it does not mention the image", 'broken: [ "'],
  ['{"json": ["org/app:v0", 1]}'],
  [
    'kind: Settings',
    'apiVersion: any/v1',
    'shared: &shared {note: "org/app:v0", list: &list [a, "b"]}',
    'first: {<<: *shared, more: 1}',
    'second: *list',
  ],
  [`long: "${'org/app:v0 '.repeat(900)}"`, `longer: ${'y'.repeat(10_000)}\t# org/app:v0`],
  [],
);

const file = fc
  .record({
    documents: fc.array(fc.oneof(workload, workload, kustomization, values, inlineValues, other), {
      minLength: 1,
      maxLength: 4,
    }),
    marker: fc.constantFrom('---', '--- # next', '...\n---'),
    newline: fc.constantFrom('\n', '\r\n'),
    bom: fc.boolean(),
    final: fc.boolean(),
  })
  .map(({ documents, marker, newline, bom, final }) => {
    const lines = documents.flatMap((document, index) => [
      ...(index === 0 ? [] : marker.split('\n')),
      ...document,
    ]);
    return (bom ? '\ufeff' : '') + lines.join(newline) + (final ? newline : '');
  });

const write = (text: string, { tag: name, digest: at }: Version): string =>
  text
    .replaceAll('@TAGDIGEST@', at === undefined ? name : `${name}@${at}`)
    .replaceAll('@TAG@', name)
    .replaceAll('@DIGESTKEY@', at === undefined ? 'extra' : 'digest')
    .replaceAll('@DIGEST@', at ?? 'none');

const path = 'some/file.yml';

describe.each([
  ['tags', false],
  ['pinned digests', true],
])('with %s', (_name, pinned) => {
  const given = fc.record({ text: file, from: version(pinned), to: version(pinned) });

  test('only the tags change, and they all do', () => {
    fc.assert(
      fc.property(given, ({ text, from, to }) => {
        const target = { image, ...to };
        const result = rewrite({ path, text: write(text, from) }, target);
        expect(result.text).toBe(write(text, to));
        for (const use of findImage({ path, text: result.text }, image))
          expect({ tag: use.tag, digest: use.digest }).toEqual({ tag: to.tag, digest: to.digest });
        expect(rewrite({ path, text: result.text }, target)).toEqual({ text: result.text, changes: [] });
        expect(rewrite({ path, text: result.text }, { image, ...from }).text).toBe(write(text, from));
      }),
      { numRuns: runs(2000) },
    );
  });

  test('changes point at what they changed', () => {
    fc.assert(
      fc.property(given, ({ text, from, to }) => {
        const before = write(text, from);
        const lines = before.replace('\ufeff', '').split('\n');
        for (const change of rewrite({ path, text: before }, { image, ...to }).changes) {
          const rest = lines[change.line - 1]?.slice(change.column - 1) ?? '';
          expect(rest.replace(/^["']/, '').startsWith(change.from)).toBe(true);
        }
      }),
      { numRuns: runs(2000) },
    );
  });
});

test('any tag at all, pinned or not, reads back from any file', () => {
  const anyTag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/);
  const anyVersion = fc.record({ tag: anyTag, digest: fc.option(digest, { nil: undefined }) });
  fc.assert(
    fc.property(file, version(false), anyVersion, (text, from, to) => {
      const before = write(text, from);
      const result = rewrite({ path, text: before }, { image, ...to });
      const uses = findImage({ path, text: result.text }, image);
      expect(uses.length).toBe(findImage({ path, text: before }, image).length);
      for (const use of uses) expect([use.tag, use.digest]).toEqual([to.tag, to.digest]);
      expect(rewrite({ path, text: result.text }, { image, ...to }).changes).toEqual([]);
    }),
    { numRuns: runs(1000) },
  );
});

test('JSON, however it is laid out', () => {
  const layout = fc.constantFrom<string | number | undefined>(undefined, 2, '\t', 10);
  const containers = fc.array(fc.constantFrom(...spellings.map((name) => `${name}:@TAG@`), ...strangers), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(
    fc.property(layout, containers, tag, tag, fc.string(), (space, images, from, to, note) => {
      const spec = {
        containers: images.map((reference, index) => ({ name: `c${index}`, image: reference, note })),
      };
      const items = [{ apiVersion: 'apps/v1', kind: 'Deployment', spec: { template: { spec } } }];
      const text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, undefined, space);
      fc.pre(!note.includes('@TAG@'));
      const result = rewrite({ path: 'x.json', text: write(text, { tag: from }) }, { image, tag: to });
      expect(result.text).toBe(write(text, { tag: to }));
    }),
    { numRuns: runs(2000) },
  );
});

test('whatever the text is, it is rewritten, left alone or refused, and nothing else', () => {
  const scrap = fc.constantFrom(
    ...[
      'image: ',
      'org/app:v1',
      'containers:',
      '- ',
      '\n',
      '  ',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '&a ',
      '*a',
      '<<: ',
    ],
    ...[
      '|',
      '>',
      '#',
      ' # tagboat: app:tag',
      '{{ x }}',
      '{% if %}',
      '---\n',
      '...\n',
      ': ',
      ',',
      '? ',
      '!!str ',
    ],
    ...[
      '\t',
      '\r',
      '\ufeff',
      'spec:\n',
      'kind: Pod\n',
      'apiVersion: v1\n',
      'tag: v1',
      'repository: org/app\n',
    ],
  );
  fc.assert(
    fc.property(fc.array(scrap, { maxLength: 30 }), (scraps) => {
      const text = scraps.join('');
      try {
        const result = rewrite({ path, text }, { image, tag: 'v2', app: 'app' });
        expect(result.changes.length === 0).toBe(result.text === text);
      } catch (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^manifest-(?:refused|unparsable)$/) });
      }
    }),
    { numRuns: runs(3000) },
  );
});
