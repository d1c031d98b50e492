import { describe, expect, test } from 'vitest';
import { TagboatError } from '../../lib/errors.ts';
import { readText } from '../../lib/manifests/file-kind.ts';
import { type ImageTarget, rewrite } from '../../lib/manifests/rewrite.ts';

const image = 'registry.example.com/team/shop';
const hex = { old: '00a4d2889c2b32f86c50673b1a82cb5b45349f1c24b0a882d11a53518e2ecae4', new: 'b2'.repeat(32) };
const digest = `sha256:${hex.new}`;

const changesOf = (path: string, text: string, pin?: string): readonly string[] => {
  const target: ImageTarget = { image, app: 'shop', tag: 'v2', digest: pin };
  try {
    const result = rewrite({ path, text }, target);
    expect(rewrite({ path, text: result.text }, target).changes).toEqual([]);
    return result.changes.map(({ line, from, to }) => `${line}: ${from} -> ${to}`);
  } catch (error) {
    if (!(error instanceof TagboatError)) throw error;
    return [error.message];
  }
};

const values = (more: string) => `image:\n  repository: ${image}\n  tag: v1\n${more}`;
const whole = (line: number) => ({
  tags: [`${line}: ${image}:v1 -> ${image}:v2`],
  pinned: [`${line}: ${image}:v1 -> ${image}:v2@${digest}`],
});
const tagAlone = (line: number) => ({
  tags: [`${line}: v1 -> v2`],
  pinned: [`${line}: v1 -> v2@${digest}`],
});

/** The essence of a public report each. */
const reports: readonly {
  readonly report: string;
  readonly path?: string;
  readonly text: string;
  readonly tags: readonly string[];
  readonly pinned: readonly string[];
}[] = [
  {
    report: 'helm/charts#23240, prometheus-community/helm-charts#3355: a bare digest beside the tag',
    text: values(`  sha: ${hex.old} # repository:tag@sha256:<sha>\n`),
    tags: ['3: v1 -> v2', `4: ${hex.old} -> `],
    pinned: ['3: v1 -> v2', `4: ${hex.old} -> ${hex.new}`],
  },
  {
    report: 'kubernetes-sigs/kustomize#1281: an inline JSON patch sets the image',
    path: 'overlays/prod/kustomization.yaml',
    text: `resources: [../../base]
patches:
  - target: {kind: Deployment, name: shop}
    patch: |-
      - op: replace
        path: /spec/template/spec/containers/0/image
        value: ${image}:v1
`,
    ...whole(7),
  },
  {
    report: 'kubernetes-sigs/kustomize#352: the same as a file',
    text: `- op: replace\n  path: /spec/template/spec/containers/0/image\n  value: ${image}:v1\n`,
    ...whole(3),
  },
  {
    report: 'grafana/helm-charts, loki-stack: a template elsewhere in the document',
    text: `ingress:\n  host: shop.{{ .Values.global.domain }} # through tpl\n${values('')}`,
    ...tagAlone(5),
  },
  {
    report: 'eemeli/yaml#403: an under-indented quoted scalar over several lines',
    text: `apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  template:
    spec:
      containers:
        - name: shop
          image: ${image}:v1
          command: [sh, -c]
          args: ["
            exec shop
          "]
`,
    ...whole(9),
  },
  {
    report: 'grafana/agent#5145: null is not given',
    text: values('  digest: null\n  registry: null\n'),
    tags: ['3: v1 -> v2'],
    pinned: ['3: v1 -> v2', `4:  -> ${digest}`],
  },
  {
    report: 'argoproj-labs/argocd-image-updater#561, #1725: the source file of an Application',
    path: 'apps/.argocd-source-shop.yaml',
    text: `helm:
  parameters:
    - {name: image.name, value: ${image}, forcestring: true}
    - {name: image.tag, value: v1, forcestring: true}
kustomize:
  images: ['${image}:v1']
`,
    tags: ['4: v1 -> v2', `6: ${image}:v1 -> ${image}:v2`],
    pinned: [`4: v1 -> v2@${digest}`, `6: ${image}:v1 -> ${image}:v2@${digest}`],
  },
  {
    report: 'kubernetes-sigs/kustomize#5138: a WorkflowTemplate of Argo',
    text: `apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
spec: {templates: [{name: main, script: {image: '${image}:v1', source: "sleep {{inputs.parameters.delay}}"}}]}
`,
    ...whole(3),
  },
  {
    report: 'a Tekton Task',
    text: `apiVersion: tekton.dev/v1\nkind: Task\nspec: {steps: [{name: main, image: '${image}:v1'}]}\n`,
    ...whole(3),
  },
  {
    report: 'kubernetes-sigs/kustomize#758: a custom resource with pod specs',
    text: `apiVersion: kubeflow.org/v1
kind: PyTorchJob
spec: {pytorchReplicaSpecs: {Worker: {template: {spec: {containers: [{image: '${image}:v1'}]}}}}}
`,
    ...whole(3),
  },
  {
    report: 'an OpenShift Template',
    text: `apiVersion: template.openshift.io/v1
kind: Template
objects:
  - {apiVersion: v1, kind: Pod, spec: {containers: [{name: a, image: '${image}:v1'}]}}
`,
    ...whole(4),
  },
  {
    report: 'Bitnami charts: global.imageRegistry',
    text: 'global: {imageRegistry: registry.example.com}\nimage: {repository: team/shop, tag: v1}\n',
    ...tagAlone(2),
  },
  {
    report: 'akuity/kargo#6692: an anchor of the image, and aliases',
    text: `app: {image: &image {repository: ${image}, tag: v1}}\nmigrate: {image: *image}\njob: {image: {<<: *image, pullPolicy: Always}}\n`,
    ...tagAlone(1),
  },
  {
    report: 'akuity/kargo#6692: a map with the image that is merged',
    text: `defaults: &defaults {image: "${image}:v1"}\nweb: {<<: *defaults}\nworker: {<<: *defaults, replicas: 2}\n`,
    ...whole(1),
  },
];

describe.each(reports)('$report', ({ path = 'x.yaml', text, tags, pinned }) => {
  test('with a tag', () => {
    expect(changesOf(path, text)).toEqual(tags);
  });

  test('with a pinned digest', () => {
    expect(changesOf(path, text, digest)).toEqual(pinned);
  });
});

test.each([
  [
    'kubernetes-sigs/kustomize#3542: a SparkApplication',
    `apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nspec: {image: "${image}:v1"}\n`,
    { kind: 'SparkApplication.sparkoperator.k8s.io', path: 'spec.image' },
  ],
  [
    'kubernetes-sigs/kustomize#5889: a RunnerDeployment',
    `apiVersion: actions.summerwind.dev/v1alpha1\nkind: RunnerDeployment\nspec: {template: {spec: {image: "${image}:v1"}}}\n`,
    { path: 'spec.template.spec.image' },
  ],
])('%s, by `fields`', (_report, text, paths) => {
  const target = { image, tag: 'v2', fields: [{ files: 'x.yaml', ...paths }] };
  expect(rewrite({ path: 'x.yaml', text }, { image, tag: 'v2' }).changes).toEqual([]);
  expect(rewrite({ path: 'x.yaml', text }, target).text).toBe(text.replace(':v1', ':v2'));
});

test('git-lfs/git-lfs, docs/spec.md: a pointer says that it is one', () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 100\n`;
  expect(readText(Buffer.from(pointer))).toEqual({ kind: 'git-lfs' });
});
