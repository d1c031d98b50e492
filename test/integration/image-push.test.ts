import { expect, it } from 'vitest';
import { readJson } from './support/answers.ts';
import { exampleApp } from './support/project.ts';
import { shareProject } from './support/share.ts';

const environment = { on: 'image-push', tags: "{ semver: '>=1.0.0' }" };
const project = shareProject({
  apps: {
    'app-announced': exampleApp('app-announced', { environment }),
    'app-unconfirmed': exampleApp('app-unconfirmed', { environment: { ...environment, imageTimeout: '1s' } }),
    'app-older': exampleApp('app-older', { environment }),
  },
});

/** A hook as Docker Hub sends it. https://docs.docker.com/docker-hub/repos/manage/webhooks/ */
const hubHook = (image: string, tag: string, pushedAt = 1_795_392_000.5) =>
  fetch(`${project().stack.url}/webhooks/dockerhub/hub-key`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      callback_url: `https://registry.hub.docker.com/u/${image}/hook/1/`,
      push_data: { pushed_at: pushedAt, pusher: 'bot', tag },
      repository: { repo_name: image, name: 'app', namespace: 'example', status: 'Active' },
    }),
  });

it('releases what Docker Hub announces, with the digest that the registry has', async () => {
  const { app, stack } = project();
  const { image, releases } = app('app-announced');
  const digest = await stack.registry.push(image, 'v1.1.0');

  const response = await hubHook(image, 'v1.1.0');
  await stack.idle();

  expect(await readJson(response, 202)).toMatchObject({
    releases: [{ tag: 'v1.1.0', digest, state: 'queued', created: true }],
  });
  expect(await releases()).toMatchObject([
    { tag: 'v1.1.0', digest, state: 'healthy', requestedBy: 'dockerhub:bot' },
  ]);
});

it('believes nothing that the registry does not confirm', async () => {
  const { image, releases, commits } = project().app('app-unconfirmed');

  await readJson(await hubHook(image, 'v6.6.6'), 202);
  await project().stack.idle();

  expect(await releases()).toMatchObject([
    { tag: 'v6.6.6', state: 'failed', code: 'image-not-found', commit: null },
  ]);
  expect(await commits()).toBe(1);
});

it('skips what is older than what the config repo has', async () => {
  const { app, stack } = project();
  const { image, pushImages, releases, commits } = app('app-older');
  await pushImages('v1.2.0', 'v1.1.0');
  await readJson(await hubHook(image, 'v1.2.0'), 202);
  await stack.idle();

  await readJson(await hubHook(image, 'v1.1.0'), 202);
  await stack.idle();

  expect((await releases()).map(({ tag, state, reason }) => ({ tag, state, reason }))).toEqual([
    { tag: 'v1.1.0', state: 'skipped', reason: 'v1.1.0 is older than v1.2.0, which the config repo has' },
    { tag: 'v1.2.0', state: 'healthy', reason: null },
  ]);
  expect(await commits()).toBe(2);
});
