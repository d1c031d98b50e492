import { describe, expect, it, onTestFinished, test } from 'vitest';
import type { ImageField } from '../../../lib/config/types.ts';
import { openRemote } from '../../../lib/git/remote.ts';
import { createStagedManifests } from '../../../lib/release/commit/staged-manifests.ts';
import { startMemoryConfigRepo } from '../support/memory-config-repo.ts';

const image = 'registry.example.com/team/shop';
const target = { image, app: 'shop', tag: 'v2' };
const backend = `kind: Backend\napiVersion: example.com/v1\nspec: {runs: "${image}:v1"}\n`;

const start = async (files: Readonly<Record<string, string>>) => {
  const repo = await startMemoryConfigRepo(files);
  onTestFinished(repo.close);
  return createStagedManifests(await openRemote({ url: repo.url, branch: repo.branch }).tip());
};

const refusal = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'was not refused',
    (error: Error & { code?: string }) => `${error.code} ${error.message}`,
  );

test('files of `fields` need not be among `files`, and each entry is for its own', async () => {
  const staged = await start({
    'deploy/values.yml': `image: {repository: ${image}, tag: v1}\n`,
    'ops/backend.yml': backend,
    'ops/versions.yml': 'shop: v1\nother: v1\n',
    'ops/other.yml': 'shop: v1\n',
  });
  const places = {
    files: ['deploy/*.yml'],
    fields: [
      { files: 'ops/back*.yml', path: 'spec.runs' },
      { files: 'ops/versions.yml', tag: 'shop' },
    ],
  };

  expect((await staged.find(places, image, 'shop')).uses).toMatchObject([
    { file: 'deploy/values.yml', tag: 'v1' },
    { file: 'ops/backend.yml', tag: 'v1' },
    { file: 'ops/versions.yml', tag: 'v1' },
  ]);
  const { paths } = await staged.edit(places, target);

  expect(paths).toEqual(['deploy/values.yml', 'ops/backend.yml', 'ops/versions.yml']);
  expect(staged.textOf('ops/backend.yml')).toBe(backend.replace(':v1"', ':v2"'));
  expect(staged.textOf('ops/versions.yml')).toBe('shop: v2\nother: v1\n');
  expect(staged.changed().has('ops/other.yml')).toBe(false);
});

describe('an entry of `fields` that leads nowhere is an error, though the image stands elsewhere', () => {
  const files = { 'a.yml': `image: ${image}:v1\n`, 'ops/a.yml': backend, 'ops/b.yml': backend };

  it.each<[string, ImageField, string]>([
    [
      'no such file',
      { files: 'x/*.yml', path: 'spec.runs' },
      'no file of the config repo matches x/*.yml, which `fields` names',
    ],
    [
      'no such path',
      { files: 'ops/a.yml', path: 'spec.run' },
      'ops/a.yml: no document has the image at spec.run, which `fields` names',
    ],
    [
      'no such kind',
      { files: 'ops/*.yml', kind: 'Frontend.example.com', path: 'spec.runs' },
      'no Frontend.example.com of ops/a.yml, ops/b.yml has the image at spec.runs, which `fields` names',
    ],
    [
      'no such pair',
      { files: 'ops/b.yml', name: 'spec.runs', tag: 'spec.tag' },
      'ops/b.yml: no document has the image at spec.runs and spec.tag, which `fields` names',
    ],
  ])('%s', async (_name, field, message) => {
    const staged = await start(files);
    expect(await refusal(staged.find({ files: ['*.yml'], fields: [field] }, image, 'shop'))).toBe(
      `manifest-field-not-found ${message}`,
    );
  });
});

test('an entry for a file that cannot be read says what the file is', async () => {
  const staged = await start({
    'a.yml': `image: ${image}:v1\n`,
    'b.yml': 'version https://git-lfs.github.com/spec/v1\n',
  });
  const places = { files: ['a.yml'], fields: [{ files: 'b.yml', tag: 'tag' }] };
  expect(await refusal(staged.find(places, image, 'shop'))).toBe(
    'manifest-field-not-found no readable file of the config repo matches b.yml, which `fields` names; b.yml is a pointer of Git LFS: what it stands for is not in the repository, so take it out of LFS',
  );
});

test('an entry for many files has to lead to the image in one of them', async () => {
  const staged = await start({ 'ops/a.yml': backend, 'ops/b.yml': 'a: 1\n' });
  const places = { files: ['ops/*.yml'], fields: [{ files: 'ops/*.yml', path: 'spec.runs' }] };
  expect((await staged.find(places, image, 'shop')).uses).toHaveLength(1);
});
