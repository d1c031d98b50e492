import picomatch from 'picomatch';
import { describe, expect, it } from 'vitest';
import type { ImageField } from '../../../lib/config/types.ts';
import type { Snapshot } from '../../../lib/git/remote.ts';
import { createStagedManifests } from '../../../lib/release/commit/staged-manifests.ts';

const image = 'registry.example.com/team/shop';
const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec: {template: {spec: {containers: [{name: shop, image: "${image}:v1"}, {name: proxy, image: "proxy:v1"}]}}}
`;
const settings = `apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data:
  shop: ${image}:v1
  tag: v1
  proxy: proxy:v1
`;

const replacement = (
  field: string,
  { into = 'shop', delimiter = false, name = 'settings', kind = 'ConfigMap' } = {},
) => `
- source: {kind: ${kind}, name: ${name}, fieldPath: ${field}}
  targets:
    - select: {kind: Deployment}
      fieldPaths: ["spec.template.spec.containers.[name=${into}].image"]
${delimiter ? "      options: {delimiter: ':', index: 1}\n" : ''}`;

const findIn = async (
  files: Readonly<Record<string, string>>,
  fields?: readonly ImageField[],
): Promise<string> => {
  const matching = (globs: readonly string[]) =>
    Object.keys(files).filter((path) => globs.some((glob) => picomatch(glob)(path)));
  const snapshot: Snapshot = {
    revision: '0'.repeat(40),
    files: async (globs) => matching(globs).map((path) => ({ path, mode: '100644', oid: path })),
    links: async () => [],
    read: async ({ path }) => new TextEncoder().encode(files[path]),
    commit: async () => ({ type: 'moved' }),
  };
  try {
    const places = { files: ['app/*.yaml'], fields };
    const { uses } = await createStagedManifests(snapshot).find(places, image, 'shop');
    return `${uses.length} found`;
  } catch (error) {
    return (error as Error).message;
  }
};

const arrange = (replacements: string, more: Readonly<Record<string, string>> = {}) => ({
  'app/deployment.yaml': deployment,
  'app/settings.yaml': settings,
  'app/kustomization.yaml': `resources: [deployment.yaml, settings.yaml]\nimages: [{name: ${image}, newTag: v1}]\nreplacements:${replacements}`,
  ...more,
});

const refused = (at: string, mark: string) =>
  `app/settings.yaml:${at}: a kustomization copies this into the image (\`replacements\`), where it would put this version back; mark it with \`# tagboat: shop${mark}\`, or name its place under \`fields\``;

// https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/replacements/
describe('what a kustomization copies over the image', () => {
  it('is refused where it is a reference that no release changes', async () => {
    expect(await findIn(arrange(replacement('data.shop')))).toBe(refused('5:9', ''));
  });

  it('is refused where it is a tag that no release changes', async () => {
    expect(await findIn(arrange(replacement('data.tag', { delimiter: true })))).toBe(refused('6:8', ':tag'));
  });

  it('is refused where it stands in a file that is not among `files`', async () => {
    const files = arrange('\n- path: ../other/copy.yaml\n', { 'other/copy.yaml': replacement('data.shop') });
    expect(await findIn(files)).toBe(refused('5:9', ''));
  });

  it.each<[string, string, Readonly<Record<string, string>>, readonly ImageField[] | undefined, string]>([
    [
      'is marked',
      replacement('data.shop'),
      { 'app/settings.yaml': settings.replace(':v1\n', ':v1 # tagboat: shop\n') },
      undefined,
      '3 found',
    ],
    [
      'is named by `fields`',
      replacement('data.tag', { delimiter: true }),
      {},
      [{ files: 'app/settings.yaml', tag: 'data.tag' }],
      '3 found',
    ],
    [
      'is the image of another object',
      replacement('spec.template.spec.containers.0.image', { kind: 'Deployment', name: 'shop' }),
      {},
      undefined,
      '2 found',
    ],
    [
      'goes into another image',
      replacement('data.tag', { delimiter: true, into: 'proxy' }),
      {},
      undefined,
      '2 found',
    ],
    ['is another image', replacement('data.proxy', { into: 'proxy' }), {}, undefined, '2 found'],
    ['is not there', replacement('data.none'), {}, undefined, '2 found'],
  ])('is no matter where it %s', async (_name, replacements, more, fields, expected) => {
    expect(await findIn(arrange(replacements, more), fields)).toBe(expected);
  });
});
