import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { buildKustomizations } from '../../../infra/local/gitops/kustomize.ts';
import { openMain } from '../../git/support/remote-fixture.ts';
import { useRepositories } from '../../git/support/repositories.ts';

const repositories = useRepositories();

/** A directory for `PATH` with a program of that name. */
const install = (name: string, script: string): string => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'tagboat-tools-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  writeFileSync(path.join(directory, name), `#!/bin/sh\n${script}\n`);
  chmodSync(path.join(directory, name), 0o755);
  return directory;
};

const files = {
  'overlay/kustomization.yaml': 'resources: [../base]\n',
  'base/kustomization.yaml': 'resources: [app.yaml]\n',
  'base/.env': 'A=1\n',
  'other/app.yaml': 'kind: Other\n',
};

const build = async (PATH: string) => {
  const { name } = repositories.create(files);
  const snapshot = await openMain(repositories.server(), name).tip();
  const kustomizations = { roots: ['overlay'], directories: ['overlay', 'base'] };
  const { signal } = new AbortController();
  return buildKustomizations(snapshot, kustomizations, { PATH }, signal);
};

/** What the directory that is built has around it. */
const listing = `cd "$2/.." && echo "$1" && for file in */* */.env; do echo "$file"; done`;

describe('building Kustomizations', () => {
  it.each([
    ['kubectl', 'kubectl kustomize', 'kustomize'],
    ['kustomize', 'kustomize', 'build'],
  ])('is done with %s, in a copy of what it may read', async (program, tool, command) => {
    const { built, manifests } = await build(install(program, listing));

    expect(built).toEqual({ type: 'built', tool, directories: ['overlay'] });
    expect(manifests[0]?.trim().split('\n')).toEqual([
      command,
      'base/kustomization.yaml',
      'overlay/kustomization.yaml',
      'base/.env',
    ]);
  });

  it('is left out where neither is on the path', async () => {
    expect(await build('/nowhere')).toEqual({ built: { type: 'no-tool' }, manifests: [] });
  });

  it('says in the tool’s own words why it cannot be done, without the place of the copy', async () => {
    const { built, manifests } = await build(
      install('kustomize', `echo "Error: $2/x.yaml:\n  no such file" >&2; exit 1`),
    );

    expect([built, manifests]).toEqual([
      { type: 'failed', tool: 'kustomize', message: 'Error: overlay/x.yaml: no such file' },
      [],
    ]);
  });
});
