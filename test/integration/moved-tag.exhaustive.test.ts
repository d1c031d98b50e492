import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { connect } from '../../lib/cluster/connect/connect.ts';
import type { Pod } from '../../lib/cluster/objects/objects.ts';
import { readJson } from './support/answers.ts';
import { deployment, exampleApp } from './support/project.ts';
import { shareProject } from './support/share.ts';

const environment = { on: 'image-push', tags: "{ semver: '>=1.0.0' }" };
const tag = 'v1.1.0';

const alwaysPulled = (name: string): string =>
  deployment(name, `example/${name}:v1.0.0`, 1).replace(
    '   # <- here',
    '   # <- here\n              imagePullPolicy: Always',
  );

/** Always on the same node, which has the image by then. */
const onOneNode = (name: string): string =>
  deployment(name, `example/${name}:v1.0.0`, 1).replace(
    'containers:',
    'nodeSelector: {kubernetes.io/hostname: node-1}\n            containers:',
  );

const project = shareProject({
  apps: {
    'app-restarted': exampleApp('app-restarted', {
      files: { 'app-restarted/app.yml': alwaysPulled('app-restarted') },
      environment: { ...environment, onMovedTag: 'restart' },
    }),
    'app-kept': exampleApp('app-kept', {
      files: { 'app-kept/app.yml': onOneNode('app-kept') },
      environment: { ...environment, onMovedTag: 'restart', timeout: '5s' },
    }),
    'app-skipped': exampleApp('app-skipped', { environment }),
    'app-pinned': exampleApp('app-pinned', { environment: { pin: 'digest' } }),
  },
});

/** The image tag is pushed with that content, and Docker Hub says so. */
const push = async (name: string, content: string): Promise<string> => {
  const { app, stack } = project();
  const { image } = app(name);
  const digest = await stack.registry.push(image, tag, { content });
  const response = await fetch(`${stack.url}/webhooks/dockerhub/hub-key`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      push_data: { tag, pusher: 'bot', pushed_at: content.length },
      repository: { repo_name: image },
    }),
  });
  await readJson(response, 202);
  await stack.idle();
  return digest;
};

/** What the pods of an app run. */
const running = async (name: string): Promise<readonly string[]> => {
  const cluster = connect({ kubeconfig: await readFile(project().stack.kubeconfigPath, 'utf8') });
  try {
    const { items } = (await cluster.api.json({
      method: 'GET',
      path: '/api/v1/namespaces/default/pods',
      query: { labelSelector: `app=${name}` },
      what: 'pods',
    })) as { readonly items: readonly Pod[] };
    return items
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(({ status }) => status?.containerStatuses?.[0]?.imageID ?? '');
  } finally {
    cluster.close();
  }
};

// keel-hq/keel#365
it('restarts what carries an image tag that was pushed again, and sees the new digest run', async () => {
  const name = 'app-restarted';
  const before = await push(name, 'one');
  expect(await running(name)).toEqual([`docker.io/example/${name}@${before}`]);

  const digest = await push(name, 'another');

  expect(await project().app(name).releases()).toMatchObject([
    { state: 'healthy', digest, reason: null },
    { state: 'healthy', digest: before },
  ]);
  expect(await running(name)).toEqual([`docker.io/example/${name}@${digest}`]);
  expect(await project().app(name).commits()).toBe(2);
});

it('is not healthy where the node keeps the old image, and says why', async () => {
  const name = 'app-kept';
  const before = await push(name, 'one');

  await push(name, 'another');

  expect(await project().app(name).releases()).toMatchObject([
    {
      state: 'failed',
      code: 'other-digest',
      diagnosis: [{ summary: expect.stringContaining('imagePullPolicy IfNotPresent') }, {}],
    },
    { state: 'healthy' },
  ]);
  expect(await running(name)).toEqual([`docker.io/example/${name}@${before}`]);
});

it('skips it by default, since nothing changes in Git', async () => {
  const name = 'app-skipped';
  const before = await push(name, 'one');

  const digest = await push(name, 'another');

  expect(await project().app(name).releases()).toMatchObject([
    { state: 'skipped', code: 'tag-moved', digest, reason: expect.stringContaining('pushed again') },
    { state: 'healthy', digest: before },
  ]);
  expect(await running(name)).toEqual([`docker.io/example/${name}@${before}`]);
});

// keel-hq/keel#846
it('releases the same Git tag on another commit, with `pin: digest`, once its image is there', async () => {
  const { app, stack, hook } = project();
  const { image, tagPayload, releases, release, manifest } = app('app-pinned');
  const before = await stack.registry.push(image, tag, { content: 'one' });
  await release(tag);
  const payload = tagPayload(tag) as { readonly after: string };
  const commit = '2'.repeat(40);

  await readJson(
    await hook({
      ...payload,
      before: payload.after,
      after: commit,
      created: false,
      head_commit: { id: commit },
    }),
    202,
  );
  await expect
    .poll(async () => (await releases())[0])
    .toMatchObject({ state: 'waiting-for-image', code: 'image-not-moved' });
  const digest = await stack.registry.push(image, tag, { content: 'another' });
  await stack.idle();

  expect(await releases()).toMatchObject([
    { state: 'healthy', digest },
    { state: 'healthy', digest: before },
  ]);
  expect(await manifest()).toContain(`${image}:${tag}@${digest}`);
});
