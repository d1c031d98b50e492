import { describe, expect, test } from 'vitest';
import type { ImageField } from '../../lib/config/types.ts';
import { TagboatError } from '../../lib/errors.ts';
import { inspect, rewrite } from '../../lib/manifests/rewrite.ts';

const digest = `sha256:${'b2'.repeat(32)}`;
const old = `sha256:${'a1'.repeat(32)}`;

type Paths = Omit<ImageField, 'files'>;

const outcomeOf = (text: string, paths: Paths | readonly Paths[], pin?: string): string => {
  const fields = [paths].flat().map((one): ImageField => ({ files: 'x.yml', ...one }));
  try {
    return rewrite(
      { path: 'x.yml', text },
      { image: 'docker.io/org/app', app: 'app', tag: 'v2', digest: pin, fields },
    ).text;
  } catch (error) {
    if (!(error instanceof TagboatError)) throw error;
    return `${error.code} ${error.message}`;
  }
};

describe('a field is edited', () => {
  test.each<[string, string, Paths | readonly Paths[], string]>([
    ['by its keys', 'a: {b: org/app:v1}\n', { path: 'a.b' }, 'a: {b: org/app:v2}\n'],
    ['without a tag so far', 'a: org/app\n', { path: 'a' }, 'a: org/app:v2\n'],
    ['with its old digest', `a: org/app:v1@${old}\n`, { path: 'a' }, 'a: org/app:v2\n'],
    [
      'in the list of one name',
      'a: [{name: x, i: org/app:v1}, {name: y, i: org/app:v1}]\n',
      { path: 'a[name=y].i' },
      'a: [{name: x, i: org/app:v1}, {name: y, i: org/app:v2}]\n',
    ],
    ['by its index', '- org/app:v1\n- org/app:v1\n', { path: '[1]' }, '- org/app:v1\n- org/app:v2\n'],
    [
      'wherever a list has it, beside other images, templates and what is no text',
      'a: [org/app:v1, other:v1, {b: 1}, "x/{{ y }}", null, "org/app:v1"]\n',
      { path: 'a[*]' },
      'a: [org/app:v2, other:v1, {b: 1}, "x/{{ y }}", null, "org/app:v2"]\n',
    ],
    [
      'under any key',
      'a: {b: {i: org/app:v1}, c: {i: other:v1}, d: 1}\n',
      { path: 'a.*.i' },
      'a: {b: {i: org/app:v2}, c: {i: other:v1}, d: 1}\n',
    ],
    ['in one document of two', 'x: 1\n---\na: org/app:v1\n', { path: 'a' }, 'x: 1\n---\na: org/app:v2\n'],
    [
      'that stands on the left of a merge',
      'd: &d {i: org/app:v1}\ne: {<<: *d}\n',
      { path: 'e.i' },
      'd: &d {i: org/app:v2}\ne: {<<: *d}\n',
    ],
    ['as a tag, in a document that does not name the image', 'a: {t: v1}\n', { tag: 'a.t' }, 'a: {t: v2}\n'],
    ['as a tag that is not given yet', 'a:\n  t:\n', { tag: 'a.t' }, 'a:\n  t: v2\n'],
    ['as a tag that looks like a number', 'a: 1.10\n', { tag: 'a' }, 'a: v2\n'],
    [
      'with a digest beside it that nobody named',
      `a: {t: v1, sha256: ${old}}\n`,
      { tag: 'a.t' },
      'a: {t: v2, sha256: ""}\n',
    ],
    [
      'in pairs of name and tag',
      'a: [{n: org/app, t: v1}, {n: other, t: v1}]\n',
      { name: 'a[*].n', tag: 'a[*].t' },
      'a: [{n: org/app, t: v2}, {n: other, t: v1}]\n',
    ],
    [
      'in the same scalar as another format, once',
      'image: {repository: org/app, tag: v1}\n',
      [{ tag: 'image.tag' }, { name: 'image.repository', tag: 'image.tag' }],
      'image: {repository: org/app, tag: v2}\n',
    ],
  ])('%s', (_name, text, paths, expected) => {
    expect(outcomeOf(text, paths)).toBe(expected);
  });

  test('with a digest beside it under a plain name', () => {
    const text = `image: {ref: "org/app:v1", digest: "${old}"}\n`;
    expect(outcomeOf(text, { path: 'image.ref' }, digest)).toBe(
      `image: {ref: "org/app:v2", digest: "${digest}"}\n`,
    );
    expect(
      outcomeOf(text.replace('digest', 'checksum').replace('sha256:', ''), { path: 'image.ref' }),
    ).toMatch(/1:38: "checksum" may hold the digest of the image/);
  });

  test('with a digest in a place of its own, once', () => {
    const text = `image: {repository: org/app, tag: v1}\nsum: ${'a1'.repeat(32)}\n`;
    expect(outcomeOf(text, { name: 'image.repository', tag: 'image.tag', digest: 'sum' }, digest)).toBe(
      `image: {repository: org/app, tag: v2}\nsum: ${'b2'.repeat(32)}\n`,
    );
    const whole = `run: org/app:v1\nsum: ${old}\n`;
    expect(outcomeOf(whole, { path: 'run', digest: 'sum' }, digest)).toBe(
      `run: org/app:v2\nsum: ${digest}\n`,
    );
  });
});

