import { describe, expect, test } from 'vitest';
import { findImage, rewrite } from '../../lib/manifests/rewrite.ts';

const image = 'docker.io/devopswithkubernetes/okeydokey';
const digest = (hex: string) => `sha256:${hex.repeat(32)}`;

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: okeydokey
  namespace: web
spec:
  template:
    spec:
      containers:
        - name: okeydokey
          image: devopswithkubernetes/okeydokey:v0.0.3
`;

const pod = (reference: string) =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - image: ${reference}\n`;

describe('changes', () => {
  test('say where, what it was and what it is', () => {
    const text = `\ufeff# the service\n---\nkind: Service\n---\n${deployment}`;
    expect(rewrite({ path: 'deployment/deployment.yml', text }, { image, tag: 'v0.0.4' }).changes).toEqual([
      {
        file: 'deployment/deployment.yml',
        line: 15,
        column: 18,
        document: 1,
        path: ['spec', 'template', 'spec', 'containers', 0, 'image'],
        from: 'devopswithkubernetes/okeydokey:v0.0.3',
        to: 'devopswithkubernetes/okeydokey:v0.0.4',
      },
    ]);
  });

  test('of Kustomize are tags and digests', () => {
    const text = `images:\n- name: devopswithkubernetes/okeydokey\n  digest: ${digest('a1')}\n  newTag: 1.9\n`;
    const { changes } = rewrite({ path: 'x/kustomization.yaml', text }, { image, tag: '1.10' });
    expect(changes.map(({ line, column, path, from, to }) => ({ line, column, path, from, to }))).toEqual([
      { line: 3, column: 11, path: ['images', 0, 'digest'], from: digest('a1'), to: '' },
      { line: 4, column: 11, path: ['images', 0, 'newTag'], from: '1.9', to: '1.10' },
    ]);
  });

  test('are none where the target stands already', () => {
    expect(rewrite({ path: 'd.yml', text: deployment }, { image, tag: 'v0.0.3' })).toEqual({
      text: deployment,
      changes: [],
    });
  });

  test('are none where the image does not stand', () => {
    const text = 'a: [ "\n'; // not even parsed
    expect(rewrite({ path: 'd.yml', text }, { image, tag: 'v1' })).toEqual({ text, changes: [] });
  });
});

describe('which image is meant', () => {
  test.each([
    ['docker.io/library/app', 'app:1', true],
    ['docker.io/library/app', 'library/app:1', true],
    ['docker.io/library/app', 'index.docker.io/app:1', true],
    ['docker.io/library/app', 'docker.io/library/app:1', true],
    ['docker.io/library/app', 'app-proxy:1', false],
    ['docker.io/library/app', 'my-app:1', false],
    ['docker.io/library/app', 'org/app:1', false],
    ['docker.io/library/app', 'ghcr.io/app:1', false],
    ['docker.io/org/app', 'org/app/sub:1', false],
    ['docker.io/org/app', 'other/app:1', false],
    ['ghcr.io/org/app', 'ghcr.io/org/app:1', true],
    ['ghcr.io/org/app', 'GHCR.io/org/app:1', true],
    ['ghcr.io/org/app', 'org/app:1', false],
    ['localhost:5000/app', 'localhost:5000/app:1', true],
    ['localhost:5000/app', 'localhost:5001/app:1', false],
  ])('%s stands in %s: %s', (name, reference, expected) => {
    const { text } = rewrite({ path: 'p.yml', text: pod(reference) }, { image: name, tag: '2' });
    expect(text).toBe(pod(expected ? reference.replace(/1$/, '2') : reference));
  });
});

describe('quotes', () => {
  const kustomization = (tag: string) => `images: [{name: org/app, newTag: ${tag}}]`;
  test.each([
    ['v1', 'v2', 'v2'],
    ['v1', '1.10', '"1.10"'],
    ['v1', '007', '"007"'],
    ['v1', '1e3', '"1e3"'],
    ['v1', 'yes', '"yes"'],
    ['v1', '2024-01-15', '"2024-01-15"'],
    ['v1', '1.2.3', '1.2.3'],
    ["'v1'", '1.10', "'1.10'"],
    ['"v1"', '1.10', '"1.10"'],
    ['1.9', '1.10', '"1.10"'],
    ['1.10', '1.10', '1.10'],
    ['010', 'v2', 'v2'],
    ['no', 'v2', 'v2'],
    ['""', 'v2', '"v2"'],
    ['!!str 1', 'v2', '!!str v2'],
    ['&tag v1', 'v2', '&tag v2'],
  ])('newTag: %s, then %s, is %s', (from, tag, to) => {
    const file = { path: 'kustomization.yml', text: kustomization(from) };
    expect(rewrite(file, { image: 'docker.io/org/app', tag }).text).toBe(kustomization(to));
  });

  test('are put around a reference that YAML 1.1 reads as a number to the base of 60', () => {
    const target = { image: 'docker.io/library/190', tag: '20' };
    expect(rewrite({ path: 'p.yml', text: pod('190:1') }, target).text).toBe(pod('"190:20"'));
  });
});

