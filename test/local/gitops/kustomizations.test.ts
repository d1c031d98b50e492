import { describe, expect, it } from 'vitest';
import { everythingIn, findKustomizations } from '../../../infra/local/gitops/kustomizations.ts';
import { openMain } from '../../git/support/remote-fixture.ts';
import { useRepositories } from '../../git/support/repositories.ts';

const repositories = useRepositories();

const find = async (files: Readonly<Record<string, string>>, matched: readonly string[]) => {
  const { name } = repositories.create(files);
  return findKustomizations(await openMain(repositories.server(), name).tip(), matched);
};

const overlay = {
  'base/kustomization.yaml': 'resources: [app.yaml]\n',
  'base/app.yaml': 'kind: Deployment\n',
  'overlays/prod/kustomization.yml': 'resources: [../../base]\ncomponents: [../../parts/tls/]\n',
  'overlays/prod/patch.yaml': 'kind: Deployment\n',
  'parts/tls/Kustomization': 'kind: Component\n',
  'plain/app.yaml': 'kind: Deployment\n',
};

describe('the Kustomizations that files belong to', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['the overlay that a file names', ['overlays/prod/kustomization.yml'], ['overlays/prod']],
    ['the overlay of a patch', ['overlays/prod/patch.yaml'], ['overlays/prod']],
    ['the base, where no overlay is named', ['base/app.yaml'], ['base']],
    [
      'of an overlay and its base the overlay',
      ['base/app.yaml', 'overlays/prod/patch.yaml'],
      ['overlays/prod'],
    ],
    ['none for plain manifests', ['plain/app.yaml'], []],
  ])('%s', async (_name, matched, roots) => {
    const found = await find(overlay, matched);

    expect(found.roots).toEqual(roots);
    expect(found.covers('plain/app.yaml')).toBe(false);
    for (const file of matched) expect(found.covers(file)).toBe(roots.length > 0);
  });

  it('follows what they refer to, and neither URLs nor what lies outside of the repository', async () => {
    const resources = '[../../base, https://example.com//x?ref=v1, ../../../elsewhere, git::x, 1, ../gone]';
    const found = await find({ ...overlay, 'overlays/prod/kustomization.yml': `resources: ${resources}\n` }, [
      'overlays/prod/patch.yaml',
    ]);

    expect(found.directories).toEqual(['overlays/prod', 'base']);
  });

  it('ends where they refer to each other', async () => {
    const found = await find(
      { 'a/kustomization.yaml': 'resources: [../b]\n', 'b/kustomization.yaml': 'resources: [../a]\n' },
      ['a/kustomization.yaml'],
    );

    expect([found.roots, found.directories]).toEqual([['a'], ['a', 'b']]);
  });

  it('leaves it to Kustomize to say what is wrong with one', async () => {
    const found = await find({ 'a/kustomization.yaml': 'resources: [' }, ['a/kustomization.yaml']);

    expect(found.roots).toEqual(['a']);
  });

  it('is at home at the root of the repository, and in directories with signs in their names', async () => {
    const root = await find({ 'kustomization.yaml': 'resources: [app.yaml]\n' }, ['app.yaml']);
    const odd = await find({ 'a [1]/kustomization.yaml': '{}\n', 'a [1]/.env': 'A=1\n' }, ['a [1]/x.yaml']);

    expect([root.roots, root.covers('any/where.yaml')]).toEqual([['.'], true]);
    expect(odd.roots).toEqual(['a [1]']);
    expect(everythingIn('a [1]')).toEqual(['a \\[1\\]/**', 'a \\[1\\]/**/.*']);
  });
});
