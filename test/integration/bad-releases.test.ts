import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { documented } from './support/documented.ts';
import { deployment, type Project, type ProjectOptions, startProject } from './support/project.ts';

const image = 'example/app';
const options: ProjectOptions = {
  image,
  repository: 'github.com/example/app',
  files: { 'deployment/app.yml': deployment('app', `${image}:v1.0.0`) },
};

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean();
});

const start = async (overrides: Partial<ProjectOptions> = {}): Promise<Project> => {
  const project = await startProject({ ...options, ...overrides });
  cleanups.push(project.close);
  await project.stack.registry.push(image, 'v1.1.0');
  await project.stack.registry.push('example/proxy', 'v1');
  return project;
};

/** A kubeconfig for the cluster of a stack that is not started yet, with a token it does not know. */
const withWrongToken = async (): Promise<Project> => {
  const directory = await mkdtemp(path.join(tmpdir(), 'tagboat-kubeconfig-'));
  cleanups.push(() => rm(directory, { recursive: true, force: true }));
  const file = path.join(directory, 'kubeconfig');
  const project = await start({ kubeconfig: file });
  const good = await readFile(project.stack.kubeconfigPath, 'utf8');
  await writeFile(file, good.replace(/token: .*/, 'token: not-the-token'));
  return project;
};

const refusePushes = async (project: Project): Promise<void> => {
  const hook = path.join(project.bare, 'hooks', 'pre-receive');
  await import('node:fs/promises').then((fs) => fs.mkdir(path.dirname(hook), { recursive: true }));
  await writeFile(hook, '#!/bin/sh\necho "the branch config is protected" >&2\nexit 1\n');
  await chmod(hook, 0o755);
};

/** How each is provoked, by its name in the documentation. */
const provocations: Readonly<Record<string, () => Promise<Project>>> = {
  'a manifest that does not parse': () =>
    start({ files: { 'deployment/app.yml': `image: "${image}:v1.0.0\n  - [broken` } }),
  'an image in a template': () =>
    start({ files: { 'deployment/app.yml': deployment('app', `${image}:{{ .Values.tag }}`) } }),
  'no manifest where `files` says': () => start({ environment: { files: '[manifests/**/*.yml]' } }),
  'no manifest that carries the image': () =>
    start({ files: { 'deployment/app.yml': deployment('app', 'example/other:v1.0.0') } }),
  'an image found nowhere': () =>
    start({
      image: 'example/nowhere',
      files: { 'deployment/app.yml': deployment('app', 'example/nowhere:v1.0.0') },
      environment: { imageTimeout: '1s' },
    }),
  'a config repo that refuses the push': async () => {
    const project = await start();
    await refusePushes(project);
    return project;
  },
  'a branch that is not there': async () => {
    const project = await start();
    await project.git('branch', '-m', 'config', 'other');
    return project;
  },
  'a cluster that refuses the credentials': withWrongToken,
  'a manifest that the cluster refuses': () =>
    start({
      files: {
        'deployment/app.yml': deployment('app', `${image}:v1.0.0`).replace(
          'kind: Deployment',
          'kind: Deploiment',
        ),
      },
    }),
};

it('has a row in the documentation for each of these, and no other', () => {
  expect(Object.keys(documented('ends')).toSorted()).toEqual(Object.keys(provocations).toSorted());
});

it.each(Object.keys(provocations))('%s ends as documented; nothing is lost or half-done', async (name) => {
  const project = await provocations[name]?.();
  if (project === undefined) throw new Error('no project');

  const response = await project.pushTag('v1.1.0');
  await project.stack.idle();

  expect(response.status).toBe(202);
  const [release, ...others] = await project.releases();
  expect(others).toEqual([]);
  const reason = release?.reason?.replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT') ?? '';
  expect([release?.state, release?.code, reason]).toEqual(documented('ends')[name]);
  expect(project.stack.slackMessages().map(({ text }) => text.slice(0, 33))).toContain(
    'app → production: v1.1.0 failed: ',
  );
  expect(await project.stack.deadLetters()).toEqual({});
});
