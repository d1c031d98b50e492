import { expect, test } from 'vitest';
import { inspect } from '../../lib/manifests/rewrite.ts';

const mentionsOf = (text: string, image = 'docker.io/org/app', path = 'x.yml') =>
  inspect({ path, text }, { image, app: 'app' }).mentions.map(
    ({ line, column, text: reference, hasVersion }) =>
      `${line}:${column} ${reference}${hasVersion ? '' : ' (no version)'}`,
  );

test.each<[string, string, readonly string[]]>([
  [
    "a kind of one's own",
    'kind: Backend\napiVersion: example.com/v1\nspec: {parts: [{runs: docker.io/org/app:v1}]}\n',
    ['3:23 docker.io/org/app:v1'],
  ],
  [
    'an OpenShift Template',
    'kind: Template\napiVersion: template.openshift.io/v1\nobjects:\n- {spec: {image: org/app:v1}}\n',
    ['4:18 org/app:v1'],
  ],
  ['an argument', 'a: [--self=org/app:v1]\n', ['1:12 org/app:v1']],
  [
    'a text in a text',
    'data:\n  x: |\n    image: "org/app:v1"\n    other: org/app2:v1\n',
    ['3:13 org/app:v1'],
  ],
  ['a place with a scheme', 'a: docker://org/app:v1\n', ['1:13 org/app:v1']],
  ['the end of a sentence', 'a: it was org/app:v1.\n', ['1:11 org/app:v1']],
  ['a name without a version', 'a: org/app\n', ['1:4 org/app (no version)']],
  [
    'comments, and names of something else',
    '# org/app:v1\norg/app: app\na: x/org/app:v1\nb: org/app-proxy:v1\n',
    [],
  ],
  ['a web page', 'a: https://example.com/org/app\n', []],
])('%s', (_name, text, expected) => {
  expect(mentionsOf(text)).toEqual(expected);
});

test('the places that a format has are none', () => {
  const text =
    'kind: Pod\napiVersion: v1\nspec: {containers: [{image: "org/app:v1", args: ["org/app:v0"]}]}\n';
  expect(mentionsOf(text)).toEqual(['3:51 org/app:v0']);
  const patch =
    'patches:\n- patch: |\n    - {op: add, path: /spec/template/spec/containers/0/image, value: "org/app:v1"}\n    - {op: add, path: /a, value: org/app:v0}\n';
  expect(mentionsOf(patch, 'docker.io/org/app', 'kustomization.yml')).toEqual(['4:34 org/app:v0']);
});

test('a short name counts with a version only', () => {
  expect(mentionsOf('a: app\nb: app:v1\n', 'docker.io/library/app')).toEqual(['2:4 app:v1']);
});