describe('findImage', () => {
  test('says where, which tag and which workload', () => {
    expect(findImage({ path: 'd.yml', text: `---\nkind: Service\n---\n${deployment}` }, image)).toEqual([
      {
        file: 'd.yml',
        line: 14,
        column: 18,
        document: 1,
        tag: 'v0.0.3',
        digest: undefined,
        workload: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'okeydokey', namespace: 'web' },
      },
    ]);
  });

  test('reads the items of a list, and leaves the namespace out where there is none', () => {
    const text = `kind: List
items:
- {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {initContainers: [{image: devopswithkubernetes/okeydokey}]}}
- {apiVersion: v1, kind: Pod, metadata: {generateName: b}, spec: {containers: [{image: "devopswithkubernetes/okeydokey@${digest('a1')}"}]}}
`;
    expect(
      findImage({ path: 'd.yml', text }, image).map(({ tag, digest: at, workload }) => ({
        tag,
        at,
        workload,
      })),
    ).toEqual([
      { tag: undefined, at: undefined, workload: { apiVersion: 'v1', kind: 'Pod', name: 'a' } },
      { tag: undefined, at: digest('a1'), workload: undefined },
    ]);
  });

  test.each([
    ['a tag', 'newTag: v1', { tag: 'v1', digest: undefined }],
    ['a tag that looks like a number', 'newTag: 1.10', { tag: '1.10', digest: undefined }],
    ['a digest', `digest: ${digest('a1')}`, { tag: undefined, digest: digest('a1') }],
    ['both', `newTag: v1, digest: "${digest('a1')}"`, { tag: 'v1', digest: digest('a1') }],
    ['both in one', `newTag: "v1@${digest('a1')}"`, { tag: 'v1', digest: digest('a1') }],
    ['an empty digest', 'newTag: v1, digest: ""', { tag: 'v1', digest: undefined }],
  ])('reads %s of Kustomize', (_name, fields, expected) => {
    const text = `images: [{name: devopswithkubernetes/okeydokey, ${fields}}]`;
    expect(findImage({ path: 'kustomization.yaml', text }, image)).toMatchObject([expected]);
  });

  test('finds markers only for the app that is asked for', () => {
    const text = `a: {x: v1, d: "${digest('a1')}"}\nb: v1 # tagboat: okeydokey:tag\nc: ${digest('b2')} # tagboat: okeydokey:digest\nd: v3 # tagboat: other:tag\n`;
    const file = { path: 'x.yml', text };
    expect(findImage(file, image, 'okeydokey')).toEqual([
      { file: 'x.yml', line: 2, column: 4, document: 0, tag: 'v1', digest: digest('b2') },
    ]);
    expect(findImage(file, image)).toEqual([]);
  });
});

test('a document that is broken but marked for another app is not looked at', () => {
  const text = 'a: [ # tagboat: other:tag\n';
  expect(rewrite({ path: 'x.yml', text }, { image, tag: 'v1', app: 'okeydokey' }).changes).toEqual([]);
});

test('a key and a marker that name the same tag are one change', () => {
  const text = `images:\n- name: org/app\n  newTag: v1 # tagboat: app:tag\n  digest: ${digest('a1')}\n`;
  const file = { path: 'kustomization.yaml', text };
  const target = { image: 'docker.io/org/app', tag: 'v2', app: 'app' };
  expect(rewrite(file, { ...target, digest: digest('b2') }).text).toBe(
    text.replace('v1', 'v2').replace(digest('a1'), digest('b2')),
  );
  expect(rewrite(file, target).text).toBe(text.replace('v1', 'v2').replace(digest('a1'), '""'));
  expect(findImage(file, target.image, 'app')).toMatchObject([{ line: 3, tag: 'v1', digest: digest('a1') }]);
});

test('YAML 1.1 with its dates and merge keys', () => {
  const text = `%YAML 1.1\n---\nx: &x {on: 2001-12-14, b: !!binary aGk=}\n${pod('org/app:v1')}    <<: *x\n`;
  expect(rewrite({ path: 'p.yml', text }, { image: 'docker.io/org/app', tag: 'v2' }).text).toBe(
    text.replace('org/app:v1', 'org/app:v2'),
  );
});
