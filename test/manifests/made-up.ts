import fc from 'fast-check';

/**
 * Files are made of pieces in which `@TAG@`, `@DIGEST@` and the like stand for what the rewriter changes, so that the
 * same file can be written down with any tag: what it makes of one must be, to the byte, the other.
 */
export type Version = { readonly tag: string; readonly digest?: string | undefined };

export const image = 'docker.io/org/app';
export const spellings = ['org/app', 'docker.io/org/app', 'index.docker.io/org/app'] as const;
export const strangers = [
  'org/app-proxy:v1',
  'org/app2',
  'app:v1',
  'other/app:v1',
  'ghcr.io/org/app:v1',
  `x/org/app@sha256:${'a'.repeat(64)}`,
];

/** Tags that need no quotes; quoting has tests of its own. */
export const tag = fc
  .tuple(fc.constantFrom('v', 'x', 'rel-', 'V'), fc.stringMatching(/^[a-zA-Z0-9_.-]{0,12}$/))
  .map(([first, rest]) => first + rest);
export const digest = fc.nat(0xffff).map((n) => `sha256:${n.toString(16).padStart(4, '0').repeat(16)}`);
export const version = (pinned: boolean) =>
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

/** A digest beside the tag, under any of its names and with or without its algorithm. */
const digestBeside = fc
  .tuple(
    fc.constantFrom(...spellings),
    fc.constantFrom('digest', 'imageDigest', 'sha', 'sha256', 'imageSha'),
    quote,
    comment,
    fc.boolean(),
  )
  .map(([name, key, q, after, isBare]) => [
    'beside:',
    '  host: a.{{ .Values.domain }} # a template elsewhere',
    `  image: &shared {registry: null, repository: ${name}, tag: ${q}@TAG@${q}, @DIGESTPREFIX@${key}: ${isBare ? '"@HEX@"' : `${q}@DIGEST@${q}`}}${after}`,
    '  again: {image: *shared}',
    '  merged: {<<: *shared, pullPolicy: Always}',
  ]);

/** A patch as text, of both kinds. */
const patches = fc
  .tuple(reference, comment, fc.constantFrom('|', '|-', '|+'), fc.integer({ min: 1, max: 6 }))
  .map(([value, after, header, by]) => [
    'kind: Kustomization',
    'patches:',
    `- patch: ${header}`,
    ...indent(
      [
        '- op: replace',
        '  path: /spec/template/spec/containers/0/image',
        `  value: ${value}${after}`,
        '- {op: test, path: /spec/replicas, value: 1}',
      ],
      by + 2,
    ),
    `- patch: '[{"op": "add", "path": "/spec/template/spec/containers/0/image", "value": "org/app:@TAGDIGEST@"}]'`,
    `- patch: ${header}`,
    ...indent(
      ['apiVersion: apps/v1', 'kind: Deployment', '', 'spec: {template: {spec: {containers: [{'],
      by + 2,
    ),
    ...indent([`  image: ${value} }]}}}`], by + 2),
  ]);

/** Containers in forms of their own, with parameters of others beside them. */
const containersElsewhere = {
  argo: (value: string, after: string) => [
    'apiVersion: argoproj.io/v1alpha1',
    'kind: WorkflowTemplate',
    'spec:',
    '  templates:',
    `  - {name: a, container: {image: ${value}, args: ["{{inputs.parameters.a}}"]}}${after}`,
    '  - name: b',
    '    script: {image: "org/app:{{inputs.parameters.tag}}"}',
  ],
  tekton: (value: string, after: string) => [
    'apiVersion: tekton.dev/v1',
    'kind: Task',
    'spec:',
    `  stepTemplate: {image: ${value}}`,
    `  steps: [{image: ${value}}, {image: $(params.image)}]${after}`,
  ],
  kubeflow: (value: string, after: string) => [
    'apiVersion: kubeflow.org/v1',
    'kind: MPIJob',
    `spec: {mpiReplicaSpecs: {Launcher: {template: {spec: {containers: [{image: ${value}}]}}}}}${after}`,
  ],
  openshift: (value: string, after: string) => [
    'apiVersion: template.openshift.io/v1',
    'kind: Template',
    'objects:',
    `- {kind: Pod, apiVersion: v1, spec: {containers: [{image: ${value}}, {image: "org/app:\${TAG}"}]}}${after}`,
  ],
};
const steps = fc
  .tuple(
    fc.oneof(reference, stranger),
    comment,
    fc.constantFrom('argo' as const, 'tekton' as const, 'kubeflow' as const, 'openshift' as const),
  )
  .map(([value, after, kind]) => containersElsewhere[kind](value, after));

