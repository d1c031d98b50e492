import picomatch from 'picomatch';
import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../lib/git/remote.ts';
import { createStagedManifests } from '../../../lib/release/commit/staged-manifests.ts';

const image = 'registry.example.com/team/shop';

const findIn = async (files: Readonly<Record<string, string>>): Promise<string> => {
  const matching = (globs: readonly string[]) =>
    Object.keys(files).filter((path) => globs.some((glob) => picomatch(glob, { dot: true })(path)));
  const snapshot: Snapshot = {
    revision: '0'.repeat(40),
    files: async (globs) => matching(globs).map((path) => ({ path, mode: '100644', oid: path })),
    links: async () => [],
    read: async ({ path }) => new TextEncoder().encode(files[path]),
    commit: async () => ({ type: 'moved' }),
  };
  try {
    const { uses } = await createStagedManifests(snapshot).find({ files: ['app/**'] }, image, 'shop');
    return `${uses.length} found`;
  } catch (error) {
    return (error as Error).message;
  }
};

const helmRelease = (name: string, repository: string, tag = 'v1') =>
  `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: ${name}}
spec: {values: {image: {repository: ${repository}, tag: ${tag}}}}
`;

const base = {
  'app/base/shop.yaml': helmRelease('shop', image),
  'app/base/other.yaml': helmRelease('other', 'registry.example.com/team/other'),
};

const refusedPatch = (at: string, file = 'app/prod/kustomization.yaml') =>
  `${file}:${at}: a kustomization lays this over the tag of the image, and would put this version back; mark it with \`# tagboat: shop:tag\`, or name its place under \`fields\``;

const kustomization = (entry: string) => ({
  ...base,
  'app/prod/kustomization.yaml': `resources: [../base]\n${entry}`,
});

const operation = (path: string, value: string) => `- {op: replace, path: ${path}, value: ${value}}`;
const inline = (path: string, value: string, name = 'shop') =>
  `patches:\n- target: {kind: HelmRelease, name: ${name}}\n  patch: |\n    ${operation(path, value)}\n`;
const strategic = (values: string, name = 'shop') =>
  `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: ${name}}\nspec: {values: ${values}}\n`;
const indented = (text: string) => text.replaceAll(/^(?=.)/gm, '    ');