describe('a field is refused with its place', () => {
  test.each<[string, string, Paths, string]>([
    [
      'another image',
      'a: other:v1\n',
      { path: 'a' },
      '1:4: the field has another image than org/app: other:v1',
    ],
    ['no reference', 'a: "not one"\n', { path: 'a' }, '1:4: the field is not an image reference: "not one"'],
    ['nothing', 'a: ""\n', { path: 'a' }, '1:4: the field is empty; write org/app with its tag there'],
    ['null', 'a: ~\n', { path: 'a' }, '1:4: the field is empty; write org/app with its tag there'],
    ['a map', 'a: {b: 1}\n', { path: 'a' }, '1:4: the field is not text'],
    [
      'a template',
      'a: "org/app:{{ x }}"\n',
      { path: 'a' },
      '1:4: the image is a template; write its name and tag out',
    ],
    ['a template of a tag', 'a: "{{ x }}"\n', { tag: 'a' }, '1:4: "{{ x }}" is not a tag; write it out'],
    [
      'a block scalar',
      'a: |-\n  org/app:v1\n',
      { path: 'a' },
      '1:4: the image is a block scalar; write it on one line',
    ],
    [
      'a key twice',
      'a: org/app:v1\na: org/app:v1\n',
      { path: 'a' },
      '1:1: the key "a" stands more than once in this map',
    ],
    [
      'a tag that other places share',
      'a: &a v1\nb: *a\n',
      { tag: 'a' },
      '1:7: aliases repeat what is under the anchor &a; one edit would change several places',
    ],
    [
      'a tag beside a whole reference',
      'a: {image: org/app, tag: v1}\n',
      { path: 'a.image' },
      '1:26: the tag stands beside the field; name the two as `name` and `tag` in `fields`',
    ],
    [
      'another name',
      'a: {n: other, t: v1}\n',
      { name: 'a.n', tag: 'a.t' },
      '1:8: the field names another image than org/app: other',
    ],
    [
      'a name with a tag',
      'a: {n: org/app:v0, t: v1}\n',
      { name: 'a.n', tag: 'a.t' },
      '1:8: the name has a tag too; name it as `path` in `fields`',
    ],
    ['a list for a tag', 'a: [v1]\n', { tag: 'a' }, '1:4: the tag is not text; write it out'],
    ['a map for a digest', 'a: v1\nb: {}\n', { tag: 'a', digest: 'b' }, '2:4: the digest is not text'],
    [
      'what is no digest',
      'a: v1\nb: v1\n',
      { tag: 'a', digest: 'b' },
      '2:4: "v1" is not a digest; write it out',
    ],
  ])('%s', (_name, text, paths, message) => {
    expect(outcomeOf(text, paths)).toBe(`manifest-refused x.yml:${message}`);
  });
});

test('what a path does not lead to is left alone, and not counted as found', () => {
  const fields: readonly ImageField[] = [
    { files: 'x.yml', path: 'a.b' },
    { files: 'x.yml', path: 'a[0].b' },
    { files: 'x.yml', kind: 'Pod', path: 'a' },
    { files: 'x.yml', path: 'c[*]' },
  ];
  const text = 'a: org/app:v1\nc: [other:v1]\n';
  expect(inspect({ path: 'x.yml', text }, { image: 'docker.io/org/app', fields })).toMatchObject({
    uses: [],
    fields: [],
    mentions: [{ text: 'org/app:v1', path: 'a' }],
  });
});

test.each([
  ['Pod', 'v1', 'Pod'],
  ['Template.template.openshift.io', 'template.openshift.io/v1', 'Template'],
])('a field for %s is looked for in %s %s', (kind, apiVersion, own) => {
  const text = (of: string) => `apiVersion: ${apiVersion}\nkind: ${of}\nx: org/app:v1\n`;
  expect(outcomeOf(text(own), { kind, path: 'x' })).toContain('org/app:v2');
  expect(outcomeOf(text('Other'), { kind, path: 'x' })).toContain('org/app:v1');
});
