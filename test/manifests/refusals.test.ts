/** biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are variables of envsubst in manifests */
import { describe, expect, test } from 'vitest';
import { TagboatError } from '../../lib/errors.ts';
import { findImage, type ImageTarget, rewrite } from '../../lib/manifests/rewrite.ts';

const target: ImageTarget = { image: 'docker.io/org/app', tag: 'v2', app: 'app' };
const digest = `sha256:${'a1'.repeat(32)}`;

const deployment = (containers: string, before = '') => `${before}apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      containers:
${containers}`;

const argocdParameters = (parameters: Readonly<Record<string, string>>) =>
  `apiVersion: argoproj.io/v1alpha1
kind: Application
spec:
  source:
    helm:
      parameters:
${Object.entries(parameters)
  .map(([name, value]) => `      - {name: ${name}, value: "${value}"}\n`)
  .join('')}`;

const refusalOf = (work: () => unknown): { code: string; message: string } | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    if (!(error instanceof TagboatError)) throw error;
    return { code: error.code, message: error.message };
  }
};

const template = 'this is a template ({{ }}), not a manifest; only finished YAML can be rewritten';
const templateImage = 'the image is a template; write its name and tag out';
const hiddenText =
  'the image stands in a text that is folded or has escapes; write it as a literal block scalar (`|`)';
const digestInName =
  'the name of the image has a digest, and the tag stands beside it; write the digest there too';
const blockScalar = 'the image is a block scalar; write it on one line';

