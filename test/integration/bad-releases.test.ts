import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBareRepository } from '../../infra/local/emulators/git-server/create-repository.ts';
import { documented } from './support/documented.ts';
import { type AppOptions, deployment, type ProjectOptions } from './support/project.ts';
import { shareProject } from './support/share.ts';

/**
 * Each app with its cluster, its config repo and its directory bears a number, so that all can share a stack; what is
 * documented bears none.
 */
const withoutNumbers = (text: string): string =>
  text.replace(/\b(deployment|app|nowhere|other|production|config)-\d+\b/g, '$1');

/** What is wrong with an app, by its name in the documentation. */
const provocations: Readonly<
  Record<string, (image: string, number: number) => Partial<Pick<AppOptions, 'files' | 'environment'>>>
> = {
  'a manifest that does not parse': (image, number) => ({
    files: { [`deployment-${number}/app.yml`]: `image: "${image}:v1.0.0\n  - [broken` },
  }),
  'an image in a template': (image, number) => ({
    files: {
      [`deployment-${number}/app.yml`]: deployment(`app-${number}`, `${image}:{{ .Values.tag }}`, 1),
    },
  }),
  'no manifest where `files` says': () => ({ environment: { files: '[manifests/**/*.yml]' } }),
  'no manifest that carries the image': (_image, number) => ({
    files: { [`deployment-${number}/app.yml`]: deployment(`app-${number}`, 'example/other:v1.0.0', 1) },
  }),
  'a path in `fields` that leads nowhere': (_image, number) => ({
    environment: { fields: `[{ files: deployment-${number}/app.yml, path: spec.image }]` },
  }),
  'an image found nowhere': () => ({ environment: { imageTimeout: '1s' } }),
  'a config repo that refuses the push': () => ({ environment: { configRepo: 'protected' } }),
  'a branch that is not there': (_image, number) => ({ environment: { configRepo: `config-${number}` } }),
  'a cluster that refuses the credentials': (_image, number) => ({
    environment: { cluster: `production-${number}` },
  }),
  'a manifest that the cluster refuses': (image, number) => ({
    files: {
      [`deployment-${number}/app.yml`]: deployment(`app-${number}`, `${image}:v1.0.0`, 1).replace(
        'apps/v1',
        'apps/v9',
      ),
    },
  }),
  'a kind that is not allowed': (image, number) => ({
    files: {
      [`deployment-${number}/app.yml`]: `${deployment(`app-${number}`, `${image}:v1.0.0`, 1)}---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: everything }
`,
    },
  }),
  'a name that is a path': (image, number) => ({
    files: {
      [`deployment-${number}/app.yml`]: `${deployment(`app-${number}`, `${image}:v1.0.0`, 1)}---
apiVersion: v1
kind: Service
metadata: { name: .. }
`,
    },
  }),
  'Helm values with `deliver: apply`': (image, number) => ({
    files: { [`deployment-${number}/values.yaml`]: `image:\n  repository: ${image}\n  tag: v1.0.0\n` },
    environment: { files: `[deployment-${number}/values.yaml]` },
  }),
  'a workload that is not there, with `deliver: set-image`': () => ({
    environment: { deliver: 'set-image' },
  }),
};
const names = Object.keys(provocations);
const numberOf = (name: string): number => names.indexOf(name);
const imageOf = (name: string): string =>
  `example/${name === 'an image found nowhere' ? 'nowhere' : 'app'}-${numberOf(name)}`;

const appFor = (name: string): readonly [string, AppOptions] => {
  const [number, image] = [numberOf(name), imageOf(name)];
  const wrong = provocations[name]?.(image, number);
  return [
    `app-${number}`,
    {
      image,
      repository: `github.com/example/app-${number}`,
      files: { [`deployment-${number}/app.yml`]: deployment(`app-${number}`, `${image}:v1.0.0`, 1) },
      ...wrong,
      environment: { files: `[deployment-${number}/*.yml]`, ...wrong?.environment },
    },
  ];
};

let directory = '';
const kubeconfig = () => path.join(directory, 'kubeconfig');
// Before the project is shared: what is registered first runs last, when the stack no longer uses any of it.
afterAll(() => rm(directory, { recursive: true, force: true }));
const project = shareProject(async (): Promise<ProjectOptions> => {
  directory = await mkdtemp(path.join(tmpdir(), 'tagboat-bad-releases-'));
  const repository = path.join(directory, 'protected.git');
  const apps = Object.fromEntries(names.map(appFor));
  const guarded = numberOf('a config repo that refuses the push');
  await createBareRepository(repository, { branch: 'main', files: apps[`app-${guarded}`]?.files ?? {} });
  const hook = path.join(repository, 'hooks', 'pre-receive');
  await mkdir(path.dirname(hook), { recursive: true });
  await writeFile(hook, '#!/bin/sh\necho "the branch config is protected" >&2\nexit 1\n');
  await chmod(hook, 0o755);
  return {
    apps,
    configRepos: {
      protected: { path: repository, branch: 'main' },
      [`config-${numberOf('a branch that is not there')}`]: { path: repository, branch: 'config' },
    },
    clusters: { [`production-${numberOf('a cluster that refuses the credentials')}`]: kubeconfig() },
  };
});
beforeAll(async () => {
  // For the same cluster, with a token that it does not know.
  const good = await readFile(project().stack.kubeconfigPath, 'utf8');
  await writeFile(kubeconfig(), good.replace(/token: .*/, 'token: not-the-token'));
});

it('has a row in the documentation for each of these, and no other', () => {
  expect(Object.keys(documented('ends')).toSorted()).toEqual(names.toSorted());
});

it.each(names)('%s ends as documented; nothing is lost or half-done', async (name) => {
  const app = project().app(`app-${numberOf(name)}`);
  if (name !== 'an image found nowhere') await app.pushImages('v1.1.0');

  await app.release('v1.1.0');

  const [release, ...others] = await app.releases();
  expect(others).toEqual([]);
  // All of it is known before the commit, and the config repo stays as it is.
  expect(release?.commit).toBeNull();
  const reason = release?.reason?.replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT') ?? '';
  expect([release?.state, release?.code, withoutNumbers(reason)]).toEqual(documented('ends')[name]);
  expect(app.slackMessages().map(({ text }) => text)).toContainEqual(
    expect.stringContaining(`${app.name} → production: v1.1.0 failed: `),
  );
  expect(await project().stack.deadLetters()).toEqual({});
});