/** Helm parameters of an Application, and Helm values as text. */
const parameters = fc
  .tuple(fc.constantFrom(...spellings), quote, comment, fc.constantFrom('|', '|-'))
  .map(([name, q, after, header]) => [
    'apiVersion: argoproj.io/v1alpha1',
    'kind: Application',
    'spec:',
    '  source:',
    '    helm:',
    '      parameters:',
    `      - {name: image.name, value: ${name}}${after}`,
    `      - {name: image.tag, value: ${q}@TAG@${q}, forceString: true}${after}`,
    `      - {name: image.@DIGESTKEY@, value: "@DIGEST@"}`,
    `      - {name: other.image.tag, value: ${q}v1${q}}`,
    `      values: ${header}`,
    `        web: {image: {repository: ${name}, tag: "@TAGDIGEST@"}}`,
  ]);

/** What libyaml takes, and YAML does not: https://github.com/eemeli/yaml/issues/403 */
const loose = fc
  .tuple(reference, comment)
  .map(([value, after]) => [
    'apiVersion: v1',
    'kind: Pod',
    'spec:',
    '  containers:',
    '  - name: a',
    `    image: ${value}${after}`,
    '    args: ["',
    '      exec org/app:v0',
    '    ", [',
    "it's, # ]",
    ']]',
    "    note: 'it''s",
    "'",
    '  - name: b',
    `    image: ${value}`,
  ]);

const other = fc.constantFrom(
  ['kind: ConfigMap', 'apiVersion: v1', 'data:', '  script: |', '    image: org/app:v0', '    ---'],
  ["# a broken document isn't read where it does not mention the image", 'broken: [ "'],
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

export const file = fc
  .record({
    documents: fc.array(
      fc.oneof(
        workload,
        workload,
        kustomization,
        values,
        inlineValues,
        digestBeside,
        patches,
        steps,
        parameters,
        loose,
        other,
      ),
      {
        minLength: 1,
        maxLength: 4,
      },
    ),
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

export const write = (text: string, { tag: name, digest: at }: Version): string =>
  text
    .replaceAll('@TAGDIGEST@', at === undefined ? name : `${name}@${at}`)
    .replaceAll('@TAG@', name)
    .replaceAll('@DIGESTKEY@', at === undefined ? 'extra' : 'digest')
    .replaceAll('@DIGESTPREFIX@', at === undefined ? 'no-' : '')
    .replaceAll('@HEX@', at?.replace('sha256:', '') ?? 'none')
    .replaceAll('@DIGEST@', at ?? 'none');

/** Documents of a kind that no format reads, and what of `fields` leads into them. */
export const namedFile = fc
  .array(
    fc
      .tuple(reference, stranger, fc.constantFrom(...spellings), quote, comment)
      .map(([value, other, name, q, after]) => [
        "kind: Backend # of one's own",
        'apiVersion: example.com/v1',
        `"a.b": ${value}${after}`,
        `parts: [{name: x, runs: ${value}}, {name: y, runs: ${other}}, {name: org/app:v0}]`,
        'more:',
        `  first: {from: ${name}, version: ${q}@TAG@${q}, @DIGESTPREFIX@sum: "@DIGEST@"}${after}`,
        `  second: {from: other/app, version: ${q}v1${q}}`,
        `alone: {version: ${q}@TAGDIGEST@${q}}`,
      ]),
    { minLength: 1, maxLength: 3 },
  )
  .map((documents) => documents.map((lines) => lines.join('\n')).join('\n---\n'));

export const namingFields = [
  { path: '"a.b"' },
  { path: 'parts[*].runs' },
  { name: 'more.*.from', tag: 'more.*.version', digest: 'more.*.sum' },
  { tag: 'alone.version' },
].map((paths) => ({ files: '**', kind: 'Backend.example.com', ...paths }));