/** Each says where (`line:column`) and why. */
const refused: readonly (readonly [
  name: string,
  text: string,
  message: string,
  path?: string | undefined,
])[] = [
  [
    'a template for a tag',
    deployment('      - image: "org/app:{{ .Values.tag }}"'),
    `7:16: ${templateImage}`,
  ],
  [
    'a template for a digest',
    deployment('      - image: "org/app:v1@{{ digest }}"'),
    `7:16: ${templateImage}`,
  ],
  ['an unquoted one', deployment('      - image: org/app:{{ tag }}'), `7:16: ${templateImage}`],
  [
    'a template for a host',
    deployment('      - image: "{{ registry }}/org/app:v1"'),
    `7:16: ${templateImage}`,
  ],
  ['a variable for a tag', deployment('      - image: org/app:${TAG}'), `7:16: ${templateImage}`],
  [
    'an expression that leaves YAML broken',
    deployment('      - image: {{ x }}/org/app:v1'),
    `7:16: ${template}`,
  ],
  [
    'a statement around it',
    deployment('{{- if x }}\n      - image: org/app:v1\n{{- end }}\n'),
    `7:1: ${template}`,
  ],
  [
    'a Jinja statement',
    `{% if x %}\n${deployment('      - image: org/app:v1')}\n{% endif %}\n`,
    `1:1: ${template}`,
  ],
  [
    'a template beside it',
    deployment('      - image: org/app:v1\n        name: {{ name }}'),
    `8:15: ${template}`,
  ],
  [
    'a template in the second document',
    `a: 1\n---\n${deployment('      - image: org/app:v1\n        x: {{ x }}')}`,
    `10:12: ${template}`,
  ],
  ['a literal block scalar', deployment('      - image: |-\n          org/app:v1'), `7:16: ${blockScalar}`],
  ['a folded block scalar', deployment('      - image: >\n          org/app:v1\n'), `7:16: ${blockScalar}`],
  [
    'the key twice',
    deployment('      - image: org/app:v1\n        image: other:v1'),
    '7:9: the key "image" stands more than once in this map',
  ],
  [
    'a key on the way twice',
    `${deployment('      - image: org/app:v1')}\nspec: {replicas: 2}\n`,
    '3:1: the key "spec" stands more than once in this map',
  ],
  [
    'what is no reference',
    deployment('      - image: "org/app:"'),
    '7:16: the image is not a valid reference ([host/]name[:tag][@digest])',
  ],
  [
    'an escape in the tag',
    deployment('      - image: "org/app:v\\x41"'),
    '7:16: the image is written in a way that cannot be changed without changing more',
  ],
  [
    'Kustomize: a tag that is a variable',
    'images:\n- name: org/app\n  newTag: ${TAG}\n',
    '3:11: "${TAG}" is not a tag; write it out',
    'kustomization.yaml',
  ],
  [
    'Kustomize: a digest that is none',
    'images:\n- name: org/app\n  newTag: v1\n  digest: abc\n',
    '4:11: "abc" is not a digest; write it out',
    'kustomization.yaml',
  ],
  [
    'Kustomize: nothing but a digest',
    `images:\n- name: org/app\n  digest: ${digest}\n`,
    '3:11: the image is chosen by its digest alone; add `newTag`, or set `pin: digest` for the environment',
    'kustomization.yaml',
  ],
  [
    'Kustomize: the tag twice',
    'images:\n- name: org/app\n  newTag: v1\n  newTag: v0\n',
    '3:3: the key "newTag" stands more than once in this map',
    'kustomization.yaml',
  ],
  [
    'Kustomize: a block scalar',
    'images:\n- name: org/app\n  newTag: |-\n    v1\n',
    `3:11: ${blockScalar}`,
    'kustomization.yaml',
  ],
  [
    'Helm: a tag that is an alias',
    'version: &v v1\nimage: {repository: org/app, tag: *v}\n',
    '2:35: the image comes through the alias *v; one edit would change several places',
  ],
  [
    'Helm: a tag for all images, one of which is another (kargo#6692)',
    'global: {tag: &t v1}\na: {repository: org/app, tag: *t}\nb: {repository: org/other, tag: *t}\n',
    '2:31: the image comes through the alias *t; one edit would change several places',
  ],
  [
    'Helm: a tag of two images whose names are aliases',
    'x: [&a org/app, &b org/other]\nt: {tag: &t v1}\na: {repository: *a, tag: *t}\nb: {repository: *b, tag: *t}\n',
    '3:26: the image comes through the alias *t; one edit would change several places',
  ],
  [
    'Helm: a tag that something else has too',
    'global: {tag: &t v1}\na: {repository: org/app, tag: *t}\nb: {release: *t}\n',
    '2:31: the image comes through the alias *t; one edit would change several places',
  ],
  [
    'Helm: a map that another image is made of',
    'a: &a {repository: org/app, tag: v1}\nb: {<<: *a, repository: org/other}\n',
    '1:7: aliases repeat what is under the anchor &a; one edit would change several places',
  ],
  [
    'Helm: a tag that another image has too',
    'a: {repository: org/app, tag: &v v1}\nb: {repository: org/other, tag: *v}\n',
    '1:34: aliases repeat what is under the anchor &v; one edit would change several places',
  ],
  [
    'Helm: a tag that comes from another image',
    'a: &a {repository: org/other, tag: v1}\nb: {<<: *a, repository: org/app}\n',
    '2:9: the image comes through the alias *a; one edit would change several places',
  ],
  [
    'Helm: one of several merged maps',
    'a: &a {repository: org/app, tag: v1}\nb: &b {repository: org/other}\nc: {<<: [*b, *a]}\n',
    '1:7: aliases repeat what is under the anchor &a; one edit would change several places',
  ],
  [
    'Helm: a template in the place of the tag',
    'image:\n  repository: org/app\n  tag: {{ .Values.tag }}\n',
    `3:8: ${template}`,
  ],
  [
    'Helm: a tag with a template in it',
    'image:\n  repository: org/app\n  tag: v-{{ .Values.tag }}\n',
    '3:8: "v-{{ .Values.tag }}" is not a tag; write it out',
  ],
  [
    'Helm: a tag that is a map',
    'image: {repository: org/app, tag: {a: 1}}\n',
    '1:35: the tag is not text; write it out',
  ],
  ...[
    ['sidecarDigest', digest],
    ['initHash', 'a1'.repeat(32)],
    ['config_sha256', 'a1'.repeat(32)],
    ['checksum', digest],
    ['checksum', 'a1'.repeat(32)],
    ['anything', 'a1'.repeat(32)],
  ].map(
    ([key = '', value]) =>
      [
        `Helm: what may be a digest of another image, as ${key}`,
        `image:\n  repository: org/app\n  tag: v1\n  ${key}: ${value}\n`,
        `4:${key.length + 5}: "${key}" may hold the digest of the image, or of another one; call it \`digest\`, or move it to another map`,
      ] as const,
  ),
  ...[
    ['digest: ', `{sha256: ${digest}}`],
    ['digest: ', `{amd64: [${'a1'.repeat(32)}]}`],
    ['digests: ', `[${digest}]`],
    ['imageDigests: ', `{sha256: ${digest}}`],
  ].map(
    ([key = '', value = '']) =>
      [
        `Helm: a digest in ${key}${value.slice(0, 12)}`,
        `image:\n  repository: org/app\n  tag: v1\n  ${key}${value}\n`,
        `4:${3 + key.length + value.search(/sha256:a1|a1/)}: the digest of the image stands within a map or a list; write it as text, under \`${key.slice(0, -2)}\``,
      ] as const,
  ),
  ...[
    ['image', 'imageChecksum', digest],
    ['image', 'imageHash', 'a1'.repeat(32)],
    ['image', 'verified', digest],
    ['webImage', 'verified', digest],
    ['webImage', 'webImageChecksum', digest],
    ['webImage', 'digest', digest, 'apiImage: org/api:v1\n'],
    ['webImage', 'imageDigest', digest, 'apiImage: org/api:v1\n'],
  ].map(
    ([image, key = '', value, more = '']) =>
      [
        `Helm: what may be the digest of ${image}, as ${key}${more === '' ? '' : ' beside another'}`,
        `${image}: org/app:v1\n${key}: ${value}\n${more}`,
        `2:${key.length + 3}: "${key}" may hold the digest of the image, or of another one; call it \`digest\`, or move it to another map`,
      ] as const,
  ),
  [
    'a marked reference beside a digest of any name',
    `kind: X\napiVersion: v1\nspec:\n  ref: org/app:v1 # tagboat: app\n  imageHash: ${digest}\n`,
    '5:14: the digest beside the marked image has no marker; put `# tagboat: app:digest` behind it',
  ],
  [
    'Argo CD: a parameter twice, of which the last counts',
    `${argocdParameters({ 'image.repository': 'org/app', 'image.tag': 'v1' })}      - {name: image.tag, value: v0}\n`,
    '9:34: the parameter "image.tag" stands more than once, and the last one counts; leave one',
  ],
  [
    'Helm: a digest in a list beside a whole reference',
    `image: org/app:v1\nimageDigests: [${digest}]\n`,
    '2:16: the digest of the image stands within a map or a list; write it as text, under `imageDigests`',
  ],
  [
    'Helm: a digest in a map that a merge key brings',
    `x: &x {digest: {sha256: ${digest}}}\nimage: {<<: *x, repository: org/app, tag: v1}\n`,
    '1:25: the digest of the image stands within a map or a list; write it as text, under `digest`',
  ],
  [
    'a marked tag beside a digest in a map',
    `kind: X\napiVersion: v1\nspec:\n  tag: v1 # tagboat: app:tag\n  digest: {sha256: ${digest}}\n`,
    '5:20: the digest beside the marked image has no marker; put `# tagboat: app:digest` behind it',
  ],
  [
    'Helm: a repository with a digest, beside a tag',
    `image: {repository: "org/app@${digest}", tag: v1}\n`,
    `1:21: ${digestInName}`,
  ],
  [
    'Kustomize: a name with a digest, beside a tag',
    `images:\n- name: x\n  newName: org/app@${digest}\n  newTag: v1\n`,
    `3:12: ${digestInName}`,
    'kustomization.yaml',
  ],
  [
    'Argo CD: a parameter with a digest, beside a tag',
    `apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    helm:\n      parameters:\n      - {name: image.repository, value: "org/app@${digest}"}\n      - {name: image.tag, value: v1}\n`,
    `7:41: ${digestInName}`,
  ],
  [
    'Helm: an image under SOPS (getsops/sops#encrypting-only-parts-of-a-file)',
    'image: {repository: org/app, tag: v1}\nsops: {mac: "ENC[AES256_GCM,data:x]"}\n',
    '1:35: the file is encrypted with SOPS, whose checksum covers this value too; move the image to a file that is not, or set `mac_only_encrypted`',
  ],
  [
    'Kustomize: a patch in a folded text (kustomize#1281)',
    'patches:\n- patch: >-\n    [{op: replace, path: /spec/template/spec/containers/0/image, value: "org/app:v1"}]\n',
    `2:10: ${hiddenText}`,
    'kustomization.yaml',
  ],
  [
    'Kustomize: a patch in a text with escapes',
    'patches:\n- patch: "- op: replace\\n  path: /spec/template/spec/containers/0/image\\n  value: org/app:v1"\n',
    `2:10: ${hiddenText}`,
    'kustomization.yaml',
  ],
  [
    'a marked tag beside a digest without a marker (helm/charts#23240)',
    `kind: X\napiVersion: v1\nspec:\n  tag: v1 # tagboat: app:tag\n  sha: ${'a1'.repeat(32)}\n`,
    '5:8: the digest beside the marked image has no marker; put `# tagboat: app:digest` behind it',
  ],
  [
    'Argo Workflows: a block scalar',
    'apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nspec:\n  templates:\n  - container:\n      image: |-\n        org/app:v1\n',
    `6:14: ${blockScalar}`,
  ],
  [
    'Tekton: the key twice',
    'apiVersion: tekton.dev/v1\nkind: Task\nspec: {steps: [{image: org/app:v1, image: org/app:v1}]}\n',
    '3:17: the key "image" stands more than once in this map',
  ],
  [
    'Kustomize: a digest in the name within inline Helm values',
    `helmCharts: [{valuesInline: {image: {repository: "org/app@${digest}", tag: v1}}}]\n`,
    `1:50: ${digestInName}`,
    'kustomization.yaml',
  ],
  [
    'Argo CD: values as folded text',
    'apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    helm:\n      values: >\n        image: org/app:v1\n',
    `6:15: ${hiddenText}`,
  ],
  [
    'Argo CD: values as text that is a template',
    'apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nspec: {template: {spec: {source: {helm: {values: "image: org/app:{{ tag }}"}}}}}\n',
    `3:58: ${templateImage}`,
  ],
  [
    'a null with an anchor',
    'image:\n  repository: org/app\n  tag: &tag\n',
    '3:12: there is nothing here yet; write `""` in its place',
  ],
  ['a marker behind nothing', 'a: 1\n# tagboat: app:tag\n', '2:1: the marker stands behind no value'],
  ['a marker behind a map', 'a: # tagboat: app:tag\n  b: v1\n', '1:4: the marker stands behind no value'],
  [
    'a marker behind an empty value',
    'a: # tagboat: app:tag\n',
    '1:4: the marked value is empty; write "" in its place',
  ],
  [
    'a marker that says something else',
    'a: v1 # tagboat: app:version\n',
    '1:7: "version" is none of tag, name and digest',
  ],
  ['a marked block scalar', 'a: | # tagboat: app:tag\n  v1\n', `1:4: ${blockScalar}`],
  [
    'a marked reference that is none',
    'a: a b # tagboat: app\n',
    '1:4: the marked value is not an image reference',
  ],
];

