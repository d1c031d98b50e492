import { afterEach, beforeEach, expect, it } from 'vitest';
import { deployment, type Project, startProject } from './support/project.ts';

const image = 'example/app';

let project: Project;
beforeEach(async () => {
  project = await startProject({
    image,
    repository: 'github.com/example/app',
    files: { 'deployment/app.yml': deployment('app', `${image}:v1.0.0`) },
    environment: { on: 'image-push', tags: "{ semver: '>=1.0.0' }", imageTimeout: '1s' },
  });
  await project.stack.registry.push('example/proxy', 'v1');
});
afterEach(() => project.close());

/** A hook as Docker Hub sends it. https://docs.docker.com/docker-hub/repos/manage/webhooks/ */
const hubHook = (tag: string, pushedAt = 1_795_392_000.5) =>
  fetch(`${project.stack.url}/webhooks/dockerhub/hub-key`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      callback_url: `https://registry.hub.docker.com/u/${image}/hook/1/`,
      push_data: { pushed_at: pushedAt, pusher: 'bot', tag },
      repository: { repo_name: image, name: 'app', namespace: 'example', status: 'Active' },
    }),
  });

it('releases what Docker Hub announces, with the digest that the registry has', async () => {
  const digest = await project.stack.registry.push(image, 'v1.1.0');

  const response = await hubHook('v1.1.0');
  await project.stack.idle();

  expect(await response.json()).toMatchObject({
    releases: [{ tag: 'v1.1.0', digest, state: 'queued', created: true }],
  });
  expect(await project.releases()).toMatchObject([
    { tag: 'v1.1.0', digest, state: 'healthy', requestedBy: 'dockerhub:bot' },
  ]);
});

it('believes nothing that the registry does not confirm', async () => {
  await hubHook('v6.6.6');
  await project.stack.idle();

  expect(await project.releases()).toMatchObject([
    { tag: 'v6.6.6', state: 'failed', code: 'image-not-found', commit: null },
  ]);
  expect(await project.commits()).toBe(1);
});

it('skips what is older than what the config repo has', async () => {
  for (const tag of ['v1.2.0', 'v1.1.0']) await project.stack.registry.push(image, tag);
  await hubHook('v1.2.0');
  await project.stack.idle();

  await hubHook('v1.1.0');
  await project.stack.idle();

  expect((await project.releases()).map(({ tag, state, reason }) => ({ tag, state, reason }))).toEqual([
    { tag: 'v1.1.0', state: 'skipped', reason: 'v1.1.0 is older than v1.2.0, which the config repo has' },
    { tag: 'v1.2.0', state: 'healthy', reason: null },
  ]);
  expect(await project.commits()).toBe(2);
});
