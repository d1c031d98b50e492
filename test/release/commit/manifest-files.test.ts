import picomatch from 'picomatch';
import { describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';
import type { ImageField } from '../../../lib/config/types.ts';
import type { Snapshot } from '../../../lib/git/remote.ts';
import { createStagedManifests } from '../../../lib/release/commit/staged-manifests.ts';

const image = 'registry.example.com/team/shop';
const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec: {template: {spec: {containers: [{name: shop, image: "${image}:v1"}]}}}
`;

/** One commit with these files, as `Snapshot` shows it; the real one has tests of its own. */
const snapshotOf = (
  files: Readonly<Record<string, string | Uint8Array>>,
  links: readonly string[] = [],
): Snapshot => {
  const matching = (paths: readonly string[], globs: readonly string[]) =>
    paths.filter((path) => globs.some((glob) => picomatch(glob)(path)));
  return {
    revision: '0'.repeat(40),
    files: async (globs) =>
      matching(Object.keys(files), globs).map((path) => ({ path, mode: '100644', oid: path })),
    links: async (globs) => matching(links, globs),
    read: async ({ path }) => {
      const content = files[path] ?? '';
      return typeof content === 'string' ? new TextEncoder().encode(content) : content;
    },
    commit: async () => ({ type: 'moved' }),
  };
};

const find = (
  files: Readonly<Record<string, string | Uint8Array>>,
  globs = ['**'],
  links: readonly string[] = [],
) => createStagedManifests(snapshotOf(files, links)).find({ files: globs }, image, 'shop');

const refusalOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => new Error('was not refused'),
    (reason: unknown) => reason as Error & { code?: string },
  );
  return `${'code' in error ? error.code : ''}: ${error.message}`;
};

describe('where no file carries the image, it says what the files are', () => {
  it('a pointer of Git LFS', async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 100\n`;
    expect(await refusalOf(find({ 'values.yaml': pointer }))).toBe(
      `manifest-image-not-found: no file of ** carries ${image}; values.yaml is a pointer of Git LFS: what it stands for is not in the repository, so take it out of LFS`,
    );
  });

  it('encrypted with SOPS', async () => {
    const text = 'image: ENC[AES256_GCM,data:x]\nsops:\n  mac: ENC[AES256_GCM,data:y]\n';
    expect(await refusalOf(find({ 'values.yaml': text }))).toContain(
      'values.yaml is encrypted with SOPS; the image has to stand in a file that is not',
    );
  });

  it('a symbolic link, beside another file or alone', async () => {
    const words = 'app.yml is a symbolic link, which is not followed; name what it points to in `files`';
    expect(await refusalOf(find({ 'other.yml': 'a: 1\n' }, ['*.yml'], ['app.yml']))).toBe(
      `manifest-image-not-found: no file of *.yml carries ${image}; ${words}`,
    );
    expect(await refusalOf(find({}, ['*.yml'], ['app.yml']))).toBe(
      `manifest-not-found: no file of the config repo matches *.yml; ${words}`,
    );
  });

  it('many of them, of which five are named', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 7 }, (_, at) => [`${at}.gz`, new Uint8Array([0x1f, 0x8b])]),
    );
    const message = await refusalOf(find(files));
    expect(message).toContain('4.gz is compressed; only text can be rewritten; and 2 more cannot be read');
    expect(message).not.toContain('5.gz');
  });

  it('a kind that no format reads, and how to reach it', async () => {
    const backend = `apiVersion: example.com/v1\nkind: Backend\nspec:\n  parts:\n  - {name: web, runs: "${image}:v1"}\n`;
    const entry = "- { files: job.yaml, path: 'spec.parts[name=web].runs' }";
    expect(await refusalOf(find({ 'job.yaml': backend }))).toBe(
      `manifest-image-not-found: no file of ** carries ${image}; it is mentioned at job.yaml:5:24 (${image}:v1) in a place that no format reads: mark the value with the comment \`# tagboat: shop\`, or name its place under \`fields\` (\`${entry}\`)`,
    );
    const marked = await find({ 'job.yaml': backend.replace('"}', '" # tagboat: shop\n    }') });
    expect(marked.uses).toMatchObject([{ line: 5, tag: 'v1' }]);
    const [field] = parse(entry) as readonly ImageField[];
    const named = createStagedManifests(snapshotOf({ 'job.yaml': backend }));
    expect((await named.find({ files: ['**'], fields: field && [field] }, image, 'shop')).uses).toMatchObject(
      [{ line: 5, tag: 'v1' }],
    );
  });

  it('a name without a version, for which there is no example', async () => {
    expect(await refusalOf(find({ 'job.yaml': `a: ${image}\n` }))).toMatch(
      /or name its place under `fields`$/,
    );
  });
});