const cases = refused.map(([name, text, message, path = 'a/b.yml']) => ({ name, text, message, path }));

describe.each(cases)('refuses $name', ({ text, message, path }) => {
  test('when it rewrites', () => {
    expect(refusalOf(() => rewrite({ path, text }, target))).toEqual({
      code: 'manifest-refused',
      message: `${path}:${message}`,
    });
  });
});

/** These are found, but cannot take the target; everything else that is refused is refused to readers too. */
const onlyWhenWriting = [
  'an escape in the tag',
  'Kustomize: nothing but a digest',
  'a null with an anchor',
  'a bare digest of another algorithm',
];

describe.each(cases.filter(({ name }) => !onlyWhenWriting.includes(name)))(
  'refuses $name',
  ({ text, message, path }) => {
    test('when it looks for the image', () => {
      expect(refusalOf(() => findImage({ path, text }, target.image, target.app))).toEqual({
        code: 'manifest-refused',
        message: `${path}:${message}`,
      });
    });
  },
);

test.each([
  [
    'an open quote',
    deployment('      - image: "org/app:v1\n'),
    '8:1: not valid YAML: Missing closing "quote',
  ],
  ['a tab for indentation', 'a:\n\tb: org/app\n', '2:1: not valid YAML: Tabs are not allowed as indentation'],
  ['JSON without its end', '{"image": "org/app:v1"', '1:23: not valid YAML: Flow map must end with a }'],
  [
    'only the second document',
    'a: 1\n---\nb: [org/app\n',
    '4:1: not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
  [
    'a token, not quoted in the message',
    'a: [org/app] hunter2: x\n',
    '1:14: not valid YAML: unexpected token',
  ],
  ['what is nested without end', `org/app: ${'['.repeat(20_000)}`, '1:1: not valid YAML: nested too deeply'],
])('cannot parse %s', (_name, text, message) => {
  expect(refusalOf(() => rewrite({ path: 'b.yml', text }, target))).toEqual({
    code: 'manifest-unparsable',
    message: `b.yml:${message}`,
  });
});

test.each([
  [
    'a broken document that does not mention the image',
    `${deployment('      - image: org/app:v1')}\n---\nb: [app2, "\n`,
  ],
  [
    'a template that does not mention the image',
    `${deployment('      - image: org/app:v1')}\n---\n{{ x }}: {{ y\n`,
  ],
  ['a template in quotes', deployment('      - image: org/app:v1\n        name: "{{ x }}"')],
  ['a template in a comment', deployment('      # {{ if x }}\n      - image: org/app:v1 # {{ y }}')],
  [
    'a template in a block scalar',
    deployment('      - image: org/app:v1\n        x: |\n          {{ with y }}\n'),
  ],
  [
    'a template for another image',
    deployment('      - image: "org/other:{{ x }}"\n      - image: org/app:v1'),
  ],
  [
    'a template for an image of another path',
    deployment(
      '      - image: "other/app:{{ x }}"\n      - image: "{{ x }}/other/app:v1"\n      - image: org/app:v1',
    ),
  ],
  ['an anchor without aliases', deployment('      - image: &image org/app:v1')],
  // https://github.com/grafana/helm-charts/tree/main/charts/loki-stack
  ['half a template beside it', deployment('      - image: org/app:v1\n        name: a-{{ name }}')],
  // https://github.com/akuity/kargo/issues/6692
  ['an alias for the image', deployment('      - image: *image', 'x-image: &image org/app:v1\n')],
  ['an alias for the container', deployment('      - *container', 'x: &container {image: org/app:v1}\n')],
  [
    'a merge key',
    deployment('      - <<: *container\n        name: a', 'x: &container {image: org/app:v1}\n'),
  ],
  [
    'merge keys in a list',
    deployment('      - <<: [*other, *container]', 'x: &container {image: org/app:v1}\ny: &other {a: 1}\n'),
  ],
  ['an anchor that is referred to', deployment('      - image: &image org/app:v1\n        args: [*image]')],
  [
    'an anchor on the way that is referred to',
    deployment('      - &container\n        image: org/app:v1\n      - *container'),
  ],
  [
    'a digest beside a marked image of another app',
    `kind: X\napiVersion: v1\nimage: org/app:v1 # tagboat: app\ndigest: ${digest} # tagboat: other:digest\n`,
  ],
  [
    'a checksum of SOPS that leaves readable values out',
    `${deployment('      - image: org/app:v1\n')}sops: {mac: x, mac_only_encrypted: true}\n`,
  ],
  [
    'aliases of other things',
    deployment('      - name: &n a\n        image: org/app:v1\n        args: [*n]'),
  ],
  ['a key twice elsewhere', deployment('      - image: org/app:v1\n        x: {a: 1, a: 2}')],
  ['an anchor that contains itself', deployment('      - image: org/app:v1\n        x: &x [*x]')],
])('minds nothing about %s', (_name, text) => {
  expect(rewrite({ path: 'b.yml', text }, target).text).toBe(text.replace('org/app:v1', 'org/app:v2'));
});

const hex = 'c3'.repeat(32);

test.each([
  ['a secret', `sessionSecret: ${hex}`],
  ['a shared secret', `sharedSecret: ${hex}`],
  ['the digest of an image that stands beside it', `initImage: busybox, initDigest: sha256:${hex}`],
  ['that of a repository', `sidecar_repository: busybox, sidecar_sha256: ${hex}`],
  ['that of an image of several values', `proxyImage: {name: busybox}, proxyDigest: sha256:${hex}`],
  ['maps without a digest', 'digest: {}, digests: [], sha: {enabled: true}'],
])('leaves alone what stands beside a tag: %s', (_name, beside) => {
  const text = `image: {repository: org/app, tag: v1, ${beside}}\n`;
  for (const pin of [{}, { digest: `sha256:${'b2'.repeat(32)}` }]) {
    const written = rewrite({ path: 'b.yml', text }, { ...target, ...pin }).text;
    expect(written).toBe(text.replace('v1', pin.digest === undefined ? 'v2' : `v2@${pin.digest}`));
  }
});

const valuesObject = (values: string, parameter = 'image.tag, value: v1') =>
  `${argocdParameters({})}      - {name: ${parameter}}\n      valuesObject: ${values}\n`;

test.each([
  ['over values with a tag', valuesObject('{image: {repository: org/app, tag: v1}}'), 2],
  ['over values without one', valuesObject('{image: {repository: org/app}}'), 1],
  [
    'as a name, with the tag in the values',
    valuesObject('{image: {tag: v1}}', 'image.repository, value: org/app'),
    1,
  ],
  [
    'with a registry in the values',
    valuesObject('{global: {imageRegistry: docker.io}, image: {repository: org/app}}'),
    1,
  ],
  [
    'over values as text',
    valuesObject('{}').replace('valuesObject: {}', 'values: "image: {repository: org/app, tag: v1}"'),
    2,
  ],
  [
    'over a digest in values as text',
    valuesObject('{}', 'image.digest, value: ""').replace(
      'valuesObject: {}',
      'values: |\n        image: {repository: org/app, tag: v1}',
    ),
    1,
  ],
])('Argo CD: a parameter is read together with the values of its source: %s', (_name, text, places) => {
  const written = rewrite({ path: 'a.yaml', text }, target).text;
  expect(written).toBe(text.replaceAll('v1\n', 'v2\n').replaceAll(/v1(?=[}"])/g, 'v2'));
  expect(findImage({ path: 'a.yaml', text }, target.image)).toHaveLength(places);
});

test('Argo CD: the digest of a parameter is pinned rather than the tag in the values', () => {
  const text = valuesObject('{image: {repository: org/app, tag: v1}}', 'image.digest, value: ""');
  expect(rewrite({ path: 'a.yaml', text }, { ...target, digest }).text).toBe(
    text.replace('tag: v1', 'tag: v2').replace('""', `"${digest}"`),
  );
});

test.each([
  ['a reference', 'x-common: &i org/app:v1\nweb: {image: *i}\nworker: {image: *i}\n'],
  ['a name, with a tag for each', 'x: &r org/app\nweb: {image: {repository: *r, tag: v1}}\n'],
  [
    'a tag',
    'global: {tag: &t v1, imageRegistry: docker.io}\nweb: {image: {repository: org/app, tag: *t}}\njob: {image: {repository: org/app, tag: *t}}\n',
  ],
  [
    'a name and a tag',
    'common: {repository: &r org/app, tag: &t v1}\nweb: {image: {repository: *r, tag: *t}}\njob: {image: {repository: *r, tag: *t}}\n',
  ],
  ['a name that a merge key brings', 'x: &x {image: org/app}\nweb: {<<: *x, imageTag: v1}\n'],
])('one edit is enough for images that share %s', (_name, text) => {
  expect(rewrite({ path: 'values.yaml', text }, target).text).toBe(text.replace('v1', 'v2'));
  expect(findImage({ path: 'values.yaml', text }, target.image)).toHaveLength(1);
});

test.each([
  ['a hash', `image: org/app:v1\nimageHash: ${digest}\n`],
  ['an id of an image with a prefix', `webImage: org/app:v1\nweb_id: 1\nwebImageId: ${digest}\n`],
  ['a digest with the prefix alone', `webImage: org/app:v1\nweb_digest: ${digest}\n`],
  ['a plain digest', `webImage: org/app:v1\ndigest: ${digest}\n`],
  ['a digest of three images', `initImage: org/init:v1\nimage: org/app:v1\ndigest: ${digest}\n`],
  ['a parameter', argocdParameters({ image: 'org/app:v1', imageHash: digest })],
])('keeps what stands beside a whole reference in step: %s', (_name, text) => {
  const pin = `sha256:${'b2'.repeat(32)}`;
  const written = rewrite({ path: 'b.yml', text }, { ...target, digest: pin }).text;
  expect(written).toBe(text.replace('org/app:v1', 'org/app:v2').replace(digest, pin));
});

test.each([
  ['the digest of another image', `initImage: org/init:v1\ninitDigest: ${digest}\nimage: org/app:v1\n`],
  [
    'that of an image whose key is longer',
    `imageProxyImage: x:v1\nimageProxyImageHash: ${digest}\nimage: org/app:v1\n`,
  ],
  ['that of the plain image', `image: org/other:v1\ndigest: ${digest}\nwebImage: org/app:v1\n`],
  ['a checksum of the values', `image: org/app:v1\nchecksum: ${hex}\n`],
])('leaves alone what stands beside a whole reference: %s', (_name, text) => {
  expect(rewrite({ path: 'b.yml', text }, target).text).toBe(text.replace('org/app:v1', 'org/app:v2'));
});

test.each([
  ['another digest', `digest: ${digest}, sidecarDigest: sha256:${hex}`, `sidecarDigest: sha256:${hex}`],
  ['the same digest', `digest: ${digest}, appDigest: ${digest}`, 'appDigest: ""'],
  ['the same, without its algorithm', `sha: ${'a1'.repeat(32)}, appHash: ${'a1'.repeat(32)}`, 'appHash: ""'],
])('where the digest of the image is known, takes only that one: %s', (_name, beside, expected) => {
  const text = `image: {repository: org/app, tag: v1, ${beside}}\n`;
  const written = rewrite({ path: 'b.yml', text }, target).text;
  const [own] = beside.split(':');
  expect(written).toBe(`image: {repository: org/app, tag: v2, ${own}: "", ${expected}}\n`);
});

test.each([
  ['a tag', { tag: 'v 2' }],
  ['a digest', { tag: 'v2', digest: 'sha256:1' }],
])('takes no target that is not %s', (_name, wrong) => {
  expect(refusalOf(() => rewrite({ path: 'b.yml', text: '' }, { ...target, ...wrong }))?.code).toBe(
    'image-reference-invalid',
  );
});

test('refuses a bare digest of another algorithm', () => {
  const text = `image: {repository: org/app, tag: v1, sha: ${'a1'.repeat(32)}}\n`;
  const sha512 = `sha512:${'b2'.repeat(64)}`;
  expect(refusalOf(() => rewrite({ path: 'b.yml', text }, { ...target, digest: sha512 }))?.message).toBe(
    `b.yml:1:44: only a SHA-256 digest can stand here, and the image has ${sha512}`,
  );
});