// https://fluxcd.io/flux/guides/repository-structure/ patches the HelmRelease of the base in every environment.
describe('a patch that sets the tag and does not name the image', () => {
  it.each([
    ['with a JSON patch', inline('/spec/values/image/tag', 'v1'), '5:58'],
    ['with another tag than the base has', inline('/spec/values/image/tag', 'v0'), '5:58'],
    ['of a digest beside the tag', inline('/spec/values/image/digest', `sha256:${'a1'.repeat(32)}`), '5:61'],
    ['of a map', inline('/spec/values/image', '{tag: v1}'), '5:60'],
    ['with a pattern for its target', inline('/spec/values/image/tag', 'v0', "'sh.*'"), '5:58'],
    ['under another key, with the tag of the image', inline('/spec/values/web/imageTag', 'v1'), '5:61'],
    ['as a strategic merge', `patches:\n- patch: |\n${indented(strategic('{image: {tag: v0}}'))}`, '7:34'],
    [
      'as a strategic merge of old',
      `patchesStrategicMerge:\n- |\n${indented(strategic('{image: {tag: v0}}'))}`,
      '7:34',
    ],
  ])('is refused: %s', async (_name, entry, at) => {
    expect(await findIn(kustomization(entry))).toBe(refusedPatch(at));
  });

  it.each(['app/prod/patch.yaml', 'patches/patch.yaml'])('is refused in the file %s', async (path) => {
    const entry = `patches:\n- {path: ${path.startsWith('app') ? '' : '../../patches/'}patch.yaml, target: {kind: HelmRelease, name: shop}}\n`;
    const files = { ...kustomization(entry), [path]: `${operation('/spec/values/image/tag', 'v1')}\n` };
    expect(await findIn(files)).toBe(refusedPatch('1:54', path));
    const merged = { ...files, [path]: strategic('{image: {tag: v1}}') };
    expect(await findIn(merged)).toBe(refusedPatch('4:30', path));
  });

  it('is refused where it is for a parameter of an Application', async () => {
    const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop}
spec: {source: {helm: {parameters: [{name: image.repository, value: ${image}}, {name: image.tag, value: v1}]}}}
`;
    const entry = inline('/spec/source/helm/parameters/1/value', 'v0').replace('HelmRelease', 'Application');
    const files = { ...kustomization(entry), 'app/base/shop.yaml': application };
    expect(await findIn(files)).toBe(refusedPatch('5:72'));
  });

  it('is refused where a Kustomization of Flux has it', async () => {
    const entry = inline('/spec/values/image/tag', 'v0');
    const flux = `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec:\n${indented(entry)}`;
    expect(await findIn({ ...base, 'app/prod/sync.yaml': flux })).toBe(
      refusedPatch('7:62', 'app/prod/sync.yaml'),
    );
  });

  it.each([
    ['is of another object', inline('/spec/values/image/tag', 'v9', 'other'), '1 found'],
    ['is of another object, with the same tag', inline('/spec/values/image/tag', 'v1', 'other'), '1 found'],
    ['is of something else', inline('/spec/values/replicas', '2'), '1 found'],
    ['is of another image of the object', inline('/spec/values/proxy/tag', 'v7'), '1 found'],
    [
      'names another image',
      `patches:\n- patch: |\n${indented(strategic('{proxy: {image: {repository: x, tag: v1}}}'))}`,
      '1 found',
    ],
    [
      'is marked',
      inline('/spec/values/image/tag', 'v1').replace(/\}\n$/, '} # tagboat: shop:tag\n'),
      '2 found',
    ],
    ['is a template that names nothing', `patches:\n- patch: |\n    {{ x }}: {{ y\n`, '1 found'],
  ])('is no obstacle where it %s', async (_name, entry, expected) => {
    expect(await findIn(kustomization(entry))).toBe(expected);
  });
});

const refusedParameter = (at: string) =>
  `${at}: this parameter wins over the tag of the image, and would put this version back; mark it with \`# tagboat: shop:tag\`, or name its place under \`fields\``;

// https://github.com/argoproj-labs/argocd-image-updater/issues/561
describe('a parameter of Argo CD that sets the tag and does not name the image', () => {
  const values = { 'app/shop/values.yaml': `image: {repository: ${image}, tag: v1}\n` };
  const parameter = (name: string, value: string) =>
    `helm: {parameters: [{name: ${name}, value: ${value}}]}\n`;
  const application = (source: string) =>
    `apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec: {source: {${source}}}\n`;

  it.each([
    ['with the tag', parameter('image.tag', 'v1')],
    ['with another tag', parameter('image.tag', 'v0')],
    ['under another name, with the tag', parameter('web.tag', 'v1')],
  ])('is refused in a file that overrides a source: %s', async (_name, text) => {
    const at = text.includes('web') ? '1:44' : '1:46';
    expect(await findIn({ ...values, 'app/shop/.argocd-source-shop.yaml': text })).toBe(
      refusedParameter(`app/shop/.argocd-source-shop.yaml:${at}`),
    );
  });

  it.each([
    ['of its directory', 'path: app/shop, '],
    ['that it names', 'chart: shop, '],
  ])('is refused in an Application over values %s', async (_name, source) => {
    const files = source.startsWith('chart') ? 'valueFiles: [$values/app/shop/values.yaml], ' : '';
    const text = application(`${source}helm: {${files}parameters: [{name: image.tag, value: v0}]}`);
    expect(await findIn({ ...values, 'app/shop.yaml': text })).toBe(
      refusedParameter(
        `app/shop.yaml:3:${text.split('\n')[2]?.indexOf('v0') ?? 0}`.replace(
          /\d+$/,
          (n) => `${Number(n) + 1}`,
        ),
      ),
    );
  });

  it.each([
    [
      'is in an Application of another directory',
      'app/x.yaml',
      application(`path: app/other, helm: {parameters: [{name: image.tag, value: v1}]}`),
    ],
    [
      'names another image',
      'app/shop/.argocd-source-x.yaml',
      `helm: {parameters: [{name: p.repository, value: x}, {name: p.tag, value: v1}]}\n`,
    ],
    ['is of another value', 'app/shop/.argocd-source-x.yaml', parameter('replicas', '2')],
  ])('is no obstacle where it %s', async (_name, path, text) => {
    expect(await findIn({ ...values, [path]: text })).toBe('1 found');
  });

  it('is named where nothing else carries the image', async () => {
    expect(await findIn({ 'app/.argocd-source-shop.yaml': parameter('image.tag', 'v1') })).toBe(
      `no file of app/** carries ${image}; app/.argocd-source-shop.yaml:1:46 sets a version without saying of which image (image.tag): mark it with the comment \`# tagboat: shop:tag\`, or name its place as \`tag\` under \`fields\``,
    );
  });
});