test('UTF-16 that has the image is refused, beside whatever else; any other is left alone', async () => {
  const utf16 = (text: string) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
  expect(await refusalOf(find({ 'a.yml': deployment, 'b.yml': utf16(deployment) }))).toBe(
    'manifest-unparsable: b.yml: is UTF-16; save it as UTF-8',
  );
  expect((await find({ 'a.yml': deployment, 'b.txt': utf16('a: 1') })).remarks).toEqual([]);
});

test('a file that is too long to be parsed is left alone unless it mentions the image', async () => {
  const long = `# ${'x'.repeat(5 * 1024 * 1024)}\n`;
  expect((await find({ 'a.yml': deployment, 'b.yml': long })).uses).toHaveLength(1);
  expect(await refusalOf(find({ 'a.yml': deployment, 'b.yml': `${long}a: ${image}:v1\n` }))).toMatch(
    /^manifest-unparsable: b\.yml:1:1: mentions the image and has \d+ characters; files of up to 5242880 are rewritten/,
  );
});

test('what is not changed and not read is remarked', async () => {
  const lfs = 'version https://git-lfs.github.com/spec/v1\n';
  const files = {
    'a.yml': `${deployment}x: --self=${image}:v1\ny: ${image}\n`,
    'b.yaml': lfs,
    'c.png': new Uint8Array([0xff]),
  };
  expect((await find(files)).remarks).toEqual([
    { type: 'mention', file: 'a.yml', line: 5, text: `${image}:v1` },
    { type: 'unread', file: 'b.yaml', kind: 'git-lfs' },
  ]);
});

// https://github.com/kubernetes-sigs/kustomize/issues/1281, https://github.com/kubernetes-sigs/kustomize/issues/352
describe('what a kustomization lays over the image from outside of `files`', () => {
  const patch = `- op: replace\n  path: /spec/template/spec/containers/0/image\n  value: ${image}:v1\n`;
  const globs = ['base/*.yaml', 'overlays/prod/kustomization.yaml'];
  const place = (file: string, at: string) =>
    `manifest-refused: ${file}:${at}: a kustomization lays this over the image, and the file is not among \`files\`; add it there`;
  const arrange = (kustomization: string, others: Readonly<Record<string, string>>) => ({
    'base/deployment.yaml': deployment,
    'overlays/prod/kustomization.yaml': `resources: [../../base]\n${kustomization}`,
    ...others,
  });

  it.each([
    ['patches', 'patches: [{path: "../patch[1].yaml"}]\n', 'overlays/patch[1].yaml', patch, '3:10'],
    ['patchesJson6902', 'patchesJson6902: [{path: ./p.yaml}]\n', 'overlays/prod/p.yaml', patch, '3:10'],
    [
      'patchesStrategicMerge',
      'patchesStrategicMerge: [p.yaml]\n',
      'overlays/prod/p.yaml',
      deployment,
      '4:59',
    ],
    [
      'components',
      'components: [../c]\n',
      'overlays/c/kustomization.yml',
      `kind: Component\nimages: [{name: ${image}, newTag: v1}]\n`,
      '2:57',
    ],
  ])('%s is refused with its place', async (_name, kustomization, file, text, at) => {
    expect(await refusalOf(find(arrange(kustomization, { [file]: text }), globs))).toBe(place(file, at));
  });

  it('is followed through components', async () => {
    const files = arrange('components: [../c]\n', {
      'overlays/c/kustomization.yaml': 'kind: Component\npatches: [{path: p.yaml}]\n',
      'overlays/c/p.yaml': patch,
    });
    expect(await refusalOf(find(files, globs))).toBe(place('overlays/c/p.yaml', '3:10'));
  });

  it.each([
    ['is among `files`', 'patches: [{path: p.yaml}]\n', patch, [...globs, 'overlays/prod/*.yaml']],
    ['does not set the image', 'patches: [{path: p.yaml}]\n', patch.replace('shop', 'other'), globs],
    ['is named by what is no YAML', 'patches: [{path: p.yaml}]\nx: {{ y\n', patch, globs],
    [
      'is set again by `images`',
      `patches: [{path: p.yaml}]\nimages: [{name: ${image}, newTag: v1}]\n`,
      patch,
      globs,
    ],
    [
      'is not there, or a URL',
      'patches: [{path: q.yaml}]\ncomponents: ["https://example.com/x?ref=1", ../../../x]\n',
      patch,
      globs,
    ],
  ])('is no matter where it %s', async (_name, kustomization, text, files) => {
    const { uses } = await find(arrange(kustomization, { 'overlays/prod/p.yaml': text }), files);
    expect(uses.length).toBeGreaterThan(0);
  });
});
